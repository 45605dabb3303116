"""Whether a reset request is opened, once the policy has let it pass.

Rules of this file (design: "Reset request", "Permissions"; A12, A15, A17):

- At most one is open a subject, three a requester.
- At most three a requester and day are for a stolen phone: each suspends somebody.
- After the subject has stopped one, the same requester opens none about that person for a day. Not after one for a
  stolen phone: whoever has the phone could have stopped it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.core.resets import Happened

OPEN_AT_MOST: Final = 3
"""Requests that one requester may have open (A12)."""
STOLEN_AT_MOST: Final = 3
STOLEN_WITHIN: Final = timedelta(days=1)
COOLDOWN: Final = timedelta(days=1)


class OpenRefusal(StrEnum):
    """Why a request is not opened."""

    ALREADY_OPEN = "already_open"
    TOO_MANY_OPEN = "too_many_open"
    TOO_MANY_STOLEN = "too_many_stolen"
    NO_APPROVER = "no_approver"


@dataclass(frozen=True, slots=True)
class VetoedLately:
    """Why the requester opens none *until* then: the subject has stopped one of theirs."""

    until: datetime

    @property
    def value(self) -> str:
        """What the audit calls it."""
        return "vetoed_lately"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was asked before: *vetoed_at*: when the subject last stopped a request of this requester."""

    open_about_subject: bool
    open_of_requester: int
    stolen_of_requester: int
    vetoed_at: datetime | None


def may_open(before: Before, *, happened: Happened, now: datetime) -> OpenRefusal | VetoedLately | None:
    """Return why no request is opened, or None; whether somebody could approve is asked apart."""
    if before.open_about_subject:
        return OpenRefusal.ALREADY_OPEN
    if before.vetoed_at is not None and now - before.vetoed_at < COOLDOWN:
        return VetoedLately(before.vetoed_at + COOLDOWN)
    if before.open_of_requester >= OPEN_AT_MOST:
        return OpenRefusal.TOO_MANY_OPEN
    if happened is Happened.STOLEN and before.stolen_of_requester >= STOLEN_AT_MOST:
        return OpenRefusal.TOO_MANY_STOLEN
    return None
