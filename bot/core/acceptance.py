"""What somebody acknowledged of the audit, so that a finding which is known hides none that is new (K9).

Rules of this file:

- An acceptance names places and what stood there, each by a hash: an event in this state, a link in this state, a
  number without its link. Whatever changes there later has another hash, and is found.
- Its MAC is made with the chain's key, so that nobody acknowledges anything who has the database alone.
- What an acceptance repairs, the head, is no such place: if it is garbled once more, that is found.
- It says nothing of other places: what somebody puts in or takes out later is judged as if there were none.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.core.chain import Entry, Head, Keys, Link, digest, state

FORMAT = b"mfabot.acceptance.1\n"
FINGERPRINT_BYTES = 32
PLACES_AT_MOST = 200_000
"""How many places one acceptance names; the rest is left to the next."""

Fingerprint = bytes


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One acceptance; *fingerprints* one after the other."""

    number: int
    accepted_at: str
    reason: str
    key_id: str
    fingerprints: bytes
    mac: bytes = b""

    def places(self) -> Iterator[Fingerprint]:
        """Yield the fingerprints."""
        for at in range(0, len(self.fingerprints), FINGERPRINT_BYTES):
            yield self.fingerprints[at : at + FINGERPRINT_BYTES]


def made(acceptance: Acceptance, own: Keys) -> Acceptance:
    """Return *acceptance* with its MAC under the key that it names."""
    return replace(acceptance, mac=_mac(acceptance, own[acceptance.key_id]))


def is_genuine(acceptance: Acceptance, own: Keys) -> bool:
    """Whether *acceptance* was made with the key that it names."""
    return acceptance.key_id in own and hmac.compare_digest(acceptance.mac, _mac(acceptance, own[acceptance.key_id]))


def accepted(acceptances: Iterable[Acceptance], own: Keys) -> dict[Fingerprint, str]:
    """Return the places that genuine *acceptances* name, each with when it was last acknowledged."""
    return {
        place: acceptance.accepted_at
        for acceptance in sorted(acceptances, key=lambda one: one.accepted_at)
        if is_genuine(acceptance, own)
        for place in acceptance.places()
    }


def of_event(entry: Entry) -> Fingerprint:
    """Name an event as it stands."""
    return _of("event", entry.event_id, digest(entry).hex())


def of_gone(event_id: int) -> Fingerprint:
    """Name an event that is not there."""
    return _of("gone", event_id)


def of_twice(event_id: int, link: int) -> Fingerprint:
    """Name an event that *link* covers once more."""
    return _of("twice", event_id, link)


def of_link(link: Link) -> Fingerprint:
    """Name a link as it stands."""
    return _of("link", link.number, state(link).hex())


def of_gap(first: int, last: int) -> Fingerprint:
    """Name links that are not there."""
    return _of("gap", first, last)


def of_logged(head: Head) -> Fingerprint:
    """Name a head that the log tells, and no link has."""
    return _of("logged", *_told(head))


def of_acceptance(acceptance: Acceptance) -> Fingerprint:
    """Name an acceptance as it stands."""
    return _of("acceptance", acceptance.number, sha256(_covered(acceptance) + acceptance.mac).hexdigest())


def _told(head: Head) -> list[str | int]:
    return [head.number, head.mac.hex(), head.linked_at, head.total]


def _of(*told: str | int) -> Fingerprint:
    return sha256(FORMAT + json.dumps(told).encode()).digest()


def _covered(acceptance: Acceptance) -> bytes:
    told = [acceptance.number, acceptance.accepted_at, acceptance.key_id, acceptance.reason]
    return FORMAT + json.dumps(told).encode() + b"\n" + acceptance.fingerprints


def _mac(acceptance: Acceptance, key: bytes) -> bytes:
    return hmac.digest(key, _covered(acceptance), "sha256")
