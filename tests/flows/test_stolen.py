"""What a report of a stolen phone may do: whom it suspends and when, what lifts that, and who hears of it (A15)."""

import pytest

from bot.core.actions import Guard
from bot.core.people import SuspendedWhy
from bot.core.reset_opening import OpenRefusal
from bot.core.resets import Happened, State
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.resets import Came, Done
from bot.services.suspension import Released, Stopped
from tests.support.cast import Cast, Member
from tests.support.ledger import Ledger
from tests.support.services import make_key
from tests.support.stolen import cancels, suspended_why


async def joined(cast: Cast, *names: str) -> list[Member]:
    """Take in people with MFA."""
    members = [await cast.joins(name) for name in names]
    for member in members:
        await member.enrolls()
    return members


# Whom it suspends, and when


async def test_an_agent_does_not_suspend_the_leadership(cast: Cast, ledger: Ledger) -> None:
    """One helpdesk agent with "stolen" suspended two admins and an approver within seconds."""
    for victim in (cast.admin, cast.second_admin, cast.approver):
        asked = await cast.asks(cast.agent, victim, happened=Happened.STOLEN)

        assert asked.state is State.AWAITING_APPROVAL
        assert await suspended_why(cast, victim) is None
    assert "person.suspended" not in await ledger.events()


async def test_the_privileged_are_suspended_with_the_approval(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(cast.agent, cast.approver, happened=Happened.STOLEN)

    approved = await cast.approves(asked, cast.admin)

    assert isinstance(approved, Done)
    assert (approved.reset.state, approved.suspended) == (State.HOLDING, True)
    assert await suspended_why(cast, cast.approver) is SuspendedWhy.STOLEN
    assert await ledger.details("person.suspended") == [{"why": "stolen", "request": asked.request_id}]


async def test_who_may_disable_directly_suspends_the_privileged_at_once(cast: Cast) -> None:
    asked = await cast.asks(cast.admin, cast.approver, happened=Happened.STOLEN)

    assert asked.state is State.AWAITING_APPROVAL
    assert await suspended_why(cast, cast.approver) is SuspendedWhy.STOLEN


async def test_a_request_for_a_lost_phone_suspends_nobody(cast: Cast) -> None:
    asked = await cast.asks(cast.agent, cast.approver)

    await cast.approves(asked, cast.admin)

    assert await suspended_why(cast, cast.approver) is None


async def test_a_requester_reports_three_stolen_phones_a_day(cast: Cast, ledger: Ledger) -> None:
    subjects = await joined(cast, "one", "two", "three", "four")
    for subject in subjects[:3]:
        asked = await cast.asks(cast.agent, subject, happened=Happened.STOLEN)
        await cancels(cast, asked, cast.agent)

    code = cast.agent.code()
    fourth = await cast.opens(cast.agent, subjects[3], happened=Happened.STOLEN, typed=code)
    lost = await cast.opens(cast.agent, subjects[3], typed=code)
    cast.services.clock.forward(days=1)

    assert fourth is OpenRefusal.TOO_MANY_STOLEN
    assert isinstance(lost, Done)
    assert await ledger.details("reset.refused") == [{"why": "too_many_stolen"}]
    assert isinstance(await cast.opens(cast.agent, cast.employee, happened=Happened.STOLEN), Done)


@pytest.mark.parametrize("privileged", [False, True])
async def test_all_who_manage_roles_hear_that_somebody_was_suspended(
    cast: Cast, ledger: Ledger, *, privileged: bool
) -> None:
    victim = cast.approver if privileged else cast.employee

    asked = await cast.asks(cast.agent, victim, happened=Happened.STOLEN)
    before = [await ledger.told(admin.id) for admin in (cast.admin, cast.second_admin)]
    await cast.approves(asked, cast.admin if privileged else cast.manager)

    told = ["stolen_reported" in await ledger.told(admin.id) for admin in (cast.admin, cast.second_admin)]
    assert ["stolen_reported" in kinds for kinds in before] == [not privileged] * 2
    # Whoever approved knows it.
    assert told == [not privileged, True]


# A code while it is open, and a veto


async def test_a_code_of_the_subject_does_not_cancel_it_and_is_a_warning_on_the_card(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks(cast.agent, cast.approver, happened=Happened.STOLEN)
    key, who = await make_key(cast.services), BySlackId(cast.approver.profile.slack_user_id)
    before = set(await ledger.edits())

    accepted = await cast.services.verification.check(key, who, typed=cast.approver.code())

    card = await cast.services.resets.card_for(asked.request_id, by=cast.admin.id)
    assert isinstance(accepted, Judged)
    assert accepted.accepted
    assert not isinstance(card, Came | Guard)
    assert (card.reset.state, card.reset.code_accepted_at) == (State.AWAITING_APPROVAL, cast.services.clock())
    assert await ledger.message_of(cast.admin.id, "reset_card") in set(await ledger.edits()) - before


async def test_nor_does_the_owner_s_release_of_themselves(cast: Cast, ledger: Ledger) -> None:
    await cast.asks(happened=Happened.STOLEN)

    released = await cast.services.suspension.release(
        cast.employee.id, typed=cast.employee.code(), recovery_code=cast.employee.recovery_codes[0]
    )

    row = await ledger.conn.fetchrow("SELECT state, code_accepted_at FROM reset_request")
    assert released is Released.NOW
    assert row is not None
    assert tuple(row) == (State.AWAITING_APPROVAL, cast.services.clock())


async def test_a_held_one_is_not_stopped_by_a_code_either(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(cast.agent, cast.approver, happened=Happened.STOLEN)
    await cast.approves(asked, cast.admin)

    await cast.services.suspension.release(
        cast.approver.id, typed=cast.approver.code(), recovery_code=cast.approver.recovery_codes[0]
    )

    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.HOLDING


async def test_a_veto_lifts_nothing_and_all_who_approve_or_manage_roles_hear_of_it(cast: Cast, ledger: Ledger) -> None:
    await cast.asks(happened=Happened.STOLEN)

    stopped = await cast.services.suspension.stop(
        await ledger.message_of(cast.employee.id, "reset_opened"), by=cast.employee.id
    )

    assert stopped is Stopped.VETOED_SUSPENDED
    assert await suspended_why(cast, cast.employee) is SuspendedWhy.STOLEN
    for holder in (cast.approver, cast.admin, cast.second_admin):
        assert "stolen_vetoed" in await ledger.told(holder.id)
    for other in (cast.agent, cast.manager, cast.employee):
        assert "stolen_vetoed" not in await ledger.told(other.id)


async def test_a_veto_of_another_request_is_told_to_nobody_else(cast: Cast, ledger: Ledger) -> None:
    await cast.asks()

    await cast.services.suspension.stop(await ledger.message_of(cast.employee.id, "reset_opened"), by=cast.employee.id)

    assert await ledger.conn.fetchval("SELECT count(*) FROM message WHERE kind = 'stolen_vetoed'") == 0
