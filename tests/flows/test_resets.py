"""Resetting somebody else's MFA: directly, or asked for and approved (S9 to S13)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.reset_opening import OpenRefusal
from bot.core.resets import AnswerRefusal, State
from bot.core.resets import Limits as ResetLimits
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.resets import Came, Done
from bot.services.verification import FactorStatus
from tests.support.cast import REASON, Cast
from tests.support.ledger import Ledger
from tests.support.services import changed, make_key


async def test_who_holds_both_permissions_disables_another_s_mfa_at_once(cast: Cast, ledger: Ledger) -> None:
    outcome = await cast.opens(cast.admin, cast.employee)

    assert isinstance(outcome, Done)
    assert (outcome.reset.state, outcome.reset.direct) == (State.EXECUTED, True)
    factor = await ledger.conn.fetchrow(
        "SELECT state, revoked_why, box FROM factor WHERE person_id = $1", cast.employee.id
    )
    assert factor is not None
    assert tuple(factor) == ("revoked", "reset", None)
    assert await ledger.about_resets() == ["reset.opened", "mfa.reset"]
    assert await ledger.told(cast.employee.id) == ["reset_done"]
    assert await ledger.told(cast.admin.id) == ["reset_mine", "reset_outcome"]


@pytest.mark.parametrize("permission", ["security.users.view", "security.users.disable_two_factor"])
async def test_with_one_of_the_two_permissions_one_disables_nothing(
    cast: Cast, ledger: Ledger, permission: str
) -> None:
    half = await cast.joins("half")
    await half.enrolls()
    await ledger.define("half", permission)
    await cast.holds(half, "half")

    assert await cast.opens(half, cast.employee) is Guard.RIGHT
    assert await ledger.conn.fetchval("SELECT state FROM factor WHERE person_id = $1", cast.employee.id) == "active"


async def test_without_mfa_of_one_s_own_one_disables_nothing(cast: Cast) -> None:
    bare = await cast.joins("bare")
    await cast.holds(bare, "admin")

    assert await cast.opens(bare, cast.employee, typed="123456") is Guard.OWN_MFA


async def test_after_a_reset_one_signs_in_without_a_code_and_sets_mfa_up_again_at_once(cast: Cast) -> None:
    key = await make_key(cast.services)
    who = BySlackId(cast.employee.person.slack_user_id)

    await cast.opens(cast.admin, cast.employee)
    signed_in = await cast.services.verification.check(key, who, typed=cast.employee.phone.code())
    status = await cast.services.verification.factor(key, who)
    old_code = cast.employee.recovery_codes[0]
    await cast.employee.enrolls()
    with_old_recovery_code = await cast.services.verification.check(key, who, typed=old_code)
    with_code = await cast.services.verification.check(key, who, typed=cast.employee.code())

    assert signed_in == Judged(Verdict.NOT_ENROLLED)
    assert isinstance(status, FactorStatus)
    assert (status.enrolled, status.reset_at is not None) == (False, True)
    assert with_old_recovery_code == Judged(Verdict.WRONG_CODE)
    assert with_code.accepted if isinstance(with_code, Judged) else False


async def test_helpdesk_asks_and_the_manager_approves(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(cast.agent, cast.employee)
    told_at_opening = [await ledger.told(member.id) for member in (cast.employee, cast.agent, cast.manager)]
    approved = await cast.approves(asked, cast.manager)

    assert (asked.state, asked.direct) == (State.AWAITING_APPROVAL, False)
    assert told_at_opening == [["reset_opened"], ["reset_mine"], ["reset_card"]]
    assert isinstance(approved, Done)
    assert (approved.reset.state, approved.reset.approver_id) == (State.EXECUTED, cast.manager.id)
    assert await ledger.about_resets() == ["reset.opened", "reset.approved", "mfa.reset"]
    assert await ledger.told(cast.employee.id) == ["reset_opened", "reset_done"]
    assert await ledger.told(cast.agent.id) == ["reset_mine", "reset_outcome"]
    assert await ledger.told(cast.manager.id) == ["reset_card", "reset_outcome"]
    assert await ledger.unsettled(asked.request_id) == {"reset_done", "reset_outcome"}


async def test_an_event_holds_a_digest_of_the_reason_and_never_the_reason(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await cast.services.resets.deny(asked.request_id, by=cast.manager.id, reason="Nobody told me about this")

    events = await ledger.conn.fetch("SELECT detail FROM audit_event")
    assert not any("canal" in row["detail"] or "Nobody" in row["detail"] for row in events)
    (opened,) = await ledger.details("reset.opened")
    assert len(opened["reason"]) == 64
    row = await ledger.conn.fetchrow("SELECT reason, denial FROM reset_request")
    assert row is not None
    assert tuple(row) == (REASON, "Nobody told me about this")


async def test_without_an_able_manager_the_holders_of_the_right_are_asked(cast: Cast, ledger: Ledger) -> None:
    await cast.leaves(cast.manager)

    await cast.asks()

    assert await ledger.told(cast.manager.id) == []
    for holder in (cast.approver, cast.admin, cast.second_admin):
        assert await ledger.told(holder.id) == ["reset_card"]


async def test_a_manager_who_asks_is_not_asked(cast: Cast, ledger: Ledger) -> None:
    await cast.holds(cast.manager, "helpdesk")

    asked = await cast.asks(cast.manager)

    assert await ledger.told(cast.manager.id) == ["reset_mine"]
    assert await ledger.told(cast.approver.id) == ["reset_card"]
    assert await cast.approves(asked, cast.manager) is Guard.NOT_THE_REQUESTER


async def test_where_nobody_could_approve_nothing_is_opened(cast: Cast, ledger: Ledger) -> None:
    await cast.leaves(cast.manager)
    for holder in (cast.approver, cast.admin, cast.second_admin):
        await cast.leaves(holder)

    assert await cast.opens(cast.agent, cast.employee) is OpenRefusal.NO_APPROVER
    assert await ledger.details("reset.refused") == [{"why": "no_approver"}]
    assert await ledger.conn.fetchval("SELECT count(*) FROM reset_request") == 0


async def test_denied_it_is_over_and_everybody_hears_of_it(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    denied = await cast.services.resets.deny(asked.request_id, by=cast.manager.id, reason="I do not know of this")
    again = await cast.services.resets.deny(asked.request_id, by=cast.manager.id, reason="I do not know of this")
    late = await cast.approves(asked, cast.approver)

    assert isinstance(denied, Done)
    assert (denied.reset.state, denied.reset.denial) == (State.DENIED, "I do not know of this")
    assert isinstance(again, Done)
    assert isinstance(late, Came)
    assert late.why is AnswerRefusal.ENDED
    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "denied"}]
    assert await ledger.told(cast.employee.id) == ["reset_opened", "reset_outcome"]
    assert await ledger.told(cast.agent.id) == ["reset_mine", "reset_outcome"]
    assert await ledger.unsettled(asked.request_id) == {"reset_outcome"}


@pytest.mark.parametrize("who", ["approver", "admin"])
async def test_whoever_may_disable_or_approve_may_deny_any_request(cast: Cast, who: str) -> None:
    asked = await cast.asks()

    denied = await cast.services.resets.deny(asked.request_id, by=getattr(cast, who).id, reason="Something is off here")

    assert isinstance(denied, Done)


async def test_one_s_own_request_is_taken_back_and_nobody_else_s(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    by_another = await cast.services.resets.cancel(asked.request_id, by=cast.admin.id)
    taken_back = await cast.services.resets.cancel(asked.request_id, by=cast.agent.id)
    again = await cast.services.resets.cancel(asked.request_id, by=cast.agent.id)

    assert by_another is Guard.OWN_REQUEST
    assert isinstance(taken_back, Done)
    assert taken_back.reset.state is State.CANCELLED
    assert isinstance(again, Done)
    assert (await ledger.events()).count("reset.ended") == 1


async def test_somebody_without_mfa_has_nothing_to_reset(cast: Cast) -> None:
    bare = await cast.joins("bare")

    assert await cast.opens(cast.admin, bare) is Guard.SUBJECT_HAS_MFA


async def test_a_requester_has_three_open_and_a_subject_one(cast: Cast, ledger: Ledger) -> None:
    subjects = [await cast.joins(name) for name in ("one", "two", "three", "four")]
    for subject in subjects:
        await subject.enrolls()

    for subject in subjects[:3]:
        await cast.asks(cast.agent, subject)
    fourth = await cast.opens(cast.agent, subjects[3])
    twice = await cast.opens(cast.admin, subjects[0])

    assert fourth is OpenRefusal.TOO_MANY_OPEN
    assert twice is OpenRefusal.ALREADY_OPEN
    assert await ledger.conn.fetchval("SELECT count(*) FROM reset_request") == 3
    assert [row["why"] for row in await ledger.details("reset.refused")] == ["too_many_open", "already_open"]


async def test_what_is_held_counts_among_the_three(cast: Cast) -> None:
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(minutes=10)))
    subjects = [await cast.joins(name) for name in ("one", "two", "three")]
    for subject in subjects:
        await subject.enrolls()

    held = [await cast.opens(cast.admin, subject, on=slow) for subject in subjects]

    assert [one.reset.state for one in held if isinstance(one, Done)] == [State.HOLDING] * 3
    assert await cast.opens(cast.admin, cast.employee, on=slow) is OpenRefusal.TOO_MANY_OPEN


async def test_the_card_shows_who_whom_why_and_the_facts(cast: Cast) -> None:
    await cast.opens(cast.admin, cast.employee)
    await cast.employee.enrolls()
    cast.services.clock.forward(days=1)
    await cast.services.people.save(replace(cast.employee.profile, email="new@example.com"))
    asked = await cast.asks()

    card = await cast.services.resets.card_for(asked.request_id, by=cast.manager.id)

    assert not isinstance(card, Came | Guard)
    assert (card.requester, card.subject.person_id, card.reset.reason) == (
        cast.agent.person,
        cast.employee.id,
        REASON,
    )
    since = card.facts.factor_since
    assert since is not None
    assert since == card.facts.last_verified_at
    assert since <= cast.services.clock() - timedelta(days=1)
    assert (card.facts.codes_left, card.facts.resets_lately, card.facts.asked_lately) == (10, 1, 1)
    assert (card.facts.profile_changed, card.facts.tz) == (("email",), "Europe/London")
