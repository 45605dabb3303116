"""People without a role who count as privileged everywhere, since the host said so (A18)."""

from datetime import timedelta

import pytest
import pytest_asyncio

from bot.core.actions import Guard
from bot.core.host import HostRefusal
from bot.core.people import SuspendedWhy
from bot.core.resets import Happened, ReasonFault, State
from bot.core.resets import Limits as ResetLimits
from bot.services.host import Ask
from bot.services.looking import Shown
from bot.services.protection import Protection
from bot.services.reset_times import Due
from bot.services.resets import Done
from bot.services.roles import Changed
from tests.support.cast import REASON, Cast
from tests.support.ledger import Ledger
from tests.support.services import changed
from tests.support.stolen import suspended_why

ASK = Ask("host:root", REASON)


@pytest.fixture
def protection(cast: Cast) -> Protection:
    return Protection(cast.services.means)


@pytest_asyncio.fixture
async def protected(protection: Protection) -> None:
    assert await protection.protect("U0EMPLOYEE", ASK) is Changed.NOW


@pytest.mark.usefixtures("protected")
async def test_nobody_disables_them_alone_and_the_approval_is_held(cast: Cast) -> None:
    outcome = await cast.opens(cast.admin, cast.employee)
    assert isinstance(outcome, Done)
    approved = await cast.approves(outcome.reset, cast.second_admin)

    assert (outcome.reset.state, outcome.reset.direct, outcome.reset.privileged) == (
        State.AWAITING_APPROVAL,
        False,
        True,
    )
    assert isinstance(approved, Done)
    assert (approved.reset.state, approved.reset.hold_until) == (
        State.HOLDING,
        cast.services.clock() + timedelta(hours=1),
    )


@pytest.mark.usefixtures("protected")
async def test_a_right_of_yesterday_does_not_approve_for_them(cast: Cast) -> None:
    young = await cast.joins("young")
    await young.enrolls()
    await cast.holds(young, "approver", since=timedelta(hours=1))
    asked = await cast.asks()

    assert await cast.approves(asked, young) is Guard.RIGHT_OLD_ENOUGH


@pytest.mark.usefixtures("protected")
async def test_a_report_of_a_stolen_phone_suspends_them_with_the_approval(cast: Cast) -> None:
    asked = await cast.asks(happened=Happened.STOLEN)
    before = await suspended_why(cast, cast.employee)

    await cast.approves(asked, cast.manager)

    assert (before, await suspended_why(cast, cast.employee)) == (None, SuspendedWhy.STOLEN)


@pytest.mark.usefixtures("protected")
async def test_whoever_looks_at_them_sees_that_they_need_an_approval(cast: Cast) -> None:
    shown = await cast.services.looks.show(by=cast.admin.id, subject_id=cast.employee.id)

    assert isinstance(shown, Shown)
    assert (shown.needs_approval, shown.party.privileged) == (True, True)


async def test_a_direct_reset_that_is_held_is_not_carried_out_any_more(cast: Cast, protection: Protection) -> None:
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(minutes=10)))
    outcome = await cast.opens(cast.admin, cast.employee, on=slow)
    assert isinstance(outcome, Done)
    await protection.protect("U0EMPLOYEE", ASK)

    cast.services.clock.forward(minutes=10)
    due = await slow.reset_times.execute(outcome.reset.request_id, told=cast.profiles(*outcome.reset.people))

    assert due is Due.ENDED


async def test_a_request_that_was_open_before_is_held_as_well(cast: Cast, protection: Protection) -> None:
    asked = await cast.asks()
    await protection.protect("U0EMPLOYEE", ASK)

    approved = await cast.approves(asked, cast.manager)

    assert isinstance(approved, Done)
    assert approved.reset.state is State.HOLDING


@pytest.mark.usefixtures("protected")
async def test_the_host_ends_it(cast: Cast, protection: Protection) -> None:
    ended = await protection.unprotect("U0EMPLOYEE", ASK)
    again = await protection.unprotect("U0EMPLOYEE", ASK)

    outcome = await cast.opens(cast.admin, cast.employee)

    assert (ended, again) == (Changed.NOW, Changed.BEFORE)
    assert isinstance(outcome, Done)
    assert outcome.reset.state is State.EXECUTED


async def test_they_and_all_who_manage_roles_are_told_and_it_is_the_host_s_in_the_audit(
    cast: Cast, ledger: Ledger, protection: Protection
) -> None:
    for act in (protection.protect, protection.protect, protection.unprotect):
        await act("U0EMPLOYEE", ASK)

    for member in (cast.employee, cast.admin, cast.second_admin):
        assert await ledger.told(member.id) == ["protected", "unprotected"]
    assert await ledger.told(cast.agent.id) == []
    rows = await ledger.conn.fetch(
        "SELECT kind, actor, surface, subject_id FROM audit_event WHERE kind ~ 'protected' ORDER BY event_id"
    )
    assert [tuple(row) for row in rows] == [
        ("person.protected", "host:root", "cli", cast.employee.id),
        ("person.unprotected", "host:root", "cli", cast.employee.id),
    ]
    assert [len(detail["reason"]) for detail in await ledger.details("person.protected")] == [64]


async def test_what_is_refused_is_an_event_and_changes_nothing(
    cast: Cast, ledger: Ledger, protection: Protection
) -> None:
    await cast.leaves(cast.approver)

    refused = [
        await protection.protect("U0NOBODY", ASK),
        await protection.protect("U0APPROVER", ASK),
        await protection.protect("U0EMPLOYEE", Ask("host:root", "short")),
    ]

    assert refused == [HostRefusal.UNKNOWN_PERSON, HostRefusal.NOT_A_MEMBER, ReasonFault.TOO_SHORT]
    assert await ledger.details("protection.refused") == [
        {"act": "protect", "why": "unknown_person"},
        {"act": "protect", "why": "not_a_member"},
    ]
    assert await ledger.conn.fetchval("SELECT count(*) FROM protected_person") == 0
