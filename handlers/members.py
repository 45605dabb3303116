"""Listeners for members alone: everybody else reads why not, wherever they acted (X4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.factors import Status
from bot.core.people import Person
from bot.services.people import People
from handlers.people import Turned, Visitors
from handlers.showing import say, show
from handlers.views import home as views
from handlers.views.blocks import Json

Body = dict[str, Any]
Listener = Callable[[Person, AsyncAck, Body, AsyncWebClient], Awaitable[None]]
Opened = Callable[[Person, Status], Json]
"""Makes the modal behind a button, or behind a word of `/mfa`."""


class Members:
    """Makes what Bolt calls out of what a member may do."""

    def __init__(self, people: People, visitors: Visitors) -> None:
        self._people = people
        self._visitors = visitors

    def only(self, listener: Listener, *, anew: bool = False) -> Callable[..., Awaitable[None]]:
        """Return *listener* for Bolt, called with the member who acts; *anew* asks Slack even about somebody known."""

        async def listening(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
            person = await self._visitors.member(body, client, anew=anew)
            if isinstance(person, Turned):
                await ack(**await say(body, client, views.turned_away(person)))
            else:
                await listener(person, ack, body, client)

        return listening

    def opening(self, made: Opened) -> Callable[..., Awaitable[None]]:
        """Return the listener that opens what *made* returns for the member's present state."""

        async def listener(person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
            person, status = await self.status(person)
            home = views.home(person, status, says=views.NOT_OPENED)
            await show(body, client, made(person, status), home=home)
            await ack()

        return self.only(listener)

    async def status(self, person: Person) -> tuple[Person, Status]:
        """Return the member and their MFA as they are now."""
        return await self._people.status(person.person_id) or (person, Status())
