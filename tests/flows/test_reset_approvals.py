"""Who may approve whose reset, and what a submission does that comes again."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.resets import AnswerRefusal, Reset, State
from bot.services.judging import Judged
from bot.services.resets import Came, Done
from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger
from tests.support.services import changed
from tests.support.wrongs import WRONGS, prepared, used_steps


@pytest.mark.parametrize(("wrong", "guard"), WRONGS.items())
@pytest.mark.parametrize("who", ["manager", "approver"])
async def test_who_may_not_approve_is_told_which_rule_refuses(
    cast: Cast, ledger: Ledger, who: str, wrong: str, guard: Guard
) -> None:
    asked = await cast.asks()
    actor: Member = getattr(cast, who)
    told = await prepared(cast, ledger, wrong, actor)
    typed, before = actor.code(), await used_steps(ledger)

    outcome = await cast.approves(asked, actor, told=told, typed=typed)

    # A manager who is not able counts as none.
    without_right = who == "manager" and guard is Guard.OWN_MFA
    assert outcome is (Guard.RIGHT if without_right else guard)
    assert await used_steps(ledger) == before
    assert [event["why"] for event in await ledger.details("reset.refused")] == [str(outcome)]
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.AWAITING_APPROVAL


async def test_neither_requester_nor_subject_nor_somebody_without_a_right_approves(cast: Cast, ledger: Ledger) -> None:
    for member in (cast.agent, cast.employee):
        await cast.holds(member, "approver")
    outsider = await cast.joins("outsider")
    await outsider.enrolls()
    asked = await cast.asks(cast.agent, cast.manager)
    about_employee = await cast.asks(cast.admin, cast.employee)

    outcomes = [
        await cast.approves(asked, cast.agent),
        await cast.approves(asked, outsider),
        await cast.approves(asked, cast.manager),
        await cast.approves(about_employee, cast.employee),
        await cast.services.resets.deny(asked.request_id, by=outsider.id, reason=REASON),
        await cast.services.resets.deny(about_employee.request_id, by=cast.employee.id, reason=REASON),
    ]

    assert outcomes == [
        Guard.NOT_THE_REQUESTER,
        Guard.RIGHT,
        Guard.RIGHT,
        Guard.NOT_ONESELF,
        Guard.RIGHT,
        Guard.NOT_ONESELF,
    ]
    states = await ledger.conn.fetch("SELECT DISTINCT state FROM reset_request")
    assert [row["state"] for row in states] == [State.AWAITING_APPROVAL]


async def test_nobody_disables_directly_whoever_holds_a_right(cast: Cast, ledger: Ledger) -> None:
    await cast.holds(cast.employee, "auditor")

    outcome = await cast.opens(cast.admin, cast.employee)
    own = await cast.approves(outcome.reset, cast.admin) if isinstance(outcome, Done) else None
    approved = await cast.approves(outcome.reset, cast.second_admin) if isinstance(outcome, Done) else None

    assert isinstance(outcome, Done)
    assert (outcome.reset.state, outcome.reset.direct) == (State.AWAITING_APPROVAL, False)
    assert own is Guard.NOT_THE_REQUESTER
    assert isinstance(approved, Done)
    assert approved.reset.state is State.HOLDING
    assert approved.reset.hold_until == cast.services.clock() + timedelta(hours=1)
    assert "mfa.reset" not in await ledger.events()


async def test_a_setting_lets_the_privileged_be_disabled_directly_after_their_hold(cast: Cast) -> None:
    await cast.holds(cast.employee, "auditor")
    relaxed = changed(cast.services, policy=replace(cast.services.means.policy, privileged_need_approval=False))

    outcome = await cast.opens(cast.admin, cast.employee, on=relaxed)

    assert isinstance(outcome, Done)
    assert (outcome.reset.state, outcome.reset.direct) == (State.HOLDING, True)


async def test_a_right_of_yesterday_does_not_approve_for_the_privileged(cast: Cast) -> None:
    young = await cast.joins("young")
    await young.enrolls()
    await cast.holds(young, "approver", since=timedelta(hours=23, minutes=50))
    await cast.holds(cast.employee, "auditor")
    asked = await cast.asks()

    early = await cast.approves(asked, young)
    cast.services.clock.forward(minutes=10)
    old_enough = await cast.approves(asked, young)

    assert early is Guard.RIGHT_OLD_ENOUGH
    assert isinstance(old_enough, Done)


async def test_a_request_that_does_not_exist_is_over(cast: Cast) -> None:
    asked = await cast.asks()
    missing: Reset = replace(asked, request_id=999)

    outcomes = [
        await cast.approves(missing, cast.manager),
        await cast.services.resets.deny(999, by=cast.manager.id, reason=REASON),
        await cast.services.resets.cancel(999, by=cast.agent.id),
    ]

    assert outcomes == [Came(AnswerRefusal.ENDED, None)] * 3


# The same submission again


async def test_a_submission_that_comes_again_is_done_and_its_code_is_not_called_used(
    cast: Cast, ledger: Ledger
) -> None:
    intent, typed = UUID(int=7), cast.agent.code()

    opened = [await cast.opens(cast.agent, cast.employee, intent=intent, typed=typed) for _ in range(3)]
    typed = cast.manager.code()
    first = opened[0]
    assert isinstance(first, Done)
    approved = [await cast.approves(first.reset, cast.manager, typed=typed) for _ in range(3)]
    by_another = await cast.approves(first.reset, cast.approver)

    assert all(isinstance(one, Done) for one in (*opened, *approved))
    assert isinstance(by_another, Came)
    assert by_another.why is AnswerRefusal.ENDED
    assert await ledger.about_resets() == ["reset.opened", "reset.approved", "mfa.reset", "reset.refused"]


async def test_of_one_code_for_two_requests_one_is_approved(cast: Cast) -> None:
    about_employee, about_manager = await cast.asks(), await cast.asks(cast.agent, cast.manager)
    typed = cast.approver.code()

    first = await cast.approves(about_employee, cast.approver, typed=typed)
    second = await cast.approves(about_manager, cast.approver, typed=typed)

    assert isinstance(first, Done)
    assert second == Judged(Verdict.CODE_REUSED)
