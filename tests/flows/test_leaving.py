"""Who leaves loses rights, open requests and pending enrollments (X7)."""

from dataclasses import replace
from uuid import uuid4

import pytest

from bot.core.actions import Guard
from bot.core.people import Standing
from bot.core.resets import AnswerRefusal, State
from bot.services.reset_times import Due
from bot.services.resets import Came, Done
from bot.services.suspension import Released
from tests.support.cast import Cast, Member
from tests.support.ledger import Ledger


@pytest.mark.parametrize("who", ["agent", "employee"])
async def test_what_somebody_asked_for_and_what_is_about_them_is_closed(cast: Cast, ledger: Ledger, who: str) -> None:
    asked = await cast.asks()
    gone: Member = getattr(cast, who)

    await cast.leaves(gone)
    await cast.leaves(gone)
    late = await cast.approves(asked, cast.manager)

    assert isinstance(late, Came)
    assert late.why is AnswerRefusal.ENDED
    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "refused"}]
    assert await ledger.unsettled(asked.request_id) == {"reset_outcome"}


async def test_what_somebody_approved_and_is_held_is_closed(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(cast.agent, cast.admin)
    approved = await cast.approves(asked, cast.approver)
    assert isinstance(approved, Done)
    assert approved.reset.state is State.HOLDING

    await cast.leaves(cast.approver)
    cast.services.clock.forward(hours=2)

    assert await cast.services.reset_times.execute(asked.request_id, told=[]) is Due.ENDED
    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "refused"}]


async def test_a_pending_replacement_is_cancelled(cast: Cast, ledger: Ledger) -> None:
    await cast.services.enrollments.start(
        cast.employee.id, intent=uuid4(), replacing=True, typed=cast.employee.recovery_codes[0]
    )

    await cast.leaves(cast.employee)

    assert await ledger.conn.fetchval("SELECT count(*) FROM enrollment WHERE state = 'pending'") == 0


async def test_rights_of_who_left_count_for_nothing_until_a_code_ends_the_suspension(cast: Cast) -> None:
    asked = await cast.asks()
    await cast.leaves(cast.approver)

    while_gone = await cast.approves(asked, cast.approver, told=[*cast.profiles(*asked.people)])
    await cast.services.people.save(cast.approver.profile)
    back = await cast.approves(asked, cast.approver)
    released = await cast.services.suspension.release(cast.approver.id, typed=cast.approver.code(), recovery_code="")
    after = await cast.approves(asked, cast.approver)

    assert while_gone is Guard.ACTOR_IS_MEMBER
    assert back is Guard.ACTOR_NOT_SUSPENDED
    assert released is Released.NOW
    assert isinstance(after, Done)


async def test_who_left_is_not_asked_to_approve_and_is_no_other_admin(cast: Cast, ledger: Ledger) -> None:
    await cast.leaves(cast.second_admin)
    await cast.leaves(cast.manager)

    await cast.asks()
    disabled = await cast.services.disable.disable_own(
        cast.admin.id, factor_id=cast.admin.factor_id, typed=cast.admin.code()
    )

    assert await ledger.told(cast.second_admin.id) == []
    assert await ledger.told(cast.admin.id) == ["reset_card"]
    assert disabled is Guard.ANOTHER_ADMIN


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.DELETED])
async def test_an_answer_of_slack_s_from_before_somebody_left_confirms_nobody(
    cast: Cast, ledger: Ledger, standing: Standing
) -> None:
    asked = await cast.asks()
    answers, typed = cast.profiles(*asked.people, cast.approver.id), cast.approver.code()

    await cast.services.people.save(replace(cast.approver.profile, standing=standing))
    outcome = await cast.approves(asked, cast.approver, told=answers, typed=typed)

    assert outcome is Guard.ACTOR_IS_MEMBER
    known = await cast.services.people.get(cast.approver.id)
    assert known is not None
    assert known.standing is standing
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.AWAITING_APPROVAL


async def test_a_request_of_somebody_who_was_suspended_meanwhile_is_void(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await cast.services.suspension.stop(await ledger.message_of(cast.agent.id, "enabled"), by=cast.agent.id)

    outcome = await cast.approves(asked, cast.manager)
    cancelled = await cast.services.resets.cancel(asked.request_id, by=cast.agent.id)

    assert isinstance(outcome, Came)
    assert outcome.why is AnswerRefusal.REQUESTER
    assert isinstance(cancelled, Came)
    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "refused"}]


async def test_a_suspended_requester_cancels_nothing(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await cast.services.suspension.stop(await ledger.message_of(cast.agent.id, "enabled"), by=cast.agent.id)

    assert await cast.services.resets.cancel(asked.request_id, by=cast.agent.id) is Guard.ACTOR_NOT_SUSPENDED
    assert (await ledger.details("reset.refused"))[-1] == {"why": "actor_not_suspended"}


async def test_a_requester_who_turned_their_mfa_off_or_was_reset_asks_for_nothing_any_more(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()
    await cast.services.disable.disable_own(
        cast.agent.id, factor_id=cast.agent.factor_id, typed=cast.agent.recovery_codes[0]
    )

    outcome = await cast.approves(asked, cast.manager)

    assert isinstance(outcome, Came)
    assert outcome.why is AnswerRefusal.REQUESTER
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.REFUSED


async def test_what_slack_says_while_somebody_acts_closes_it_too(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    told = [cast.manager.profile, cast.agent.profile, cast.gone(cast.employee)]

    outcome = await cast.approves(asked, cast.manager, told=told)

    assert isinstance(outcome, Came)
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.REFUSED
