"""Notices: what the jobs read before they post or edit one, and save afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.core import permissions
from bot.core.jobs import EditMessage
from bot.core.messages import Message, Posted
from bot.core.people import Person
from bot.core.suspension import BLOCK_TTL
from bot.core.throttle import SLACK
from bot.services.cards import Card, card
from bot.services.means import Means
from storage import apps, jobs, messages, people, reset_messages, roles
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice and what its words need: the owner's Slack id, the name of the app or the request that it speaks of.

    *in_channel* is where it goes, if not into the owner's DM; *about* a person that it names; *dormant*: rights
    of theirs sleep.
    """

    message: Message
    slack_user_id: str
    app: str | None
    card: Card | None = None
    in_channel: str | None = None
    about: Person | None = None
    dormant: bool = False
    block_ttl: timedelta = BLOCK_TTL


class Messages:
    """Reads and saves for the jobs that notify and edit."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def notice(self, message_id: int) -> Notice | None:
        """Return a notice as it should be shown now."""
        async with self._means.pool.transaction() as conn:
            message = await messages.get(conn, message_id)
            person = None if message is None else await people.get(conn, message.person_id)
            if message is None or person is None:
                return None
            about, ttl = await reset_messages.request_of(conn, message_id), self._means.block_ttl
            if about is None:
                somebody = message.detail.get("person")
                named = await people.get(conn, somebody) if isinstance(somebody, int) else None
                app, sleeps = await self._app(conn, message), named is not None and await _sleeps(conn, named)
                return Notice(message, person.slack_user_id, app, about=named, dormant=sleeps, block_ttl=ttl)
            request_id, in_channel = about
            shown = await card(conn, self._means, request_id)
            return Notice(message, person.slack_user_id, None, shown, in_channel, block_ttl=ttl)

    async def posted(self, message_id: int, *, channel: str, ts: str) -> Posted:
        """Store where the bare sentence is."""
        async with self._means.pool.transaction() as conn:
            first = await messages.save_reference(conn, message_id, channel=channel, ts=ts)
            return Posted.SAVED if first else Posted.SECOND

    async def completed(self, message_id: int) -> None:
        """Store that the button is shown; where the notice was settled meanwhile, enqueue the edit that removes it."""
        async with self._means.pool.transaction() as conn:
            await messages.mark_complete(conn, message_id)
            # Read after the row is held by the update above: whoever settles it comes before or after.
            message = await messages.get(conn, message_id)
            if message is not None and message.settled is not None:
                await jobs.enqueue(conn, EditMessage(message_id))

    async def _app(self, conn: Connection, message: Message) -> str | None:
        surface = message.detail.get("surface")
        if not isinstance(surface, str) or surface == SLACK:
            return None
        return await apps.name_of(conn, int(surface.removeprefix("app:")))


async def _sleeps(conn: Connection, person: Person) -> bool:
    grants = await roles.grants_of(conn, [person.person_id])
    return bool(permissions.rights(grants[person.person_id]).dormant)
