"""The Home tab and `/mfa`: what a person sees of their own MFA."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.factors import Status
from bot.core.people import Person
from bot.services.people import People
from handlers.people import Turned, Visitors
from handlers.showing import show
from handlers.slack import OUTAGES
from handlers.views import home as views
from handlers.views.blocks import Json, said

logger = structlog.get_logger(__name__)

Opened = Callable[[Person, Status], Json]
"""Makes the modal that a word of `/mfa` opens."""


class HomeHandlers:
    """Shows the status; the words of `/mfa` open the same modals as the buttons."""

    def __init__(self, people: People, visitors: Visitors, words: Mapping[str, Opened]) -> None:
        self._people = people
        self._visitors = visitors
        self._words = words

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.command("/mfa")(self.command)
        app.event("app_home_opened")(self.opened)

    async def command(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Answer to the person alone: status and buttons, a modal, or the help."""
        person = await self._visitors.member(body, client)
        if isinstance(person, Turned):
            await ack(response_type="ephemeral", text=views.turned_away(person))
            return
        word = str(body.get("text", "")).strip().lower()
        if word and word not in self._words:
            await ack(response_type="ephemeral", text=views.HELP)
            return
        person, status = await self._status(person)
        if word:
            if await show(body, client, self._words[word](person, status)):
                await ack()
            else:
                await ack(response_type="ephemeral", text=views.NOT_OPENED)
            return
        text, blocks = views.answer(person, status)
        await ack(response_type="ephemeral", text=text, blocks=blocks)

    async def opened(self, event: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        """Publish the Home tab of whoever opened it."""
        if event.get("tab") != "home":
            return
        person = await self._visitors.member(body, client)
        view = views.home_turned_away(person) if isinstance(person, Turned) else views.home(*await self._status(person))
        try:
            await client.views_publish(user_id=str(event.get("user", "")), view=view)
        except OUTAGES as fault:
            logger.warning("home was not published", fault=type(fault).__name__)

    async def _status(self, person: Person) -> tuple[Person, Status]:
        return await self._people.status(person.person_id) or (person, Status())


class Buttons:
    """Opens a modal for a member who pressed one of the buttons that Home and `/mfa` share."""

    def __init__(self, people: People, visitors: Visitors) -> None:
        self._people = people
        self._visitors = visitors

    def opening(self, made: Opened) -> Callable[..., Awaitable[None]]:
        """Return the listener that opens what *made* returns for the person's present state."""

        async def listener(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
            person = await self._visitors.member(body, client)
            if isinstance(person, Turned):
                view = said(views.turned_away(person))
            else:
                known = await self._people.status(person.person_id)
                view = made(*(known or (person, Status())))
            await show(body, client, view)
            await ack()

        return listener
