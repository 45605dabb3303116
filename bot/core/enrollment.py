"""An enrollment: one attempt to bind a factor, from start to its end.

Rules of this file (design: "Enrollment"; E1 to E3):

- `pending` becomes `confirmed` only by a right code for this very pending secret, typed by the same person.
- It ends by itself after 10 minutes, after 5 wrong codes, or when it is started again; at most one is pending a person.
- With MFA on, a start is a replacement: it needs a current or recovery code, and the old factor stays live until the
  new one is confirmed.
- At most 5 starts an hour.
- A suspended person starts none, but for the one that ends a suspension which outlived a reset: it is confirmed with
  the word as well (E10).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.core.people import Person, Standing
from bot.core.sealing import Place, Purpose, Sealed
from bot.core.words import Awaited


class State(StrEnum):
    """Where an enrollment stands; all but `pending` are ends."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXHAUSTED = "exhausted"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the rules above."""

    ttl: timedelta = timedelta(minutes=10)
    max_wrong: int = 5
    starts_per_hour: int = 5


@dataclass(frozen=True, slots=True)
class Enrollment:
    """One attempt. *sealed* is there while it is pending, and only then; *replaces* is the live factor it will end.

    *keeps_age*: a TOTP code of that factor started it, so that the new one counts as theirs for as long as that one.
    """

    enrollment_id: int
    person_id: int
    intent: UUID
    state: State
    replaces: int | None
    sealed: Sealed | None
    wrong: int
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    keeps_age: bool = False


def secret_place(person: Person, enrollment_id: int) -> Place:
    """Return the place that the secret of a pending enrollment of *person* is sealed for (K1)."""
    return Place(Purpose.ENROLLMENT, person.team_id, person.person_id, enrollment_id)


class StartRefusal(StrEnum):
    """Why an enrollment does not start."""

    STRANGER = "stranger"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    SUSPENDED = "suspended"
    ALREADY_ON = "already_on"
    NOTHING_TO_REPLACE = "nothing_to_replace"
    TOO_MANY_STARTS = "too_many_starts"
    LOCKDOWN = "lockdown"
    NO_WORD = "no_word"


class ConfirmRefusal(StrEnum):
    """Why a code does not confirm, before it was looked at."""

    NOT_YOURS = "not_yours"
    SUSPENDED = "suspended"
    STRANGER = "stranger"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXHAUSTED = "exhausted"
    UNDELIVERED = "undelivered"
    LOCKDOWN = "lockdown"
    NO_WORD = "no_word"


def may_start(
    person: Person,
    *,
    has_factor: bool,
    replacing: bool,
    lately: int,
    limits: Limits,
    awaited: Awaited | None = None,
) -> StartRefusal | None:
    """Return why *person* may not start, or None.

    *lately* counts the starts of the last hour; *awaited* is the word that ends the person's suspension.
    """
    if person.standing is not Standing.MEMBER:
        return StartRefusal(person.standing.value)
    if person.suspended and (awaited is None or not awaited.live):
        return StartRefusal.SUSPENDED if awaited is None else StartRefusal.NO_WORD
    if has_factor and not replacing:
        return StartRefusal.ALREADY_ON
    if replacing and not has_factor:
        return StartRefusal.NOTHING_TO_REPLACE
    if lately >= limits.starts_per_hour:
        return StartRefusal.TOO_MANY_STARTS
    return None


def may_confirm(
    enrollment: Enrollment, *, by: Person, now: datetime, awaited: Awaited | None = None
) -> ConfirmRefusal | None:
    """Return why no code of *by* is looked at, or None; *awaited* as in `may_start`."""
    if by.person_id != enrollment.person_id:
        return ConfirmRefusal.NOT_YOURS
    if enrollment.state is not State.PENDING:
        return ConfirmRefusal(enrollment.state.value)
    if by.standing is not Standing.MEMBER:
        return ConfirmRefusal(by.standing.value)
    if by.suspended and (awaited is None or not awaited.live):
        return ConfirmRefusal.SUSPENDED if awaited is None else ConfirmRefusal.NO_WORD
    if now >= enrollment.expires_at:
        return ConfirmRefusal.EXPIRED
    return None


def after_wrong_code(enrollment: Enrollment, *, now: datetime, limits: Limits) -> Enrollment:
    """Count a wrong code; the last one ends the enrollment."""
    counted = replace(enrollment, wrong=enrollment.wrong + 1)
    return ended(counted, State.EXHAUSTED, now=now) if counted.wrong >= limits.max_wrong else counted


def ended(enrollment: Enrollment, state: State, *, now: datetime) -> Enrollment:
    """Return the enrollment at its end, the pending secret gone.

    Raises:
        ValueError: it had ended already, or *state* is no end; both are bugs of the caller.
    """
    if enrollment.state is not State.PENDING or state is State.PENDING:
        raise ValueError(f"no transition from {enrollment.state.value} to {state.value}")
    return replace(enrollment, state=state, sealed=None, ended_at=now)
