"""Linking: what is committed and not yet linked becomes the chain's next link."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core import chain, report
from bot.core.chain import Head, HeadFault
from bot.services.means import Means
from storage import audit_entries, audit_marks, event_days
from storage import chain as chain_rows
from storage.pool import Pool

EVENTS_A_LINK = 1000
CONNECT_S = 2.0
STATEMENT_S = 5.0


@dataclass(frozen=True, slots=True)
class Linked:
    """A link was committed: the chain's new head, and whether more may be waiting."""

    head: Head
    more: bool


class NotLinked(StrEnum):
    """Why there is no new link, though the head is as it should be."""

    NOTHING_WAITS = "nothing_waits"
    SOMEBODY_ELSE_LINKS = "somebody_else_links"


class Chain:
    """Links what waits, one process at a time.

    What waits has a mark, written by the statement that wrote the event. Ids commit out of order, so no number says how
    far the chain has come; a mark is seen when its event is, and removed by the transaction that links it.
    """

    def __init__(self, means: Means, dsn: str, *, events_a_link: int = EVENTS_A_LINK) -> None:
        self._means = means
        # Of its own, so that events are linked in time also while every other connection waits for a lock; and of a
        # role of its own, since no other may link.
        self._pool = Pool(dsn, size=1, connect_s=CONNECT_S, statement_s=STATEMENT_S)
        self._events_a_link = events_a_link

    async def link(self) -> Linked | NotLinked | HeadFault:
        """Make one link over what waits, unless the head is not what the last link left."""
        ring = self._means.keyring
        async with self._pool.transaction() as conn:
            if not await chain_rows.take_turn(conn):
                return NotLinked.SOMEBODY_ELSE_LINKS
            standing = await chain_rows.standing(conn)
            fault = chain.head_fault(standing, chain.keys(ring))
            if fault is not None:
                return fault
            marks = await audit_marks.first(conn, limit=self._events_a_link)
            if not marks:
                return NotLinked.NOTHING_WAITS
            there = await audit_entries.entries(conn, marks)
            link = chain.next_link(
                [(mark.event_id, there.get(mark.event_id)) for mark in marks],
                head=standing.head,
                ring=ring,
                now=self._means.now(),
            )
            head = chain.head_of(link, ring)
            await chain_rows.append(conn, link, head)
            await event_days.add(conn, report.tally(there.values()))
        return Linked(head, more=len(marks) == self._events_a_link)

    async def close(self) -> None:
        """End the connection."""
        await self._pool.close()
