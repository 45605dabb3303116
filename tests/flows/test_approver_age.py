"""Whoever takes over a Slack account can enroll: an approver's word counts only with a factor that is not new (A16)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bot.core.actions import Action, Guard
from bot.core.reset_opening import OpenRefusal
from bot.core.resets import State
from bot.services.enrollment import Confirmed, Started
from bot.services.looking import Why
from bot.services.reset_times import Due
from bot.services.resets import Done
from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger
from tests.support.services import scan


async def replaces(cast: Cast, member: Member, *, typed: str) -> None:
    """Move to another phone, for a TOTP code or a recovery code."""
    services = cast.services
    started = await services.enrollments.start(member.id, intent=uuid4(), replacing=True, typed=typed)
    assert isinstance(started, Started)
    member.phone = await scan(services, started.enrollment_id)
    confirmed = await services.enrollments.confirm(started.enrollment_id, by=member.id, typed=member.phone.code())
    assert isinstance(confirmed, Confirmed)
    member.factor_id, member.recovery_codes = confirmed.factor_id, confirmed.codes


async def new_manager(cast: Cast) -> Member:
    """Return the employee's manager, whose MFA has been on for a moment."""
    manager = await cast.joins("newboss")
    await manager.enrolls(just_now=True)
    await cast.manages(manager, cast.employee)
    return manager


async def test_a_manager_of_one_minute_is_not_asked_and_approves_nothing(cast: Cast, ledger: Ledger) -> None:
    manager = await new_manager(cast)
    cast.services.clock.forward(minutes=1)

    asked = await cast.asks()
    early = await cast.approves(asked, manager)

    assert early is Guard.FACTOR_OLD_ENOUGH
    assert await ledger.told(manager.id) == []
    assert await ledger.told(cast.approver.id) == ["reset_card"]
    assert await ledger.details("reset.refused") == [{"why": "factor_old_enough"}]
    assert isinstance(await cast.approves(asked, cast.approver), Done)


async def test_after_a_day_the_same_manager_is_asked_and_approves(cast: Cast, ledger: Ledger) -> None:
    manager = await new_manager(cast)
    cast.services.clock.forward(hours=24)

    asked = await cast.asks()

    assert await ledger.told(manager.id) == ["reset_card"]
    assert isinstance(await cast.approves(asked, manager), Done)


async def test_a_manager_of_one_minute_may_deny(cast: Cast) -> None:
    manager = await new_manager(cast)
    asked = await cast.asks()

    denied = await cast.services.resets.deny(asked.request_id, by=manager.id, reason=REASON)

    assert isinstance(denied, Done)
    assert denied.reset.state is State.DENIED


async def test_the_right_does_not_make_up_for_the_age_of_the_factor(cast: Cast) -> None:
    young = await cast.joins("young")
    await young.enrolls(just_now=True)
    await cast.holds(young, "approver")
    asked = await cast.asks()

    assert await cast.approves(asked, young) is Guard.FACTOR_OLD_ENOUGH


@pytest.mark.parametrize(("by", "refusal"), [("totp", None), ("recovery code", Guard.FACTOR_OLD_ENOUGH)])
async def test_a_replacement_keeps_the_age_for_a_current_code_and_starts_it_for_a_recovery_code(
    cast: Cast, by: str, refusal: Guard | None
) -> None:
    asked = await cast.asks()
    typed = cast.manager.code() if by == "totp" else cast.manager.recovery_codes[0]

    await replaces(cast, cast.manager, typed=typed)
    outcome = await cast.approves(asked, cast.manager)

    assert isinstance(outcome, Done) if refusal is None else outcome is refusal


async def test_an_age_that_was_started_goes_on_through_a_replacement_for_a_current_code(cast: Cast) -> None:
    await replaces(cast, cast.manager, typed=cast.manager.recovery_codes[0])
    cast.services.clock.forward(hours=23)
    await replaces(cast, cast.manager, typed=cast.manager.code())
    asked = await cast.asks()

    early = await cast.approves(asked, cast.manager)
    cast.services.clock.forward(hours=1)

    assert early is Guard.FACTOR_OLD_ENOUGH
    assert isinstance(await cast.approves(asked, cast.manager), Done)


async def test_an_approver_who_set_mfa_up_during_the_hold_has_not_approved(cast: Cast, ledger: Ledger) -> None:
    await cast.holds(cast.employee, "auditor")
    asked = await cast.asks()
    approved = await cast.approves(asked, cast.manager)
    await replaces(cast, cast.manager, typed=cast.manager.recovery_codes[0])

    cast.services.clock.forward(hours=1)
    due = await cast.services.reset_times.execute(asked.request_id, told=cast.profiles(*asked.people, cast.manager.id))

    assert isinstance(approved, Done)
    assert due is Due.ENDED
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.REFUSED


async def test_where_every_approver_is_too_new_nothing_is_opened(cast: Cast, ledger: Ledger) -> None:
    await ledger.conn.execute("UPDATE factor SET trusted_since = $1", cast.services.clock())

    assert await cast.opens(cast.agent, cast.employee) is OpenRefusal.NO_APPROVER


async def test_a_right_from_the_host_counts_at_once_and_the_age_of_the_factor_still_counts(
    cast: Cast, ledger: Ledger
) -> None:
    await cast.holds(cast.employee, "auditor")
    cast.services.clock.forward(days=1)
    chosen, new = await cast.joins("chosen"), await cast.joins("new")
    await chosen.enrolls()
    await new.enrolls(just_now=True)
    for member in (chosen, new):
        await cast.holds(member, "approver", since=timedelta(0))
    await ledger.conn.execute(
        "UPDATE role_grant SET granted_by = 'host:root' WHERE granted_at = $1", cast.services.clock()
    )
    asked = await cast.asks()

    assert await cast.approves(asked, new) is Guard.FACTOR_OLD_ENOUGH
    assert isinstance(await cast.approves(asked, chosen), Done)


async def test_why_names_the_guard(cast: Cast) -> None:
    manager = await new_manager(cast)
    await cast.holds(manager, "helpdesk")
    await cast.asks()

    found = await cast.services.looks.why(by=manager.id, subject_id=cast.employee.id)

    assert isinstance(found, Why)
    verdicts = dict(found.acts)[Action.APPROVE]
    assert [verdict.guard for verdict in verdicts if not verdict.passed] == [Guard.FACTOR_OLD_ENOUGH]


async def test_a_factor_of_before_the_column_counts_since_it_was_made(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await ledger.conn.execute("UPDATE factor SET trusted_since = NULL")

    early = await cast.approves(asked, cast.manager)
    await ledger.conn.execute("UPDATE factor SET created_at = created_at - interval '1 day'")

    assert early is Guard.FACTOR_OLD_ENOUGH
    assert isinstance(await cast.approves(asked, cast.manager), Done)
