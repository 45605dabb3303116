"""How a request ends by what its subject does elsewhere, and what a reset does to whatever else stands."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bot.core.actions import Guard
from bot.core.people import SuspendedWhy
from bot.core.resets import AnswerRefusal, State
from bot.core.resets import Limits as ResetLimits
from bot.services.disable import Disabled
from bot.services.enrollment import Confirmed, Started
from bot.services.lookups import BySlackId
from bot.services.reset_times import Due
from bot.services.resets import Came, Done
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import changed, make_key, scan


async def state(ledger: Ledger, request_id: int) -> State:
    return State(await ledger.conn.fetchval("SELECT state FROM reset_request WHERE request_id = $1", request_id))


@pytest.mark.parametrize("surface", ["sign-in", "replace", "recovery codes", "disable"])
async def test_a_code_of_the_subject_anywhere_cancels_it(cast: Cast, ledger: Ledger, surface: str) -> None:
    asked = await cast.asks()
    employee, services = cast.employee, cast.services
    typed = employee.code()

    match surface:
        case "sign-in":
            key = await make_key(services)
            await services.verification.check(key, BySlackId(employee.profile.slack_user_id), typed=typed)
        case "replace":
            await services.enrollments.start(employee.id, intent=uuid4(), replacing=True, typed=typed)
        case "recovery codes":
            await services.recovery.renew(employee.id, intent=uuid4(), typed=typed)
        case _:
            await services.disable.disable_own(employee.id, factor_id=employee.factor_id, typed=typed)

    assert await state(ledger, asked.request_id) is State.SELF_CANCELLED
    assert await ledger.told(cast.agent.id) == ["reset_mine", "reset_outcome"]
    assert await ledger.unsettled(asked.request_id) == {"reset_outcome"}
    late = await cast.approves(asked, cast.manager)
    assert isinstance(late, Came)


async def test_a_code_of_the_subject_stops_a_reset_that_is_held(cast: Cast, ledger: Ledger) -> None:
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(minutes=10)))
    outcome = await cast.opens(cast.admin, cast.employee, on=slow)
    assert isinstance(outcome, Done)
    assert outcome.reset.state is State.HOLDING
    key, who = await make_key(cast.services), BySlackId(cast.employee.profile.slack_user_id)

    await cast.services.verification.check(key, who, typed=cast.employee.code())
    cast.services.clock.forward(minutes=10)
    due = await slow.reset_times.execute(outcome.reset.request_id, told=cast.profiles(*outcome.reset.people))

    assert due is Due.ENDED
    assert await state(ledger, outcome.reset.request_id) is State.SELF_CANCELLED
    assert "mfa.reset" not in await ledger.events()


async def test_a_wrong_or_a_pasted_code_or_a_recovery_code_does_not_cancel_it(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    key, who = await make_key(cast.services), BySlackId(cast.employee.profile.slack_user_id)

    await cast.services.verification.check(key, who, typed=cast.employee.phone.wrong_code())
    edits = await ledger.edits()
    await cast.services.verification.check(key, who, typed=cast.employee.recovery_codes[0])
    told_of = set(await ledger.edits()) - set(edits)
    await cast.services.recovery.pasted(cast.employee.id, text=cast.employee.code(), cause="1.1")

    assert await state(ledger, asked.request_id) is State.AWAITING_APPROVAL
    card = await cast.services.resets.card_for(asked.request_id, by=cast.manager.id)
    assert not isinstance(card, Came | Guard)
    assert card.facts.codes_left == 9
    assert await ledger.message_of(cast.manager.id, "reset_card") in told_of


async def test_a_code_with_which_an_approver_acts_cancels_what_is_open_about_the_approver(
    cast: Cast, ledger: Ledger
) -> None:
    about_manager = await cast.asks(cast.agent, cast.manager)
    about_employee = await cast.asks()

    await cast.approves(about_employee, cast.manager)

    assert await state(ledger, about_manager.request_id) is State.SELF_CANCELLED
    assert await state(ledger, about_employee.request_id) is State.EXECUTED


async def test_mfa_that_was_replaced_by_a_recovery_code_supersedes_it(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    started = await cast.services.enrollments.start(
        cast.employee.id, intent=uuid4(), replacing=True, typed=cast.employee.recovery_codes[0]
    )
    assert isinstance(started, Started)
    phone = await scan(cast.services, started.enrollment_id)

    confirmed = await cast.services.enrollments.confirm(started.enrollment_id, by=cast.employee.id, typed=phone.code())
    late = await cast.approves(asked, cast.manager)

    assert isinstance(confirmed, Confirmed)
    assert await state(ledger, asked.request_id) is State.SUPERSEDED
    assert isinstance(late, Came)
    assert await ledger.conn.fetchval("SELECT state FROM factor WHERE factor_id = $1", confirmed.factor_id) == "active"


async def test_mfa_that_was_disabled_by_a_recovery_code_and_set_up_anew_is_another_factor(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()
    disabled = await cast.services.disable.disable_own(
        cast.employee.id, factor_id=cast.employee.factor_id, typed=cast.employee.recovery_codes[0]
    )
    await cast.employee.enrolls()

    late = await cast.approves(asked, cast.manager)

    assert disabled is Disabled.NOW
    assert await state(ledger, asked.request_id) is State.SUPERSEDED
    assert isinstance(late, Came)
    factor_id = cast.employee.factor_id
    assert await ledger.conn.fetchval("SELECT state FROM factor WHERE factor_id = $1", factor_id) == "active"


async def test_a_request_for_another_factor_touches_none_even_if_it_was_left_open(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await ledger.conn.execute(
        "UPDATE factor SET state = 'revoked', key_id = NULL, box = NULL, revoked_at = now(), "
        "revoked_why = 'disabled' WHERE factor_id = $1",
        asked.factor_id,
    )
    await cast.employee.enrolls()

    late = await cast.approves(asked, cast.manager)

    assert isinstance(late, Came)
    assert late.why is AnswerRefusal.OTHER_FACTOR
    assert await state(ledger, asked.request_id) is State.SUPERSEDED
    factor_id = cast.employee.factor_id
    assert await ledger.conn.fetchval("SELECT state FROM factor WHERE factor_id = $1", factor_id) == "active"


async def test_a_locked_factor_can_be_reset(cast: Cast, ledger: Ledger) -> None:
    await ledger.conn.execute("UPDATE factor SET failures = 100 WHERE person_id = $1", cast.employee.id)

    outcome = await cast.opens(cast.admin, cast.employee)

    assert isinstance(outcome, Done)
    assert outcome.reset.state is State.EXECUTED


async def test_a_pending_enrollment_ends_with_the_reset(cast: Cast, ledger: Ledger) -> None:
    await cast.services.enrollments.start(
        cast.employee.id, intent=uuid4(), replacing=True, typed=cast.employee.recovery_codes[0]
    )

    await cast.opens(cast.admin, cast.employee)

    assert await ledger.conn.fetchval("SELECT count(*) FROM enrollment WHERE state = 'pending'") == 0


async def test_a_reset_lifts_the_suspension_of_an_account_that_was_deactivated_and_is_back(cast: Cast) -> None:
    await cast.leaves(cast.employee)
    known = await cast.services.people.save(cast.employee.profile)
    assert known.suspended_why is SuspendedWhy.DEACTIVATED

    outcome = await cast.opens(cast.admin, cast.employee)

    assert isinstance(outcome, Done)
    reset = await cast.services.people.get(cast.employee.id)
    assert reset is not None
    assert not reset.suspended
    await cast.employee.enrolls()
