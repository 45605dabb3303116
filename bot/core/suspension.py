"""When a suspended person is released by themselves.

Rules of this file (design: "Person"): after "This wasn't me" or a reported theft it takes a recovery code and a current
code; a Slack account that came back needs one current code. Where there is no factor, nobody can show one: then a
release by helpdesk is the way. An account that is still deactivated stays suspended.
"""

from __future__ import annotations

from enum import StrEnum

from bot.core.people import Person, Standing, SuspendedWhy


class ReleaseRefusal(StrEnum):
    """Why no code is looked at."""

    NOT_SUSPENDED = "not_suspended"
    STRANGER = "stranger"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    NO_FACTOR = "no_factor"


def needs_recovery_code(why: SuspendedWhy) -> bool:
    """Whether a current code alone is not enough."""
    return why is not SuspendedWhy.DEACTIVATED


def may_release(person: Person, *, has_factor: bool) -> ReleaseRefusal | None:
    """Return why *person* cannot release themselves, or None."""
    if not person.suspended:
        return ReleaseRefusal.NOT_SUSPENDED
    if person.standing is not Standing.MEMBER:
        return ReleaseRefusal(person.standing.value)
    if not has_factor:
        return ReleaseRefusal.NO_FACTOR
    return None


def left(person: Person) -> bool:
    """Whether the account is deactivated, and the suspension that follows from it does not stand yet (X7)."""
    return person.standing is Standing.DELETED and person.suspended_why is not SuspendedWhy.DEACTIVATED


def came_back(person: Person) -> bool:
    """Whether a deactivated account is active again and its suspension still stands."""
    return person.suspended_why is SuspendedWhy.DEACTIVATED and person.standing is Standing.MEMBER


def after_return(person: Person, *, has_factor: bool) -> bool:
    """Whether a deactivated account that came back is free at once: it is, where there is no factor to show."""
    return came_back(person) and not has_factor
