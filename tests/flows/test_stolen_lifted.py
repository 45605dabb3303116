"""What lifts the suspension that a report of a stolen phone caused, and what it leaves as it is (A15)."""

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.people import SuspendedWhy
from bot.core.resets import Happened
from bot.services.judging import Judged
from bot.services.resets import Done
from bot.services.suspension import Stopped
from tests.support.cast import REASON, Cast
from tests.support.helpdesk_acts import releases
from tests.support.ledger import Ledger
from tests.support.stolen import cancels, denies, suspended_why


@pytest.mark.parametrize("how", ["cancel", "deny"])
async def test_whoever_ends_it_with_a_code_lifts_what_it_caused(cast: Cast, ledger: Ledger, how: str) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)
    by, end = (cast.agent, cancels) if how == "cancel" else (cast.manager, denies)

    outcome = await end(cast, asked, by, typed=by.code())

    assert isinstance(outcome, Done)
    assert (outcome.reset.open, outcome.suspended) == (False, False)
    assert await suspended_why(cast, cast.employee) is None
    assert await ledger.details("person.released") == [{"why": "stolen", "request": asked.request_id}]
    assert "released" in await ledger.told(cast.employee.id)
    assert await ledger.conn.fetchval("SELECT count(*) FROM suspension") == 0


@pytest.mark.parametrize("how", ["cancel", "deny"])
async def test_without_a_code_it_ends_and_lifts_nothing(cast: Cast, ledger: Ledger, how: str) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)
    by, end = (cast.agent, cancels) if how == "cancel" else (cast.manager, denies)

    outcome = await end(cast, asked, by, typed=" ")

    assert isinstance(outcome, Done)
    assert (outcome.reset.open, outcome.suspended) == (False, True)
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN
    assert "person.released" not in await ledger.events()


@pytest.mark.parametrize("how", ["cancel", "deny"])
async def test_a_wrong_code_refuses_the_submission(cast: Cast, how: str) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)
    by, end = (cast.agent, cancels) if how == "cancel" else (cast.manager, denies)

    wrong = await end(cast, asked, by, typed=by.phone.wrong_code())
    by_recovery = await end(cast, asked, by, typed=by.recovery_codes[0])
    card = await cast.services.resets.lifting(asked.request_id, by=cast.agent.id)

    assert (wrong, by_recovery) == (Judged(Verdict.WRONG_CODE), Judged(Verdict.INVALID_FORMAT))
    assert card is not None
    assert card.reset.open
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN


async def test_who_may_not_lift_is_told_why_and_keeps_the_code(cast: Cast, ledger: Ledger) -> None:
    young = await cast.joins("young")
    await young.enrolls(just_now=True)
    await cast.holds(young, "approver")
    asked = await cast.asks(happened=Happened.STOLEN)
    await cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)

    in_lockdown = await denies(cast, asked, cast.manager, typed=cast.manager.code())
    too_new = await denies(cast, asked, young, typed=young.code())
    unconfirmed = await cast.services.resets.cancel(asked.request_id, by=cast.agent.id, typed=cast.agent.code())
    judged = await ledger.details("verification")
    tightened = await denies(cast, asked, young)

    assert (in_lockdown, too_new) == (Guard.NO_LOCKDOWN, Guard.FACTOR_OLD_ENOUGH)
    assert unconfirmed is Guard.ACTOR_CONFIRMED
    assert [event["purpose"] for event in judged] == ["reset"]
    assert isinstance(tightened, Done)
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN


async def test_who_was_suspended_before_stays_so(cast: Cast, ledger: Ledger) -> None:
    await cast.services.suspension.stop(await ledger.message_of(cast.employee.id, "enabled"), by=cast.employee.id)
    asked = await cast.asks(happened=Happened.STOLEN)
    assert await cast.services.resets.lifting(asked.request_id, by=cast.agent.id) is None

    outcome = await cancels(cast, asked, cast.agent, typed=cast.agent.code())

    assert isinstance(outcome, Done)
    assert outcome.suspended
    assert await suspended_why(cast, cast.employee) is not None


async def test_who_has_blocked_themselves_meanwhile_stays_suspended(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)
    stopped = await cast.services.suspension.stop(
        await ledger.message_of(cast.employee.id, "enabled"), by=cast.employee.id
    )

    outcome = await cancels(cast, asked, cast.agent, typed=cast.agent.code())

    assert stopped is not Stopped.NOT_YOURS
    assert isinstance(outcome, Done)
    assert outcome.suspended
    assert await suspended_why(cast, cast.employee) is not None


async def test_what_an_earlier_report_caused_a_later_one_does_not_lift(cast: Cast) -> None:
    first = await cast.asks(happened=Happened.STOLEN)
    await cancels(cast, first, cast.agent)
    second = await cast.asks(cast.agent, happened=Happened.STOLEN)

    outcome = await cancels(cast, second, cast.agent, typed=cast.agent.code())

    assert isinstance(outcome, Done)
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN


async def test_a_release_that_helpdesk_offered_ends_with_what_it_released(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)
    await releases(cast, cast.second_admin)

    await cancels(cast, asked, cast.agent, typed=cast.agent.code())

    settled = await ledger.conn.fetchval("SELECT settled FROM message WHERE kind = 'release_offered'")
    assert settled == "ended"


async def test_the_same_cancellation_again_is_done(cast: Cast) -> None:
    asked, code = await cast.asks(happened=Happened.STOLEN), cast.agent.code()

    first = await cancels(cast, asked, cast.agent, typed=code)
    again = await cancels(cast, asked, cast.agent, typed=code)

    assert first == again
    assert isinstance(again, Done)
