"""The kinds of tampering with the audit, and how links and logged heads that do not fit are told apart (K7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.acceptance import PLACES_AT_MOST, Fingerprint, of_link, of_logged
from bot.core.chain import DIGEST_BYTES, Head, Keys, Link, is_genuine

KEPT_AT_MOST = 1000
LATEST = "9"
"""Sorts after every time."""
TRIED_AT_MOST = 50
"""How many links that do not verify are tried for what was done to them; all of them are found in any case."""


class Kind(StrEnum):
    """What was done."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT = "cut"
    TRUNCATED = "truncated"
    REMADE = "remade"
    OLDER = "older"
    GARBLED = "garbled"
    """The head is gone, or was not made with its key."""
    FORGED = "forged"
    """A link was appended, or an acceptance written, that was not made with its key."""


_GONE = (Kind.CUT, Kind.TRUNCATED)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was done, to which events, first and last, in which links; *head*: the log tells it, and no link has it."""

    kind: Kind
    events: tuple[int, int] | None = None
    links: tuple[int, int] | None = None
    head: Head | None = None


class Findings:
    """What was found, neighbors in one; no more of it than can be read, but all of it counted.

    What was acknowledged as it stands is counted, and no finding.
    """

    def __init__(self, accepted: Mapping[Fingerprint, str] | None = None) -> None:
        self.kept: list[Finding] = []
        self.more = 0
        self.accepted = 0
        self.places: list[Fingerprint] = []
        """What can be acknowledged of the findings, at most `PLACES_AT_MOST`."""
        self.gaps: list[tuple[int, int, str]] = []
        """Links that are gone, first and last, and when that was acknowledged."""
        self._accepted = accepted or {}

    def is_accepted(self, *places: Fingerprint) -> bool:
        """Whether all *places* were acknowledged as they stand."""
        return bool(places) and all(place in self._accepted for place in places)

    def note(self, place: Fingerprint) -> None:
        """Have *place* acknowledged with the findings, where it is none by itself."""
        if place not in self._accepted and len(self.places) < PLACES_AT_MOST:
            self.places.append(place)

    def add(
        self,
        kind: Kind,
        *places: Fingerprint,
        event: int | None = None,
        links: tuple[int, int] | None = None,
        head: Head | None = None,
    ) -> bool:
        """Add a finding, to the last one where it goes on from there; False where *places* were acknowledged.

        Without *places* it cannot be acknowledged: what an acceptance repairs.
        """
        if self.is_accepted(*places):
            self.accepted += 1
            if links is not None and event is None:
                self.gaps.append((*links, max(self._accepted[place] for place in places)))
            return False
        for place in places:
            self.note(place)
        found = Finding(kind, None if event is None else (event, event), links, head)
        joined = _joined(self.kept[-1], found) if self.kept else None
        if joined is not None:
            self.kept[-1] = joined
        elif len(self.kept) < KEPT_AT_MOST:
            self.kept.append(found)
        else:
            self.more += 1
        return True


@dataclass(frozen=True, slots=True)
class Ends:
    """How far the chain is known to go: the sealed head, the last genuine link, and what was logged, by number."""

    head: int | None
    genuine: int
    logged: Collection[int]


def sort_links(findings: Findings, not_genuine: Sequence[Link], *, own: Keys, ends: Ends) -> None:
    """Say what was done to each link that was not made with its key."""
    numbers = [link.number for link in not_genuine[:TRIED_AT_MOST]]
    for at, link in enumerate(not_genuine):
        here, place = (link.number, link.number), of_link(link)
        if ends.head is not None and link.number > ends.head:
            for event_id in link.event_ids:
                findings.add(Kind.INSERTED, place, event=event_id, links=here)
        elif at < TRIED_AT_MOST and _was_reordered(link, numbers, own):
            findings.add(Kind.REORDERED, place, links=here)
        elif at < TRIED_AT_MOST and (added := _added(link, own)) is not None:
            findings.add(Kind.INSERTED, place, event=added, links=here)
        elif link.number > ends.genuine and link.number not in ends.logged:
            findings.add(Kind.FORGED, place, links=here)
        else:
            findings.add(Kind.REMADE, place, links=here)


def compare_log(findings: Findings, unmatched: Sequence[Head], *, first: Link | None, last: Link | None) -> None:
    """Say what became of the heads of the log that no link has, unless links are found to be gone there.

    Where that was acknowledged, a head that was logged later is compared all the same.
    """
    for head in unmatched:
        findings.note(of_logged(head))
    gaps = [(*found.links, LATEST) for found in findings.kept if found.kind in _GONE and found.links]
    gaps += findings.gaps
    left = [
        head
        for head in unmatched
        if not findings.is_accepted(of_logged(head))
        and not any(begin <= head.number <= end and head.linked_at < until for begin, end, until in gaps)
    ]
    if not left:
        return
    earliest = min(left, key=lambda head: (head.linked_at, head.number))
    if first is None or last is None:
        kind = Kind.TRUNCATED
    elif first.linked_at > earliest.linked_at:
        kind = Kind.REMADE
    elif Finding(Kind.GARBLED) in findings.kept and all(head.number > last.number for head in left):
        kind = Kind.CUT
        findings.kept.remove(Finding(Kind.GARBLED))
    else:
        kind = Kind.OLDER
    findings.add(kind, of_logged(earliest), head=earliest)


def _was_reordered(link: Link, numbers: Sequence[int], own: Keys) -> bool:
    """Whether *link* verifies at another's number, or with its events in ascending order as every link has them."""
    if any(is_genuine(replace(link, number=number), own) for number in numbers if number != link.number):
        return True
    ids, pairs = tuple(sorted(link.event_ids)), sorted(link.places())
    both = replace(link, event_ids=ids, digests=b"".join(digest for _, digest in pairs))
    return is_genuine(both, own) or is_genuine(replace(link, event_ids=ids), own)


def _added(link: Link, own: Keys) -> int | None:
    """Return the event without which *link* verifies."""
    for at, event_id in enumerate(link.event_ids):
        ids = link.event_ids[:at] + link.event_ids[at + 1 :]
        digests = link.digests[: at * DIGEST_BYTES] + link.digests[(at + 1) * DIGEST_BYTES :]
        if any(is_genuine(replace(link, event_ids=ids, digests=digests, total=link.total - n), own) for n in (0, 1)):
            return event_id
    return None


def _joined(one: Finding, other: Finding) -> Finding | None:
    """Return both findings as one, where *other* goes on from *one*."""
    if one.kind is not other.kind or one.head or other.head:
        return None
    links = other.links
    if one.links and other.links:
        links = (min(one.links[0], other.links[0]), max(one.links[1], other.links[1]))
    if one.events and other.events:
        follows = other.events[0] == one.events[1] + 1 and (one.links is None) is (other.links is None)
        return Finding(one.kind, (one.events[0], other.events[1]), links) if follows else None
    if one.events or other.events or not one.links or not other.links:
        return None
    return Finding(one.kind, None, links) if other.links[0] == one.links[1] + 1 else None
