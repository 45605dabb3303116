"""What a check of the audit finds: everything is read once, in order, and what does not fit is named (K7).

`ChainCheck` (bot/services/chain_check.py) reads; this decides. Of what it reads it keeps only the events that it has
read and no link has covered yet, and what it found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.core.acceptance import Acceptance, accepted, of_acceptance, of_event, of_gap, of_gone, of_link, of_twice
from bot.core.acceptance import is_genuine as is_genuine_acceptance
from bot.core.chain import NOTHING, Entry, Head, Keys, Link, digest, is_genuine, is_sealed
from bot.core.tampering import Ends, Findings, Kind, compare_log, sort_links

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

    def __init__(self, own: Keys, logged: Iterable[Head] = (), *, acceptances: Sequence[Acceptance] = ()) -> None:
        self.findings = Findings(accepted(acceptances, own))
        self.links = 0
        self.covered = 0
        self.waiting = 0
        self.unlinked: list[int] = []
        """Events that neither a genuine link covers nor a mark says that one will."""
        self.outside: list[Entry] = []
        """Those of them that no link claims at all, and twins of others."""
        self._own = own
        for acceptance in acceptances:
            if not is_genuine_acceptance(acceptance, own):
                self.findings.add(Kind.FORGED, of_acceptance(acceptance))
        self._logged: dict[int, set[Head]] = defaultdict(set)
        for head in logged:
            self._logged[head.number].add(head)
        self._logged_numbers = frozenset(self._logged)
        self._unmatched: list[Head] = []
        self._first: Link | None = None
        self._last: Link | None = None
        self._genuine: Link | None = None
        """The last link that was made with its key."""
        self._gaps: list[tuple[int, int]] = []
        """Numbers without links since then, which count only where the chain is known to have come so far."""
        self._unread: dict[int, list[Entry]] = {}
        self._claimed: set[int] = set()
        self._not_genuine: list[Link] = []
        self._changed: list[tuple[Entry, _Place]] = []
        self._missing: list[_Place] = []
        self._lost = 0
        """How many events the links covered that are gone."""
        self._anew: list[Link] = []
        """The links with which workers of earlier versions began anew, since they found no head that would do."""

    def read(self, entries: Iterable[Entry]) -> None:
        """Take the next events. An id that is there twice, in two months, is kept twice."""
        for entry in entries:
            self._unread.setdefault(entry.event_id, []).append(entry)

    def genuine(self, link: Link) -> bool:
        """Whether *link* was made with its key: only then its events are worth waiting for."""
        return is_genuine(link, self._own)

    def follow(self, link: Link, *, genuine: bool) -> None:
        """Take the next link."""
        before = self._last.number if self._last else 0
        gap = link.number > before + 1
        if gap:
            self._gaps.append((before + 1, link.number - 1))
        if genuine:
            self._judge_gaps(link.total - len(link.event_ids))
            self._follows(link, gap=gap)
            self._compare(link)
            self._genuine = link
        else:
            self._not_genuine.append(link)
            if not self.findings.is_accepted(of_link(link)):
                self._claimed.update(link.event_ids)
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
                continue
            self.unlinked.append(entry.event_id)
            if entry.event_id not in self._claimed:
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
            self.findings.add(Kind.DELETED, of_gone(event_id), event=event_id)
        sealed = head if head is not None and is_sealed(head, self._own) else None
        ends = Ends(
            sealed.number if sealed else None, self._genuine.number if self._genuine else 0, self._logged_numbers
        )
        sort_links(self.findings, self._not_genuine, own=self._own, ends=ends)
        if sealed is None:
            self._judge_lack_of_head(head)
        else:
            self._judge_head(sealed)
        self._judge_outside()
        unmatched = self._unmatched + [head for heads in self._logged.values() for head in heads]
        known = {link.number for link in self._not_genuine}
        unsaid = [head for head in unmatched if head.number not in known and not self._is_before_the_beginning(head)]
        compare_log(self.findings, unsaid, first=self._first, last=self._genuine or self._last)

    def next_after(self, head: Head | None) -> Head | None:
        """Return, without a seal, the head that the next link has to follow where *head* will not do.

        It stands at the last number of those that are taken one after the other, so that the next is free, and has the
        MAC of what is known to be genuine. None: there is neither, and the chain begins with its first link.
        """
        base = head if head is not None and is_sealed(head, self._own) else None
        last = self._genuine
        if last is not None and (base is None or last.number > base.number):
            base = Head(last.number, last.mac, last.linked_at, last.total)
        number = base.number if base else 0
        taken = {link.number for link in self._not_genuine}
        while number + 1 in taken:
            number += 1
        if number == 0:
            return None
        return replace(base or Head(0, NOTHING, "", 0), number=number, key_id="", seal=b"")

    def _is_before_the_beginning(self, head: Head) -> bool:
        """Whether a logged head is of a time before the chain was begun anew at its number or below."""
        return any(head.number >= link.number and head.linked_at < link.linked_at for link in self._anew)

    def _judge_gaps(self, total: int, *, until: int | None = None) -> None:
        """Say which links are gone since the last genuine one, before which *total* events were covered."""
        new = False
        for first, last in self._gaps:
            end = last if until is None else min(last, until)
            if first <= end:
                kind = Kind.TRUNCATED if first == 1 else Kind.CUT
                new |= self.findings.add(kind, of_gap(first, end), links=(first, end))
        self._gaps.clear()
        if new:
            self._lost += max(0, total - (self._genuine.total if self._genuine else 0))

    def _follows(self, link: Link, *, gap: bool) -> None:
        """Say where a genuine link does not continue the one before it."""
        before, here = self._genuine, (link.number, link.number)
        if gap or self._last is None:
            return
        if link.previous == NOTHING:
            self.findings.add(Kind.CUT, of_link(link), links=here)
            self._anew.append(link)
        elif before is not None and link.previous != before.mac and self._last is before:
            self.findings.add(Kind.OLDER, of_link(link), links=here)

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
            self.findings.add(kind, of_event(entry), event=entry.event_id, links=(place.link, place.link))
        if self._missing and events == 0:
            gone = [of_gone(place.event_id) for place in self._missing]
            self.findings.add(Kind.TRUNCATED, *gone, links=(self._missing[0].link, self._missing[-1].link))
            return
        for place in self._missing:
            kind = Kind.REORDERED if place.event_id in moved else Kind.DELETED
            what = of_gone(place.event_id)
            if place.event_id in met_twice:
                kind, what = Kind.INSERTED, of_twice(place.event_id, place.link)
            self.findings.add(kind, what, event=place.event_id, links=(place.link, place.link))

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

    def _judge_lack_of_head(self, head: Head | None) -> None:
        """Name a head that is gone or garbled, unless the last link is: both are one finding then."""
        if head is None and self._last is None:
            return
        last = self._not_genuine[-1:]
        if self._last not in last or self.findings.is_accepted(*map(of_link, last)):
            self.findings.add(Kind.GARBLED)

    def _judge_head(self, head: Head) -> None:
        """Compare the sealed head with the links."""
        genuine, last = self._genuine, self._last
        if last is None or head.number > last.number:
            self._gaps.append((last.number + 1 if last else 1, head.number))
        self._judge_gaps(head.total, until=head.number)
        if genuine is not None and (
            head.number < genuine.number or (head.number == genuine.number and head.mac != genuine.mac)
        ):
            self.findings.add(Kind.OLDER, links=(head.number, genuine.number))

    def _judge_outside(self) -> None:
        """Name the events outside of the chain, unless so many links are gone that it may have been theirs."""
        if not self.outside or len(self.outside) <= self._lost:
            return
        if self._last is None:
            self.findings.add(Kind.TRUNCATED)
            return
        for entry in self.outside:
            self.findings.add(Kind.INSERTED, of_event(entry), event=entry.event_id)
