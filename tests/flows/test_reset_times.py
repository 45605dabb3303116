"""What time does to a request: reminders, expiry, the hold and what stops it at its end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.actions import Guard
from bot.core.people import Standing
from bot.core.resets import AnswerRefusal, Reset, State
from bot.core.resets import Limits as ResetLimits
from bot.services.queue import Queue
from bot.services.reset_times import Due
from bot.services.resets import Came, Done
from bot.services.roles import Changed
from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger
from tests.support.services import Services, changed

HOLD = timedelta(minutes=10)


async def state(ledger: Ledger, request_id: int) -> State:
    return State(await ledger.conn.fetchval("SELECT state FROM reset_request WHERE request_id = $1", request_id))


@pytest.fixture
def slow(services: Services) -> Services:
    """The same process, where every reset is held for ten minutes."""
    return changed(services, resets=ResetLimits(hold=HOLD))


async def held(cast: Cast, slow: Services, by: Member, subject: Member) -> Reset:
    """Return a direct disable that is held."""
    outcome = await cast.opens(by, subject, on=slow)
    assert isinstance(outcome, Done)
    assert outcome.reset.state is State.HOLDING
    return outcome.reset


async def approved(cast: Cast, slow: Services) -> Reset:
    """Return a request of the agent about the employee that the manager approved, and that is held."""
    asked = await cast.asks()
    outcome = await slow.resets.approve(
        asked.request_id,
        by=cast.manager.id,
        told=cast.profiles(*asked.people, cast.manager.id),
        typed=cast.manager.code(),
    )
    assert isinstance(outcome, Done)
    assert outcome.reset.state is State.HOLDING
    return outcome.reset


async def comes(cast: Cast, reset: Reset, *, told: bool = True) -> Due:
    """Let the job that carries out a held request run, with Slack's word on everybody or without."""
    return await cast.services.reset_times.execute(reset.request_id, told=cast.profiles(*reset.people) if told else [])


# Expiry


async def test_unanswered_it_expires_after_four_hours(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    cast.services.clock.forward(hours=3, minutes=59)
    early = await cast.services.reset_times.expire(asked.request_id)
    cast.services.clock.at = asked.expires_at
    late = await cast.approves(asked, cast.manager)
    again = await cast.services.reset_times.expire(asked.request_id)

    assert not early
    assert isinstance(late, Came)
    assert late.why is AnswerRefusal.EXPIRED
    assert not again
    assert await state(ledger, asked.request_id) is State.EXPIRED
    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "expired"}]
    assert await ledger.told(cast.agent.id) == ["reset_mine", "reset_outcome"]


async def test_what_is_held_or_over_does_not_expire(cast: Cast, slow: Services, ledger: Ledger) -> None:
    reset = await approved(cast, slow)
    cast.services.clock.at = reset.expires_at + timedelta(days=1)

    assert not await cast.services.reset_times.expire(reset.request_id)
    assert await comes(cast, reset) is Due.EXECUTED
    assert not await cast.services.reset_times.expire(reset.request_id)
    assert await state(ledger, reset.request_id) is State.EXECUTED


async def test_at_half_time_the_holders_are_asked_too_and_who_was_asked_is_reminded_once(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()

    too_early = await cast.services.reset_times.remind(asked.request_id)
    cast.services.clock.forward(hours=2)
    reminded = [await cast.services.reset_times.remind(asked.request_id) for _ in range(2)]

    assert (too_early, reminded) == (False, [True, False])
    assert await ledger.told(cast.manager.id) == ["reset_card", "reset_reminder"]
    for holder in (cast.approver, cast.admin, cast.second_admin):
        assert await ledger.told(holder.id) == ["reset_card"]
    assert await ledger.told(cast.agent.id) == ["reset_mine"]


async def test_the_clocks_are_started_when_it_opens_and_when_it_is_held(
    cast: Cast, slow: Services, ledger: Ledger
) -> None:
    await approved(cast, slow)

    jobs = await ledger.jobs()

    assert [jobs.count(kind) for kind in ("remind_reset", "expire_reset", "execute_reset")] == [1, 1, 1]


async def test_the_sweep_finds_what_a_lost_job_would_have_done(
    cast: Cast, slow: Services, ledger: Ledger, queue: Queue
) -> None:
    await cast.asks(cast.agent, cast.approver)
    await approved(cast, slow)
    await ledger.conn.execute("DELETE FROM jobs.pgqueuer")

    await queue.sweep()
    before = await ledger.jobs()
    cast.services.clock.forward(hours=5)
    for _ in range(2):
        await queue.sweep()

    resets = [job for job in await ledger.jobs() if job.endswith("_reset")]
    assert set(before) == {"shred_qr"}
    assert sorted(resets) == ["execute_reset", "expire_reset"]


# The hold


async def test_after_its_hold_it_is_carried_out_once(cast: Cast, slow: Services, ledger: Ledger) -> None:
    reset = await approved(cast, slow)

    early = await comes(cast, reset)
    cast.services.clock.forward(seconds=HOLD.total_seconds())
    due = [await comes(cast, reset) for _ in range(2)]

    assert early is Due.WAITS
    assert due == [Due.EXECUTED, Due.ENDED]
    assert (await ledger.about_resets())[-3:] == ["reset.opened", "reset.approved", "mfa.reset"]
    assert await ledger.told(cast.manager.id) == ["reset_card", "reset_outcome"]


async def test_while_it_is_held_an_approval_more_is_refused_and_it_can_be_denied_or_cancelled(
    cast: Cast, slow: Services
) -> None:
    first = await approved(cast, slow)

    again = await cast.approves(first, cast.manager)
    another = await cast.approves(first, cast.approver)
    denied = await cast.services.resets.deny(first.request_id, by=cast.approver.id, reason="This looks wrong to me")
    second = await approved(cast, slow)
    cancelled = await cast.services.resets.cancel(second.request_id, by=cast.agent.id)

    assert isinstance(again, Done)
    assert isinstance(another, Came)
    assert another.why is AnswerRefusal.HOLDING
    assert isinstance(denied, Done)
    assert isinstance(cancelled, Done)


async def test_a_lockdown_lets_it_wait_and_its_lifting_lets_it_go_on(
    cast: Cast, slow: Services, ledger: Ledger
) -> None:
    reset = await approved(cast, slow)
    await cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)
    cast.services.clock.forward(hours=12)

    waits = [await comes(cast, reset, told=told) for told in (True, False)]
    lifted = await cast.services.lockdowns.lift(
        by=cast.second_admin.id, told=[cast.second_admin.profile], typed=cast.second_admin.code()
    )

    assert waits == [Due.WAITS] * 2
    assert lifted is Changed.NOW
    assert await comes(cast, reset) is Due.EXECUTED
    assert await state(ledger, reset.request_id) is State.EXECUTED


async def test_where_slack_says_nothing_of_somebody_concerned_it_is_tried_again(cast: Cast, slow: Services) -> None:
    reset = await approved(cast, slow)
    cast.services.clock.forward(hours=1)

    for missing in (cast.agent, cast.manager, cast.employee):
        told = [profile for profile in cast.profiles(*reset.people) if profile != missing.profile]
        assert await cast.services.reset_times.execute(reset.request_id, told=told) is Due.UNCONFIRMED
    assert await comes(cast, reset) is Due.EXECUTED


@pytest.mark.parametrize("who", ["agent", "manager", "employee"])
@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.DELETED])
async def test_what_slack_says_at_its_end_counts(
    cast: Cast, slow: Services, ledger: Ledger, who: str, standing: Standing
) -> None:
    reset = await approved(cast, slow)
    cast.services.clock.forward(hours=1)
    gone: Member = getattr(cast, who)
    told = [
        replace(profile, standing=standing) if profile == gone.profile else profile
        for profile in cast.profiles(*reset.people)
    ]

    assert await cast.services.reset_times.execute(reset.request_id, told=told) is Due.ENDED
    assert await state(ledger, reset.request_id) is State.REFUSED
    assert "mfa.reset" not in await ledger.events()


async def test_a_subject_who_got_rights_meanwhile_is_not_reset_without_a_second_person(
    cast: Cast, slow: Services, ledger: Ledger
) -> None:
    reset = await held(cast, slow, cast.admin, cast.employee)
    await cast.holds(cast.employee, "auditor")
    cast.services.clock.forward(hours=1)

    assert await comes(cast, reset) is Due.ENDED
    assert await state(ledger, reset.request_id) is State.REFUSED


async def test_an_approval_for_somebody_who_got_rights_meanwhile_is_held_for_longer(cast: Cast) -> None:
    asked = await cast.asks()
    await cast.holds(cast.employee, "auditor")

    outcome = await cast.approves(asked, cast.manager)

    assert isinstance(outcome, Done)
    assert outcome.reset.hold_until == cast.services.clock() + timedelta(hours=1)


async def test_where_slack_says_nothing_of_the_requester_an_approval_is_refused_and_ends_nothing(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()
    told = cast.profiles(cast.manager.id, cast.employee.id)

    outcome = await cast.approves(asked, cast.manager, told=told)

    assert outcome is Guard.ACTOR_CONFIRMED
    assert await state(ledger, asked.request_id) is State.AWAITING_APPROVAL
    assert isinstance(await cast.approves(asked, cast.manager), Done)
