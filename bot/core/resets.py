"""A reset request: the one way in which somebody else's MFA is disabled.

Rules of this file (design: "Reset request"; A3 to A7, A12, A13):

- `awaiting_approval` becomes `holding` or `executed`; `holding` becomes `executed`; everything else is an exit. What is
  not listed is refused: of many answers at once one takes effect (A5).
- It is bound to one factor: a request for an old factor never touches a new one (A6).
- A direct disable is a request that starts in `holding` or `executed`. A privileged subject is never disabled
  directly; an approval for one holds for longer.
- It expires 4 hours after it was opened, as long as nobody has approved it.
- Whether one is opened at all is in `reset_opening`.
- An accepted TOTP code of the subject, anywhere, cancels it: who can produce codes needs no reset. One for a stolen
  phone it does not: whoever has the phone could produce that code. It is a warning on the card (A15).
- A phone that is reported stolen suspends its owner: at once, but a privileged one only if the requester could disable
  them directly, else with the approval (A15).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from bot.core.audit import by_person
from bot.core.identity_check import IdentityCheck

REASON_LEAST, REASON_MOST = 10, 500
"""Characters of a reason."""
_BLANK: Final = "\u115f\u1160\u2800\u3164\uffa0"
"""What Unicode calls letters and symbols, and shows nothing: Hangul fillers, the empty Braille pattern."""


class State(StrEnum):
    """Where a request stands; all but the first two are ends."""

    AWAITING_APPROVAL = "awaiting_approval"
    HOLDING = "holding"
    EXECUTED = "executed"
    DENIED = "denied"
    VETOED = "vetoed"
    SELF_CANCELLED = "self_cancelled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REFUSED = "refused"


TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    State.AWAITING_APPROVAL: frozenset(State) - {State.AWAITING_APPROVAL},
    State.HOLDING: frozenset(State) - {State.AWAITING_APPROVAL, State.HOLDING, State.EXPIRED},
}
"""What may follow what; an end is followed by nothing."""
OPEN: Final = frozenset(TRANSITIONS)


class Happened(StrEnum):
    """What the requester says has happened to the subject's phone. Stolen suspends the subject."""

    LOST = "lost"
    STOLEN = "stolen"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the rules above."""

    ttl: timedelta = timedelta(hours=4)
    hold: timedelta = timedelta(0)
    hold_privileged: timedelta = timedelta(hours=1)
    require_identity_check: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """A request. *requester_id* is None where the host broke the glass; *privileged* as the subject was at opening."""

    request_id: int
    intent: UUID
    subject_id: int
    requester_id: int | None
    factor_id: int
    state: State
    happened: Happened
    reason: str = field(repr=False)
    direct: bool
    privileged: bool
    opened_at: datetime
    expires_at: datetime
    hold_until: datetime | None = None
    approver_id: int | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    denial: str | None = field(default=None, repr=False)
    identity_check: IdentityCheck | None = None
    code_accepted_at: datetime | None = None
    """When a code of the subject was last accepted while it was open; only of one for a stolen phone, which goes on."""

    @property
    def open(self) -> bool:
        """Whether it can still take effect."""
        return self.state in OPEN

    @property
    def people(self) -> set[int]:
        """Subject, requester and approver, as far as there are any."""
        return {one for one in (self.subject_id, self.requester_id, self.approver_id) if one is not None}

    @property
    def half_time(self) -> datetime:
        """When those are reminded who could answer."""
        return self.opened_at + (self.expires_at - self.opened_at) / 2


class AnswerRefusal(StrEnum):
    """Why an answer comes to nothing. *requester*: who asked may no longer ask."""

    ENDED = "ended"
    HOLDING = "holding"
    EXPIRED = "expired"
    OTHER_FACTOR = "other_factor"
    REQUESTER = "requester"


class ReasonFault(StrEnum):
    """Why a reason is none."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


def opened(  # noqa: PLR0913  all that a request is told
    *,
    intent: UUID,
    subject_id: int,
    requester_id: int,
    factor_id: int,
    happened: Happened,
    reason: str,
    direct: bool,
    privileged: bool,
    now: datetime,
    limits: Limits,
) -> Reset:
    """Return a new request, as yet without an id: one that waits for an approval, or (direct) for time alone."""
    state, until = State.AWAITING_APPROVAL, None
    if direct:
        state, until = settled_state(privileged=privileged, now=now, limits=limits)
    done = state is State.EXECUTED
    return Reset(
        request_id=0,
        intent=intent,
        subject_id=subject_id,
        requester_id=requester_id,
        factor_id=factor_id,
        state=state,
        happened=happened,
        reason=reason,
        direct=direct,
        privileged=privileged,
        opened_at=now,
        expires_at=now + limits.ttl,
        hold_until=until,
        ended_at=now if done else None,
        ended_by=by_person(requester_id) if done else None,
    )


def suspends(reset: Reset, *, may_disable: bool) -> bool:
    """Whether the request suspends its subject as it stands; *may_disable*: the requester could disable directly."""
    if reset.happened is not Happened.STOLEN:
        return False
    return may_disable or not reset.privileged or reset.state in (State.HOLDING, State.EXECUTED)


def ends_by_code(reset: Reset) -> bool:
    """Whether an accepted code of the subject ends the request."""
    return reset.happened is not Happened.STOLEN


def hold(*, privileged: bool, limits: Limits) -> timedelta:
    """Return how long an approved or direct request is held before it takes effect."""
    return max(limits.hold, limits.hold_privileged) if privileged else limits.hold


def settled_state(*, privileged: bool, now: datetime, limits: Limits) -> tuple[State, datetime | None]:
    """Return the state that nothing but time stands between, and until when it is held."""
    length = hold(privileged=privileged, limits=limits)
    return (State.HOLDING, now + length) if length else (State.EXECUTED, None)


def may_answer(reset: Reset, *, factor_id: int | None, now: datetime) -> AnswerRefusal | None:
    """Return why an approval comes to nothing, or None; *factor_id* is the subject's active factor."""
    if reset.state is State.HOLDING:
        return AnswerRefusal.HOLDING
    if reset.state is not State.AWAITING_APPROVAL:
        return AnswerRefusal.ENDED
    if now >= reset.expires_at:
        return AnswerRefusal.EXPIRED
    if factor_id != reset.factor_id:
        return AnswerRefusal.OTHER_FACTOR
    return None


def approved(reset: Reset, *, by: int, privileged: bool, now: datetime, limits: Limits) -> Reset:
    """Return the request after *by* approved it: held, or ready to take effect at once.

    *privileged* is the subject now; one who was so at opening, or has become so since, has the longer hold.
    """
    state, until = settled_state(privileged=reset.privileged or privileged, now=now, limits=limits)
    if state is State.EXECUTED:
        return ended(replace(reset, approver_id=by), State.EXECUTED, by=by_person(by), now=now)
    return moved(replace(reset, approver_id=by, hold_until=until), state)


def ended(reset: Reset, state: State, *, by: str, now: datetime) -> Reset:
    """Return the request at its end.

    Raises:
        ValueError: *state* may not follow; a bug of the caller.
    """
    if state in OPEN:
        raise ValueError(f"{state.value} is no end")
    return replace(moved(reset, state), ended_at=now, ended_by=by)


def moved(reset: Reset, state: State) -> Reset:
    """Return the request in a state that may follow its own.

    Raises:
        ValueError: it may not; a bug of the caller.
    """
    if state not in TRANSITIONS.get(reset.state, frozenset()):
        raise ValueError(f"no transition from {reset.state.value} to {state.value}")
    return replace(reset, state=state)


def reason(text: str) -> str | ReasonFault:
    """Read a reason: one line without control, bidirectional or invisible characters (X6)."""
    plain = "".join(" " if one in "\t\r\n" else one for one in text if one in "\t\r\n" or _shown(one))
    plain = re.sub(r" {2,}", " ", plain).strip()
    if len(plain) < REASON_LEAST:
        return ReasonFault.TOO_SHORT
    if len(plain) > REASON_MOST:
        return ReasonFault.TOO_LONG
    return plain


def reason_digest(text: str) -> str:
    """Return what the audit keeps of a reason: its SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(one: str) -> bool:
    return one not in _BLANK and unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
