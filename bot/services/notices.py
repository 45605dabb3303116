"""Telling the owner, from within the transaction that causes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.audit import Detail
from bot.core.jobs import EditMessage, Notify, RefreshHome
from bot.core.messages import BLOCKS, SUPERSEDES, Kind, Settled
from storage import jobs, messages
from storage.pool import Connection


async def tell(
    conn: Connection,
    person_id: int,
    kind: Kind,
    *,
    now: datetime,
    detail: Detail | None = None,
    cause: str | None = None,
    after: timedelta | None = None,
) -> None:
    """Make a notice and enqueue its posting, at once or *after* a while (R1, E6).

    One that tells of a change that a block disputes takes the button out of those before it.
    """
    before = await messages.unsettled_of(conn, person_id, BLOCKS) if kind in SUPERSEDES else []
    message_id = await messages.insert(conn, person_id, kind, now=now, detail=detail, cause=cause)
    if message_id is not None:
        for older in before:
            await messages.settle(conn, older, Settled.OUTDATED, now=now)
            await jobs.enqueue(conn, EditMessage(older))
        await jobs.enqueue(conn, Notify(message_id), after=after)


async def settle_offers(conn: Connection, person_id: int, *, now: datetime) -> None:
    """Take the button out of the notices of a release that a person need not, or can no longer, end by a code."""
    for message_id in await messages.unsettled(conn, person_id, Kind.RELEASE_OFFERED):
        await messages.settle(conn, message_id, Settled.ENDED, now=now)
        await jobs.enqueue(conn, EditMessage(message_id))


async def refresh_home(conn: Connection, person_id: int) -> None:
    """Enqueue the person's Home tab to be brought up to date."""
    await jobs.enqueue(conn, RefreshHome(person_id))
