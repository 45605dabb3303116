"""The Home tab and `/mfa`: what a person sees of their own MFA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import Person
from handlers.members import Body, Members, Opened
from handlers.people import Turned, Visitors
from handlers.showing import opened
from handlers.slack import OUTAGES, slack_error
from handlers.views import home as views

logger = structlog.get_logger(__name__)


class HomeHandlers:
    """Shows the status; the words of `/mfa` open the same modals as the buttons."""

    def __init__(self, visitors: Visitors, members: Members, words: Mapping[str, Opened]) -> None:
        self._visitors = visitors
        self._members = members
        self._words = words

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.command("/mfa")(self._members.only(self.command))
        app.event("app_home_opened")(self.opened)

    async def command(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Answer to the person alone: status and buttons, a modal, or the help."""
        word = str(body.get("text", "")).strip().lower()
        if word and word not in self._words:
            await ack(response_type="ephemeral", text=views.HELP)
            return
        person, status = await self._members.status(person)
        if not word:
            text, blocks = views.answer(person, status)
            await ack(response_type="ephemeral", text=text, blocks=blocks)
        elif await opened(body, client, self._words[word](person, status)):
            await ack()
        else:
            await ack(response_type="ephemeral", text=views.NOT_OPENED)

    async def opened(self, event: dict[str, Any], body: Body, client: AsyncWebClient) -> None:
        """Publish the Home tab of whoever opened it.

        Not over one that was published since: it is newer, and may say what came of a click.
        """
        if event.get("tab") != "home":
            return
        person = await self._visitors.member(body, client)
        if isinstance(person, Turned):
            view = views.home_says(views.turned_away(person))
        else:
            view = views.home(*await self._members.status(person))
        seen = (event.get("view") or {}).get("hash")
        try:
            await client.views_publish(user_id=str(event.get("user", "")), view=view, hash=seen)
        except OUTAGES as fault:
            if slack_error(fault) != "hash_conflict":
                logger.warning("home was not published", fault=type(fault).__name__)
