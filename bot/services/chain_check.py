"""Checking the audit: events and links are read once, side by side, as they are at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.core import chain
from bot.core.acceptance import Fingerprint
from bot.core.chain import Entry, Head
from bot.core.chain_check import TRIED_AT_MOST, Examination
from bot.core.sealing import Keyring
from bot.core.tampering import Finding
from storage import acceptances, audit_entries, audit_marks
from storage import chain as chain_rows
from storage.pool import Connection, Pool
from storage.streams import Stream, hold_still


@dataclass(frozen=True, slots=True)
class Report:
    """What a check saw: nothing is wrong where there are no findings."""

    findings: Sequence[Finding]
    more: int
    """Findings beyond those."""
    events: int
    covered: int
    waiting: int
    """Events that wait to be linked."""
    links: int
    head: Head | None
    acceptances: int = 0
    """The number of the last acceptance."""
    accepted: int = 0
    """Places that were acknowledged, and are as they were then."""
    places: Sequence[Fingerprint] = ()
    """What an acceptance of the findings names."""
    unlinked: Sequence[int] = ()
    """Events that neither a genuine link covers nor a mark says that one will."""
    next_after: Head | None = None
    """The head that the next link has to follow, where the one there will not do; without a seal."""


class ChainCheck:
    """Checks the whole of the audit; nothing is changed."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keys = chain.keys(keyring)

    async def run(
        self, logged: Iterable[Head], *, seen: Callable[[int, int], None] = lambda _done, _all: None
    ) -> Report:
        """Check events and links against each other, against the keyring and against the heads that were *logged*.

        *seen* is told how many events were read, and of how many.
        """
        async with self._pool.transaction() as conn:
            await hold_still(conn)
            reading = _Reading(await audit_entries.all_entries(conn), await audit_entries.count(conn), seen)
            known = await acceptances.every(conn)
            examination = Examination(self._keys, logged, acceptances=known)
            links = await chain_rows.links(conn)
            while batch := await links.fetch():
                for link in batch:
                    genuine = examination.genuine(link)
                    # What a link claims that was not made with its key could be any number.
                    while genuine and reading.position <= max(link.event_ids) and (entries := await reading.fetch()):
                        examination.read(entries)
                    examination.follow(link, genuine=genuine)
            await self._leave(conn, examination, examination.unread())
            while entries := await reading.fetch():
                await self._leave(conn, examination, entries)
            head = (await chain_rows.standing(conn)).head
            examination.finish(
                head,
                events=reading.done,
                met_twice=await audit_entries.existing(conn, examination.missing()),
                marks_without_event=await audit_marks.without_event(conn, limit=TRIED_AT_MOST),
            )
        return Report(
            findings=examination.findings.kept,
            more=examination.findings.more,
            events=reading.done,
            covered=examination.covered,
            waiting=examination.waiting,
            links=examination.links,
            head=head,
            acceptances=known[-1].number if known else 0,
            accepted=examination.findings.accepted,
            places=examination.findings.places,
            unlinked=examination.unlinked,
            next_after=examination.next_after(head),
        )

    async def _leave(self, conn: Connection, examination: Examination, entries: list[Entry]) -> None:
        if entries:
            ids = [entry.event_id for entry in entries]
            examination.leave(entries, marked=await audit_marks.marked(conn, ids))


class _Reading:
    """All events in the order of their ids, and how far they were read."""

    def __init__(self, stream: Stream[Entry], total: int, seen: Callable[[int, int], None]) -> None:
        self._stream = stream
        self._total = total
        self._seen = seen
        self.position = -1
        self.done = 0

    async def fetch(self) -> list[Entry]:
        entries = await self._stream.fetch()
        if entries:
            self.position = entries[-1].event_id
            self.done += len(entries)
            self._seen(self.done, self._total)
        return entries
