"""Who may start and confirm an enrollment, and how it ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.core import enrollment
from bot.core.enrollment import ConfirmRefusal, Enrollment, Limits, StartRefusal, State
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.sealing import Sealed

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIMITS = Limits()
ADA = Person(1, "T0MFA", "U0ADA", Standing.MEMBER, "Ada", None, None, None)
SUSPENDED = replace(ADA, suspended_at=NOON, suspended_why=SuspendedWhy.NOT_ME)
PENDING = Enrollment(
    enrollment_id=1,
    person_id=1,
    intent=UUID(int=1),
    state=State.PENDING,
    replaces=None,
    sealed=Sealed("k1", b"box"),
    wrong=0,
    started_at=NOON,
    expires_at=NOON + LIMITS.ttl,
)
ENDS = [state for state in State if state is not State.PENDING]


def standing(of: Standing) -> Person:
    return replace(ADA, standing=of)


@pytest.mark.parametrize(
    ("person", "has_factor", "replacing", "lately", "refusal"),
    [
        (ADA, False, False, 0, None),
        (ADA, False, False, 4, None),
        (ADA, True, True, 0, None),
        (standing(Standing.STRANGER), False, False, 0, StartRefusal.STRANGER),
        (standing(Standing.GUEST), False, False, 0, StartRefusal.GUEST),
        (standing(Standing.BOT), False, False, 0, StartRefusal.BOT),
        (standing(Standing.DELETED), False, False, 0, StartRefusal.DELETED),
        (standing(Standing.GUEST), True, True, 0, StartRefusal.GUEST),
        (SUSPENDED, False, False, 0, StartRefusal.SUSPENDED),
        (SUSPENDED, True, True, 0, StartRefusal.SUSPENDED),
        (ADA, True, False, 0, StartRefusal.ALREADY_ON),
        (ADA, False, True, 0, StartRefusal.NOTHING_TO_REPLACE),
        (ADA, False, False, 5, StartRefusal.TOO_MANY_STARTS),
        (ADA, True, True, 5, StartRefusal.TOO_MANY_STARTS),
    ],
)
def test_only_an_active_member_starts_and_with_mfa_on_only_a_replacement(
    person: Person, lately: int, refusal: StartRefusal | None, *, has_factor: bool, replacing: bool
) -> None:
    answer = enrollment.may_start(person, has_factor=has_factor, replacing=replacing, lately=lately, limits=LIMITS)

    assert answer is refusal


@pytest.mark.parametrize(
    ("by", "seconds", "refusal"),
    [
        (ADA, 0, None),
        (ADA, 599.999, None),
        (ADA, 600, ConfirmRefusal.EXPIRED),
        (replace(ADA, person_id=2), 0, ConfirmRefusal.NOT_YOURS),
        (replace(SUSPENDED, person_id=2), 900, ConfirmRefusal.NOT_YOURS),
        (SUSPENDED, 0, ConfirmRefusal.SUSPENDED),
        (standing(Standing.STRANGER), 0, ConfirmRefusal.STRANGER),
        (standing(Standing.GUEST), 0, ConfirmRefusal.GUEST),
        (standing(Standing.BOT), 0, ConfirmRefusal.BOT),
        (standing(Standing.DELETED), 0, ConfirmRefusal.DELETED),
    ],
)
def test_only_its_owner_confirms_and_only_in_time(by: Person, seconds: float, refusal: ConfirmRefusal | None) -> None:
    assert enrollment.may_confirm(PENDING, by=by, now=NOON + timedelta(seconds=seconds)) is refusal


@pytest.mark.parametrize("state", ENDS)
def test_an_enrollment_that_ended_is_not_confirmed_and_says_how_it_ended(state: State) -> None:
    done = enrollment.ended(PENDING, state, now=NOON)

    assert enrollment.may_confirm(done, by=ADA, now=NOON) is ConfirmRefusal(state.value)


def test_the_fifth_wrong_code_ends_it() -> None:
    counted = PENDING
    for wrong in range(1, 5):
        counted = enrollment.after_wrong_code(counted, now=NOON, limits=LIMITS)
        assert (counted.state, counted.wrong) == (State.PENDING, wrong)

    last = enrollment.after_wrong_code(counted, now=NOON, limits=LIMITS)

    assert (last.state, last.wrong, last.sealed, last.ended_at) == (State.EXHAUSTED, 5, None, NOON)


@pytest.mark.parametrize("state", ENDS)
def test_every_end_erases_the_secret_and_is_final(state: State) -> None:
    done = enrollment.ended(PENDING, state, now=NOON)

    assert (done.state, done.sealed, done.ended_at) == (state, None, NOON)
    for further in State:
        with pytest.raises(ValueError, match="no transition"):
            enrollment.ended(done, further, now=NOON)


def test_nothing_ends_as_pending() -> None:
    with pytest.raises(ValueError, match="no transition"):
        enrollment.ended(PENDING, State.PENDING, now=NOON)
