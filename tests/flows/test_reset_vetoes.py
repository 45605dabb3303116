"""The subject hears of a request when it opens, and can stop it; a theft that is told suspends (A13)."""

from datetime import timedelta
from uuid import uuid4

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.enrollment import StartRefusal
from bot.core.people import SuspendedWhy
from bot.core.resets import AnswerRefusal, Happened, State
from bot.core.resets import Limits as ResetLimits
from bot.services.helpdesk import Helped
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.resets import Came, Done
from bot.services.suspension import Released, Stopped
from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger
from tests.support.services import changed, make_key


async def suspended_why(cast: Cast, member: Member) -> SuspendedWhy | None:
    known = await cast.services.people.get(member.id)
    assert known is not None
    return known.suspended_why


async def stop(cast: Cast, ledger: Ledger, member: Member, kind: str = "reset_opened") -> Stopped:
    """Press the button of a notice, long after MFA was set up: nothing is disputed."""
    await ledger.set_up_long_ago(member.profile.slack_user_id)
    return await cast.services.suspension.stop(await ledger.message_of(member.id, kind), by=member.id)


# Veto


async def test_the_subject_stops_a_request_and_is_not_suspended_by_that(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    stopped = await stop(cast, ledger, cast.employee)
    again = await stop(cast, ledger, cast.employee)
    late = await cast.approves(asked, cast.manager)

    assert (stopped, again) == (Stopped.VETOED, Stopped.BEFORE)
    assert isinstance(late, Came)
    assert late.reset is not None
    assert (late.why, late.reset.state) == (AnswerRefusal.ENDED, State.VETOED)
    assert await suspended_why(cast, cast.employee) is None
    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "vetoed"}]
    assert await ledger.told(cast.agent.id) == ["reset_mine", "reset_outcome"]
    assert await ledger.unsettled(asked.request_id) == {"reset_outcome", "reset_stopped"}


async def test_a_held_reset_is_stopped_as_well(cast: Cast, ledger: Ledger) -> None:
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(minutes=10)))
    direct = await cast.opens(cast.admin, cast.employee, on=slow)

    stopped = await stop(cast, ledger, cast.employee)

    assert isinstance(direct, Done)
    assert direct.reset.state is State.HOLDING
    assert stopped is Stopped.VETOED


async def test_pressed_after_it_was_carried_out_it_suspends_once(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    opened = await ledger.message_of(cast.employee.id, "reset_opened")
    await cast.approves(asked, cast.manager)

    await ledger.set_up_long_ago(cast.employee.profile.slack_user_id)
    stopped = await cast.services.suspension.stop(opened, by=cast.employee.id)
    why = await suspended_why(cast, cast.employee)
    again = [
        await cast.services.suspension.stop(opened, by=cast.employee.id),
        await stop(cast, ledger, cast.employee, "reset_done"),
    ]

    assert (stopped, why) == (Stopped.NOW, SuspendedWhy.NOT_ME)
    assert again == [Stopped.BEFORE] * 2
    start = await cast.services.enrollments.start(cast.employee.id, intent=uuid4(), replacing=False)
    assert start is StartRefusal.SUSPENDED
    assert (await ledger.events()).count("person.suspended") == 1


async def test_pressed_after_it_was_denied_it_does_nothing(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await cast.services.resets.deny(asked.request_id, by=cast.manager.id, reason="I do not know of this")

    assert await stop(cast, ledger, cast.employee) is Stopped.BEFORE
    assert await suspended_why(cast, cast.employee) is None


async def test_the_notice_of_a_reset_that_was_done_suspends(cast: Cast, ledger: Ledger) -> None:
    await cast.opens(cast.admin, cast.employee)

    assert await stop(cast, ledger, cast.employee, "reset_done") is Stopped.NOW
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.NOT_ME


async def test_nobody_else_vetoes(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    notice = await ledger.message_of(cast.employee.id, "reset_opened")
    own = await ledger.message_of(cast.manager.id, "reset_card")

    by_others = [await cast.services.suspension.stop(notice, by=one.id) for one in (cast.agent, cast.manager)]
    by_card = await cast.services.suspension.stop(own, by=cast.manager.id)

    assert by_others == [Stopped.NOT_YOURS] * 2
    assert by_card is Stopped.BEFORE
    assert isinstance(await cast.approves(asked, cast.manager), Done)


async def test_who_is_no_member_any_more_vetoes_nothing(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await ledger.conn.execute("UPDATE person SET standing = 'guest' WHERE person_id = $1", cast.employee.id)

    assert await stop(cast, ledger, cast.employee) is Stopped.NOT_YOURS
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == asked.state


# Stolen


async def test_a_theft_that_is_told_suspends_the_subject_at_once(cast: Cast, ledger: Ledger) -> None:
    key, who = await make_key(cast.services), BySlackId(cast.employee.profile.slack_user_id)

    asked = await cast.asks(happened=Happened.STOLEN)
    signed_in = await cast.services.verification.check(key, who, typed=cast.employee.code())

    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN
    assert signed_in == Judged(Verdict.SUSPENDED)
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.AWAITING_APPROVAL
    assert await ledger.details("person.suspended") == [{"why": "stolen", "request": asked.request_id}]


async def test_while_suspended_the_subject_can_still_stop_it_and_stays_suspended(cast: Cast, ledger: Ledger) -> None:
    await cast.asks(happened=Happened.STOLEN)

    assert await stop(cast, ledger, cast.employee) is Stopped.VETOED_SUSPENDED
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN


async def test_carried_out_it_leaves_the_subject_suspended_until_they_enroll_with_the_word(cast: Cast) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)

    approved = await cast.approves(asked, cast.manager)

    assert isinstance(approved, Done)
    assert approved.reset.state is State.EXECUTED
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN
    await cast.employee.enrolls(word=approved.word)
    assert await suspended_why(cast, cast.employee) is None


async def test_denied_it_leaves_the_subject_suspended_until_they_show_both_codes(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)
    await cast.services.resets.deny(asked.request_id, by=cast.manager.id, reason="The phone was found again")

    without = await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")
    released = await cast.services.suspension.release(
        cast.employee.id, typed=cast.employee.code(), recovery_code=cast.employee.recovery_codes[0]
    )

    assert without == Judged(Verdict.INVALID_FORMAT)
    assert released is Released.NOW
    assert await ledger.conn.fetchval("SELECT count(*) FROM suspension") == 0


async def test_who_shows_both_codes_while_it_is_open_is_released_and_it_goes_on(cast: Cast, ledger: Ledger) -> None:
    await cast.asks(happened=Happened.STOLEN)

    released = await cast.services.suspension.release(
        cast.employee.id, typed=cast.employee.code(), recovery_code=cast.employee.recovery_codes[0]
    )

    assert released is Released.NOW
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.AWAITING_APPROVAL


async def released_by(cast: Cast, by: Member) -> object:
    return await cast.services.helpdesk.release(
        by=by.id,
        subject_id=cast.employee.id,
        told=cast.profiles(by.id, cast.employee.id),
        intent=uuid4(),
        reason=REASON,
        typed=by.code(),
    )


async def test_who_told_of_the_theft_does_not_release(cast: Cast) -> None:
    asked = await cast.asks(cast.admin, happened=Happened.LOST)
    assert asked.state is State.EXECUTED
    await cast.employee.enrolls()
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(minutes=10)))
    await cast.opens(cast.admin, cast.employee, happened=Happened.STOLEN, on=slow)

    assert await released_by(cast, cast.admin) is Guard.NOT_THE_CAUSE
    assert await released_by(cast, cast.second_admin) is Helped.OFFERED


async def test_a_theft_that_is_told_voids_a_release_that_waits_for_a_code(cast: Cast, ledger: Ledger) -> None:
    await stop(cast, ledger, cast.employee, "enabled")
    assert await released_by(cast, cast.admin) is Helped.OFFERED

    await cast.asks(happened=Happened.STOLEN)
    answer = await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")

    assert answer == Judged(Verdict.INVALID_FORMAT)
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN


async def test_who_tells_of_the_theft_then_does_not_release_either(cast: Cast, ledger: Ledger) -> None:
    await stop(cast, ledger, cast.employee, "enabled")
    assert await released_by(cast, cast.second_admin) is Helped.OFFERED
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(minutes=10)))
    await cast.opens(cast.admin, cast.employee, happened=Happened.STOLEN, on=slow)

    assert await released_by(cast, cast.admin) is Guard.NOT_THE_CAUSE
    assert await released_by(cast, cast.second_admin) is Helped.OFFERED


async def test_so_does_the_owner_who_says_once_more_that_it_was_not_them(cast: Cast, ledger: Ledger) -> None:
    await cast.services.recovery.renew(cast.employee.id, intent=uuid4(), typed=cast.employee.code())
    await stop(cast, ledger, cast.employee, "enabled")
    assert await released_by(cast, cast.admin) is Helped.OFFERED

    stopped = await stop(cast, ledger, cast.employee, "recovery_codes_made")
    answer = await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")

    assert stopped is Stopped.NOW
    assert answer == Judged(Verdict.INVALID_FORMAT)
