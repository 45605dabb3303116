"""The kinds of tampering with the audit, and how links and logged heads that do not fit are told apart (K7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.chain import DIGEST_BYTES, Head, Keys, Link, is_genuine

KEPT_AT_MOST = 1000
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


@dataclass(frozen=True, slots=True)
class Finding:
    """What was done, to which events, first and last, in which links; *head*: the log tells it, and no link has it."""

    kind: Kind
    events: tuple[int, int] | None = None
    links: tuple[int, int] | None = None
    head: Head | None = None


class Findings:
    """What was found, neighbors in one; no more of it than can be read, but all of it counted."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.more = 0

    def add(
        self, kind: Kind, *, event: int | None = None, links: tuple[int, int] | None = None, head: Head | None = None
    ) -> None:
        """Add a finding; to the last one where it goes on from there."""
        found = Finding(kind, None if event is None else (event, event), links, head)
        joined = _joined(self.kept[-1], found) if self.kept else None
        if joined is not None:
            self.kept[-1] = joined
        elif len(self.kept) < KEPT_AT_MOST:
            self.kept.append(found)
        else:
            self.more += 1


def sort_links(findings: Findings, not_genuine: Sequence[Link], *, own: Keys, last: int | None) -> None:
    """Say what was done to each link that was not made with its key; *last* is the sealed head's number."""
    numbers = [link.number for link in not_genuine[:TRIED_AT_MOST]]
    for at, link in enumerate(not_genuine):
        here = (link.number, link.number)
        if last is not None and link.number > last:
            for event_id in link.event_ids:
                findings.add(Kind.INSERTED, event=event_id, links=here)
        elif at < TRIED_AT_MOST and _was_reordered(link, numbers, own):
            findings.add(Kind.REORDERED, links=here)
        elif at < TRIED_AT_MOST and (added := _added(link, own)) is not None:
            findings.add(Kind.INSERTED, event=added, links=here)
        else:
            findings.add(Kind.REMADE, links=here)


def compare_log(findings: Findings, unmatched: Sequence[Head], *, first: Link | None, last: Link | None) -> None:
    """Say what became of the heads of the log that no link has, unless links were found to be gone there."""
    gaps = [found.links for found in findings.kept if found.kind in (Kind.CUT, Kind.TRUNCATED) and found.links]
    left = [head for head in unmatched if not any(begin <= head.number <= end for begin, end in gaps)]
    if not left:
        return
    earliest = min(left, key=lambda head: (head.linked_at, head.number))
    if first is None or last is None:
        kind = Kind.TRUNCATED
    elif first.linked_at > earliest.linked_at:
        kind = Kind.REMADE
    elif Finding(Kind.CUT) in findings.kept and all(head.number > last.number for head in left):
        kind = Kind.CUT
        findings.kept.remove(Finding(Kind.CUT))
    else:
        kind = Kind.OLDER
    findings.add(kind, head=earliest)


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
