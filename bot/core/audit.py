"""Audit events: who did what to whom, when, from which surface.

Rules of this file (K7, A12; OWASP Logging): an event holds ids, never names or free text; its canonical form is JSON
with sorted keys and no blanks, so that the chain over the events can be checked again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from bot.core.throttle import SLACK

Detail = Mapping[str, str | int | bool | None]


class Kind(StrEnum):
    """What happened. The value is stored; a kind is never renamed."""

    ENROLLMENT_STARTED = "enrollment.started"
    ENROLLMENT_REFUSED = "enrollment.refused"
    ENROLLMENT_WRONG_CODE = "enrollment.wrong_code"
    ENROLLMENT_ENDED = "enrollment.ended"
    QR_SENT = "enrollment.qr_sent"
    KEY_SHOWN = "enrollment.key_shown"
    MFA_ENABLED = "mfa.enabled"
    MFA_REPLACED = "mfa.replaced"
    MFA_DISABLED = "mfa.disabled"
    OWN_REFUSED = "own.refused"
    RECOVERY_CODES_MADE = "recovery.made"
    RECOVERY_CODES_SAVED = "recovery.saved"
    VERIFICATION = "verification"
    WAIT_BEGAN = "throttle.wait_began"
    DAY_LIMIT_REACHED = "throttle.day_limit_reached"
    LOCKED = "throttle.locked"
    WAIT_ENDED = "throttle.wait_ended"
    UNLOCKED = "throttle.unlocked"
    PROTECTED = "person.protected"
    UNPROTECTED = "person.unprotected"
    PROTECTION_REFUSED = "protection.refused"
    SUSPENDED = "person.suspended"
    DISPUTED = "factor.disputed"
    WORD_AWAITED = "word.awaited"
    WORD_MADE = "word.made"
    WORD_WRONG = "word.wrong"
    RELEASED = "person.released"
    CODE_PASTED = "code.pasted"
    RESET_OPENED = "reset.opened"
    RESET_REFUSED = "reset.refused"
    RESET_APPROVED = "reset.approved"
    RESET_ENDED = "reset.ended"
    MFA_RESET = "mfa.reset"
    ROLES_SEEN = "roles.seen"
    ROLE_DEFINED = "role.defined"
    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    ROLE_REFUSED = "role.refused"
    LOCKDOWN_STARTED = "lockdown.started"
    LOCKDOWN_LIFTED = "lockdown.lifted"
    LOCKDOWN_REFUSED = "lockdown.refused"
    UNLOCK_REFUSED = "unlock.refused"
    RELEASE_OFFERED = "release.offered"
    RELEASE_REFUSED = "release.refused"
    LOOKED = "looked"
    LOOK_REFUSED = "look.refused"
    PEOPLE_SYNCED = "people.synced"
    ADDRESS_CHANGED = "person.address_changed"
    MANAGER_SET = "manager.set"
    MANAGER_REFUSED = "manager.refused"
    GLASS_BROKEN = "glass.broken"
    GLASS_REFUSED = "glass.refused"
    RIGHTS_DORMANT = "rights.dormant"
    RIGHTS_WOKEN = "rights.woken"
    AUDIT_ACCEPTED = "audit.accepted"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_REFUSED = "audit.refused"
    APP_CREATED = "app.created"
    APP_ROTATED = "app.rotated"
    APP_REVOKED = "app.revoked"
    APP_REFUSED = "app.refused"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. *actor* is `person:<id>`, `app:<id>`, `host:<user>` or `system`; *subject_id* the person concerned."""

    kind: Kind
    at: datetime
    actor: str
    surface: str
    subject_id: int | None = None
    detail: Detail = field(default_factory=dict)


SYSTEM = "system"
CLI = "cli"
"""The surface of what is done on the host."""


def by_person(person_id: int) -> str:
    """Name a person as actor."""
    return f"person:{person_id}"


def person_of(actor: str | None) -> int | None:
    """Return the person whom an actor's name names, or None."""
    number = (actor or "").removeprefix("person:")
    return int(number) if actor != number and number.isdigit() else None


def by_app(app_id: int) -> str:
    """Name a relying app as actor or as surface."""
    return f"app:{app_id}"


def by_host(user: str) -> str:
    """Name the account on the host that ran the CLI."""
    return f"host:{user}"


def surface_of(actor: str) -> str:
    """Return where an actor acts: an application has a surface of its own, and its name."""
    if actor.startswith("app:"):
        return actor
    return CLI if actor.startswith("host:") else SLACK


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def canonical(detail: Detail) -> str:
    """Spell *detail* the one way it is stored."""
    return _CANONICAL(dict(detail))


def spelled_time(at: datetime) -> str:
    """Spell a time in UTC with microseconds, the one way it is chained."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
