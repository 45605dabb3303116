"""The chain over the audit: each link covers a batch of events, and the link before it (K7).

Rules of this file:

- Of an event, all is covered: its line, which is also what `mfabot audit export` prints. A link holds the SHA-256 of
  each line, so that a check can name the very event that was changed.
- A link's MAC is HMAC-SHA-256 (RFC 2104) under a key that serves the chain alone (K3), over the link's number, time,
  total and key, the MAC of the link before, and its events in the order of linking. Old links verify under their key.
- The head says once more, under a seal of its own, how long the chain is. Whoever cuts off the end cannot make a head
  that fits; whoever puts an old one back is found by the heads in the log.
- A head that does not fit ends the linking until somebody acknowledges it (K9): a chain that began again by itself
  would look like what an attacker leaves behind.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from struct import pack

from bot.core.audit import spelled_time
from bot.core.sealing import Keyring, Purpose

LINK_FORMAT = b"mfabot.link.1\n"
HEAD_FORMAT = b"mfabot.head.1\n"
HEAD_EVENT = "audit head"
"""The event of the log that tells a head."""
DIGEST_BYTES = 32
NOTHING = bytes(DIGEST_BYTES)
"""As `previous`: the chain begins here. As an event's digest: it was gone before it could be linked."""

Keys = Mapping[str, bytes]
"""The chain's keys by id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it is kept. *at* is spelled by `spelled_time`, *detail* the text of its canonical JSON."""

    event_id: int
    at: str
    kind: str
    actor: str
    surface: str
    subject_id: int | None
    detail: str

    @property
    def line(self) -> str:
        """The event as one line of canonical JSON: sorted keys, no blanks, ASCII where *detail* is.

        *detail* stands in it as it is, and still no other event has the same line: a quote within a text is escaped,
        so what follows a detail, whatever somebody made of it, cannot be read as part of it.
        """
        return (
            f'{{"actor":{quoted(self.actor)},"at":{quoted(self.at)},"detail":{self.detail},"event_id":{self.event_id},'
            f'"kind":{quoted(self.kind)},"subject_id":{"null" if self.subject_id is None else self.subject_id},'
            f'"surface":{quoted(self.surface)}}}'
        )


@dataclass(frozen=True, slots=True)
class Link:
    """One link. *digests* are those of its events, in the order of *event_ids*; *total* counts events up to here."""

    number: int
    linked_at: str
    key_id: str
    previous: bytes
    event_ids: tuple[int, ...]
    digests: bytes
    total: int
    mac: bytes = b""

    def places(self) -> Iterator[tuple[int, bytes]]:
        """Yield the events that it covers, with what they must be."""
        for at, event_id in enumerate(self.event_ids):
            yield event_id, self.digests[at * DIGEST_BYTES : (at + 1) * DIGEST_BYTES]


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: in the database under a seal, in the log (*key_id* and *seal* empty) as a line."""

    number: int
    mac: bytes
    linked_at: str
    total: int
    key_id: str = ""
    seal: bytes = b""


class HeadFault(StrEnum):
    """Why no link can follow the head. The value is shown."""

    MISSING = "head_missing"
    """There are links, and no head."""
    NOT_GENUINE = "head_not_genuine"
    UNKNOWN_KEY = "head_under_unknown_key"
    OVERTAKEN = "head_overtaken"
    """The place after the head is taken by a link."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The head as it is kept, whether there are links at all, and whether the place after the head is taken."""

    head: Head | None
    links: bool
    overtaken: bool


def keys(ring: Keyring) -> Keys:
    """Return the chain's own keys."""
    return {key_id: ring.derived(Purpose.CHAIN, key_id) for key_id in ring.keys}


def digest(entry: Entry) -> bytes:
    """Return what a link holds of an event."""
    return sha256(entry.line.encode()).digest()


def head_fault(standing: Standing, own: Keys) -> HeadFault | None:
    """Return why no link can follow the head; None where one can, or where the chain has yet to begin."""
    head = standing.head
    if head is None:
        return HeadFault.MISSING if standing.links else None
    if head.key_id not in own:
        return HeadFault.UNKNOWN_KEY
    if not is_sealed(head, own):
        return HeadFault.NOT_GENUINE
    return HeadFault.OVERTAKEN if standing.overtaken else None


def next_link(entries: Sequence[tuple[int, Entry | None]], *, head: Head | None, ring: Keyring, now: datetime) -> Link:
    """Return the link over *entries*, in ascending order of their ids; None is an event that is there no more.

    It goes on from the head, in which `head_fault` found no fault; None: it is the first.
    """
    own = keys(ring)
    key_id = ring.primary
    number, total, previous = (head.number, head.total, head.mac) if head else (0, 0, NOTHING)
    ordered = sorted(entries, key=lambda entry: entry[0])
    link = Link(
        number=number + 1,
        linked_at=spelled_time(now),
        key_id=key_id,
        previous=previous,
        event_ids=tuple(event_id for event_id, _ in ordered),
        digests=b"".join(NOTHING if entry is None else digest(entry) for _, entry in ordered),
        total=total + len(ordered),
    )
    return replace(link, mac=mac(link, own[key_id]))


def head_of(link: Link, ring: Keyring) -> Head:
    """Return *link* as the head, under seal."""
    return sealed(Head(link.number, link.mac, link.linked_at, link.total, link.key_id), keys(ring))


def sealed(head: Head, own: Keys) -> Head:
    """Return *head* under the seal of the key that it names."""
    return replace(head, seal=_seal(head, own[head.key_id]))


def mac(link: Link, key: bytes) -> bytes:
    """Return the MAC that *link* has if it was made with *key*."""
    return hmac.digest(key, _covered(link), "sha256")


def state(link: Link) -> bytes:
    """Return the hash of all that *link* says, whatever key it was made with."""
    return sha256(_covered(link) + link.mac).digest()


def is_genuine(link: Link, own: Keys) -> bool:
    """Whether *link* was made with the key that it names."""
    fits = len(link.previous) == DIGEST_BYTES and len(link.digests) == DIGEST_BYTES * len(link.event_ids)
    return fits and link.key_id in own and hmac.compare_digest(link.mac, mac(link, own[link.key_id]))


def is_sealed(head: Head, own: Keys) -> bool:
    """Whether *head* was made with the key that it names."""
    return head.key_id in own and hmac.compare_digest(head.seal, _seal(head, own[head.key_id]))


def read_head(line: str) -> Head | None:
    """Return the head that a line of the log tells, None where it tells something else. Other words may precede it."""
    if HEAD_EVENT not in line:
        return None
    try:
        told = json.loads(line[line.index("{") :])
        if told["event"] != HEAD_EVENT:
            return None
        return Head(int(told["number"]), bytes.fromhex(told["mac"]), str(told["linked_at"]), int(told["count"]))
    except (ValueError, TypeError, KeyError):
        return None


def _covered(link: Link) -> bytes:
    count = len(link.event_ids)
    told = [link.number, link.linked_at, link.key_id, link.total, count]
    parts = (LINK_FORMAT, json.dumps(told).encode(), b"\n", link.previous, pack(f">{count}q", *link.event_ids))
    return b"".join(parts) + link.digests


def _seal(head: Head, key: bytes) -> bytes:
    told = [head.number, head.mac.hex(), head.linked_at, head.total, head.key_id]
    return hmac.digest(key, HEAD_FORMAT + json.dumps(told).encode(), "sha256")
