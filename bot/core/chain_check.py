"""What a check of the audit finds: everything is read once, in order, and what does not fit is named (K7).

`ChainCheck` (bot/services/chain_check.py) reads; this decides. Of what it reads it keeps only the events that it has
read and no link has covered yet, and what it found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.core.chain import NOTHING, Entry, Head, Keys, Link, digest, is_genuine, is_sealed
from bot.core.tampering import Findings, Kind, compare_log, sort_links

TRIED_AT_MOST = 200
"""How many changed and missing events are tried for having changed places; all of them are found in any case."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the chain expects an event."""

    event_id: int
    digest: bytes
    link: int


class Examination:
    """One check, fed in order: events up to the highest id of a link, then the link; then the rest."""

    def __init__(self, own: Keys, logged: Iterable[Head] = ()) -> None:
        self.findings = Findings()
        self.links = 0
        self.covered = 0
        self.waiting = 0
        self.outside: list[Entry] = []
        """Events that neither a link covers nor a mark says that one will."""
        self._own = own
        self._logged: dict[int, set[Head]] = defaultdict(set)
        for head in logged:
            self._logged[head.number].add(head)
        self._unmatched: list[Head] = []
        self._first: Link | None = None
        self._last: Link | None = None
        self._unread: dict[int, list[Entry]] = {}
        self._claimed: set[int] = set()
        self._not_genuine: list[Link] = []
        self._changed: list[tuple[Entry, _Place]] = []
        self._missing: list[_Place] = []
        self._lost = 0
        """How many events the links covered that are gone."""
        self._anew: int | None = None
        """The first link with which the worker began anew, since it found no head that would do."""

    def read(self, entries: Iterable[Entry]) -> None:
        """Take the next events. An id that is there twice, in two months, is kept twice."""
        for entry in entries:
            self._unread.setdefault(entry.event_id, []).append(entry)

    def genuine(self, link: Link) -> bool:
        """Whether *link* was made with its key: only then its events are worth waiting for."""
        return is_genuine(link, self._own)

    def follow(self, link: Link, *, genuine: bool) -> None:
        """Take the next link."""
        before = self._last
        gap = link.number - (before.number if before else 0) - 1
        if gap > 0:
            kind = Kind.CUT if before else Kind.TRUNCATED
            self.findings.add(kind, links=(link.number - gap, link.number - 1))
            if genuine:
                self._lost += max(0, link.total - len(link.event_ids) - (before.total if before else 0))
        if not genuine:
            self._not_genuine.append(link)
            self._claimed.update(link.event_ids)
        else:
            self._follows(link, before, gap)
            self._compare(link)
        self._unmatched += [head for head in self._logged.pop(link.number, ()) if head.mac != link.mac]
        self._first = self._first or link
        self._last = link
        self.links += 1

    def unread(self) -> list[Entry]:
        """Return, and forget, the events that no link covered; after the last link."""
        left = [entry for twins in self._unread.values() for entry in twins]
        self._unread = {}
        return left

    def leave(self, entries: Iterable[Entry], *, marked: Collection[int]) -> None:
        """Take events that no genuine link covers; those that are *marked* wait to be linked."""
        for entry in entries:
            if entry.event_id in marked:
                self.waiting += 1
            elif entry.event_id not in self._claimed:
                self.outside.append(entry)

    def missing(self) -> list[int]:
        """Return events that links cover and that were not met, as far as they are worth another look."""
        return [place.event_id for place in self._missing[:TRIED_AT_MOST]]

    def finish(
        self,
        head: Head | None,
        *,
        events: int,
        met_twice: Collection[int] = (),
        marks_without_event: Sequence[int] = (),
    ) -> None:
        """Name everything; *events* are in the table, *met_twice* are missing ones that are there after all."""
        self._judge_events(events, met_twice)
        for event_id in marks_without_event:
            self.findings.add(Kind.DELETED, event=event_id)
        sealed = head is not None and is_sealed(head, self._own)
        sort_links(self.findings, self._not_genuine, own=self._own, last=head.number if head and sealed else None)
        self._judge_head(head, sealed=sealed)
        self._judge_outside()
        unmatched = self._unmatched + [head for heads in self._logged.values() for head in heads]
        known = {link.number for link in self._not_genuine}
        unsaid = [
            head for head in unmatched if head.number not in known and not (self._anew and head.number >= self._anew)
        ]
        compare_log(self.findings, unsaid, first=self._first, last=self._last)

    def _follows(self, link: Link, before: Link | None, gap: int) -> None:
        """Say where a genuine link does not continue the one before it."""
        if link.previous == NOTHING:
            if before is not None and gap <= 0:
                self.findings.add(Kind.CUT, links=(link.number, link.number))
                self._anew = self._anew or link.number
        elif before is not None and gap <= 0 and link.previous != before.mac and before not in self._not_genuine[-1:]:
            self.findings.add(Kind.OLDER, links=(link.number, link.number))

    def _compare(self, link: Link) -> None:
        for event_id, expected in link.places():
            twins = self._unread.pop(event_id, None)
            if twins is None:
                self._missing.append(_Place(event_id, expected, link.number))
                continue
            self.covered += 1
            right = [entry for entry in twins if digest(entry) == expected]
            if not right:
                self._changed.append((twins[0], _Place(event_id, expected, link.number)))
            self.outside += [entry for entry in twins if entry is not (right or twins)[0]]

    def _judge_events(self, events: int, met_twice: Collection[int]) -> None:
        moved = self._moved()
        for entry, place in self._changed:
            kind = Kind.REORDERED if place.event_id in moved else Kind.EDITED
            self.findings.add(kind, event=entry.event_id, links=(place.link, place.link))
        if self._missing and events == 0:
            self.findings.add(Kind.TRUNCATED, links=(self._missing[0].link, self._missing[-1].link))
            return
        for place in self._missing:
            kind = Kind.REORDERED if place.event_id in moved else Kind.DELETED
            if place.event_id in met_twice:
                kind = Kind.INSERTED
            self.findings.add(kind, event=place.event_id, links=(place.link, place.link))

    def _moved(self) -> frozenset[int]:
        """Return at which places the right event is missing because it stands, as it was, under another id."""
        found = [entry for entry, _ in self._changed] + self.outside[:TRIED_AT_MOST]
        places = [place for _, place in self._changed][:TRIED_AT_MOST] + self._missing[:TRIED_AT_MOST]
        moved = {
            place.event_id: entry
            for place in places
            for entry in found[: 2 * TRIED_AT_MOST]
            if digest(replace(entry, event_id=place.event_id)) == place.digest
        }
        self.outside = [entry for entry in self.outside if entry not in moved.values()]
        return frozenset(moved)

    def _judge_head(self, head: Head | None, *, sealed: bool) -> None:
        last = self._last
        if head is None or not sealed:
            if last not in self._not_genuine and (head is not None or last is not None):
                self.findings.add(Kind.CUT)
        elif last is None:
            self.findings.add(Kind.TRUNCATED, links=(1, head.number))
            self._lost += head.total
        elif head.number > last.number:
            self.findings.add(Kind.CUT, links=(last.number + 1, head.number))
            self._lost += max(0, head.total - last.total)
        elif last in self._not_genuine:
            return
        elif head.number < last.number or head.mac != last.mac:
            self.findings.add(Kind.OLDER, links=(head.number, last.number))

    def _judge_outside(self) -> None:
        """Name the events outside of the chain, unless so many links are gone that it may have been theirs."""
        if not self.outside or len(self.outside) <= self._lost:
            return
        if self._last is None:
            self.findings.add(Kind.TRUNCATED)
            return
        for entry in self.outside:
            self.findings.add(Kind.INSERTED, event=entry.event_id)
