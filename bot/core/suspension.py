"""What ends a suspension, and what does not.

Rules of this file (design: "Person", "Reset request"):

- After `Block my sign-in` or a reported theft it takes a recovery code and a current code to release oneself; a Slack
  account that came back needs one current code. Where there is no factor, nobody can show one: then a release by
  helpdesk is the way. An account that is still deactivated stays suspended.
- A block disputes a factor that was set up, replaced or given new recovery codes lately, whichever notice it was
  pressed on: whoever did that holds its codes, so that no code and no release ends it, only a reset (E9).
- A reset ends a suspension, but not one by a block or a theft: that goes on until the person has enrolled with the word
  of whoever approved. Else whoever is in their Slack account would have made their sign-in one by password (E10).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.resets import Happened

BLOCK_TTL: Final = timedelta(days=7)
"""How long the button of a notice works, and how far back a block disputes what was changed."""


class ReleaseRefusal(StrEnum):
    """Why no code is looked at."""

    NOT_SUSPENDED = "not_suspended"
    STRANGER = "stranger"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    NO_FACTOR = "no_factor"
    DISPUTED = "disputed"
    AWAITS_WORD = "awaits_word"


def needs_recovery_code(why: SuspendedWhy) -> bool:
    """Whether a current code alone is not enough."""
    return why is not SuspendedWhy.DEACTIVATED


def may_release(
    person: Person, *, has_factor: bool, disputed: bool = False, awaits_word: bool = False
) -> ReleaseRefusal | None:
    """Return why *person* cannot release themselves, or None."""
    if not person.suspended:
        return ReleaseRefusal.NOT_SUSPENDED
    if person.standing is not Standing.MEMBER:
        return ReleaseRefusal(person.standing.value)
    if disputed:
        return ReleaseRefusal.DISPUTED
    if not has_factor:
        return ReleaseRefusal.AWAITS_WORD if awaits_word else ReleaseRefusal.NO_FACTOR
    return None


def block_works(noticed_at: datetime, *, now: datetime, ttl: timedelta) -> bool:
    """Whether the button of a notice of this age still blocks."""
    return now - noticed_at <= ttl


def outlives_reset(person: Person, *, disputed: bool, happened: Happened) -> bool:
    """Whether *person* stays suspended after the reset of their MFA, until they enroll with the word."""
    blocked = person.suspended_why in (SuspendedWhy.NOT_ME, SuspendedWhy.STOLEN)
    return blocked or disputed or happened is Happened.STOLEN


def worse(standing: SuspendedWhy | None, reported: SuspendedWhy) -> bool:
    """Whether a new reason asks for more than the one that stands, and so takes its place; the older is not lost.

    That the owner blocked themselves is remembered beside it.
    """
    order = (None, SuspendedWhy.DEACTIVATED, SuspendedWhy.NOT_ME, SuspendedWhy.STOLEN)
    return order.index(reported) > order.index(standing)


def left(person: Person) -> bool:
    """Whether the account is deactivated, and the suspension that follows from it does not stand yet (X7)."""
    return person.standing is Standing.DELETED and person.suspended_why is not SuspendedWhy.DEACTIVATED


def came_back(person: Person) -> bool:
    """Whether a deactivated account is active again and its suspension still stands."""
    return person.suspended_why is SuspendedWhy.DEACTIVATED and person.standing is Standing.MEMBER


def after_return(person: Person, *, has_factor: bool) -> bool:
    """Whether a deactivated account that came back is free at once: it is, where there is no factor to show."""
    return came_back(person) and not has_factor
