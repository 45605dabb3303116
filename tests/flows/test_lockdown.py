"""A lockdown: what it stops, what goes on, and who lifts it."""

import asyncio
from uuid import uuid4

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.enrollment import StartRefusal
from bot.core.resets import ReasonFault
from bot.services.enrollment import Confirmed
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.resets import Done
from bot.services.roles import Changed
from bot.services.suspension import Stopped
from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger
from tests.support.services import enroll, make_key


async def starts(cast: Cast, by: Member) -> object:
    return await cast.services.lockdowns.start(by=by.id, reason=REASON)


async def lifts(cast: Cast, by: Member, *, told: bool = True, typed: str | None = None) -> object:
    return await cast.services.lockdowns.lift(
        by=by.id, told=[by.profile] if told else [], typed=by.code() if typed is None else typed
    )


async def test_it_needs_no_code_and_everybody_who_could_lift_it_hears_of_it(cast: Cast, ledger: Ledger) -> None:
    started = await starts(cast, cast.admin)
    again = await starts(cast, cast.second_admin)

    standing = await cast.services.lockdowns.look()
    assert (started, again) == (Changed.NOW, Changed.BEFORE)
    assert standing is not None
    assert standing.by == cast.admin.id
    for admin in (cast.admin, cast.second_admin):
        assert await ledger.told(admin.id) == ["lockdown_started"]
    assert (await ledger.events()).count("lockdown.started") == 1


async def test_without_the_right_or_a_reason_none_is_started(cast: Cast, ledger: Ledger) -> None:
    assert await starts(cast, cast.agent) is Guard.RIGHT
    assert await cast.services.lockdowns.start(by=cast.admin.id, reason="now") is ReasonFault.TOO_SHORT
    assert await cast.services.lockdowns.look() is None
    assert await ledger.details("lockdown.refused") == [{"why": "right"}]


async def test_it_stops_what_weakens_anybody_s_mfa(cast: Cast) -> None:
    asked = await cast.asks()
    await starts(cast, cast.admin)
    employee, services = cast.employee, cast.services
    typed = employee.code()

    assert await cast.opens(cast.admin, cast.manager) is Guard.NO_LOCKDOWN
    assert await cast.opens(cast.agent, cast.manager) is Guard.NO_LOCKDOWN
    assert await cast.approves(asked, cast.manager) is Guard.NO_LOCKDOWN
    off = await services.disable.disable_own(employee.id, factor_id=employee.factor_id, typed=typed)
    replacing = await services.enrollments.start(employee.id, intent=uuid4(), replacing=True, typed=typed)
    new_codes = await services.recovery.renew(employee.id, intent=uuid4(), typed=typed)
    assert (off, replacing, new_codes) == (Guard.NO_LOCKDOWN, StartRefusal.LOCKDOWN, Guard.NO_LOCKDOWN)


async def test_a_replacement_that_was_started_before_is_not_confirmed(cast: Cast, ledger: Ledger) -> None:
    await cast.services.enrollments.start(
        cast.employee.id, intent=uuid4(), replacing=True, typed=cast.employee.recovery_codes[0]
    )
    await starts(cast, cast.admin)

    enrollment_id = await ledger.conn.fetchval("SELECT enrollment_id FROM enrollment WHERE state = 'pending'")
    answer = await cast.services.enrollments.confirm(enrollment_id, by=cast.employee.id, typed="123456")

    assert answer == "lockdown"


async def test_enrollment_sign_in_deny_veto_cancel_and_revoke_go_on(cast: Cast) -> None:
    denied = await cast.asks()
    await starts(cast, cast.admin)
    services = cast.services
    key, who = await make_key(services), BySlackId(cast.employee.profile.slack_user_id)

    deny = await services.resets.deny(denied.request_id, by=cast.manager.id, reason=REASON)
    signed_in = await services.verification.check(key, who, typed=cast.employee.code())
    confirmed, _ = await enroll(services, (await cast.joins("newcomer")).person)
    revoked = await services.roles.revoke(
        by=cast.admin.id, subject_id=cast.approver.id, role="approver", reason=REASON, typed=cast.admin.code()
    )

    assert isinstance(deny, Done)
    assert signed_in.accepted if isinstance(signed_in, Judged) else False
    assert isinstance(confirmed, Confirmed)
    assert revoked is Changed.NOW


@pytest.mark.parametrize("how", ["veto", "cancel"])
async def test_a_request_can_be_stopped_in_a_lockdown(cast: Cast, ledger: Ledger, how: str) -> None:
    asked = await cast.asks()
    await starts(cast, cast.admin)

    if how == "veto":
        notice = await ledger.message_of(cast.employee.id, "reset_opened")
        assert await cast.services.suspension.stop(notice, by=cast.employee.id) is Stopped.VETOED
    else:
        assert isinstance(await cast.services.resets.cancel(asked.request_id, by=cast.agent.id), Done)


async def test_another_holder_lifts_it_for_a_code(cast: Cast, ledger: Ledger) -> None:
    await starts(cast, cast.admin)

    answers = [
        await lifts(cast, cast.admin),
        await lifts(cast, cast.agent),
        await lifts(cast, cast.second_admin, told=False),
        await lifts(cast, cast.second_admin, typed=cast.second_admin.phone.wrong_code()),
        await lifts(cast, cast.second_admin),
        await lifts(cast, cast.second_admin),
    ]

    assert answers == [
        Guard.LOCKDOWN_BY_ANOTHER,
        Guard.RIGHT,
        Guard.ACTOR_CONFIRMED,
        Judged(Verdict.WRONG_CODE),
        Changed.NOW,
        Changed.BEFORE,
    ]
    assert await cast.services.lockdowns.look() is None
    assert await ledger.told(cast.admin.id) == ["lockdown_started", "lockdown_lifted"]


async def test_who_starts_it_again_while_it_stands_does_not_become_who_started_it(cast: Cast) -> None:
    await starts(cast, cast.admin)
    await starts(cast, cast.second_admin)

    assert await lifts(cast, cast.second_admin) is Changed.NOW


async def test_of_a_lockdown_and_a_reset_at_once_the_lockdown_waits_or_stops_it(cast: Cast, ledger: Ledger) -> None:
    cast.services.clock.forward(minutes=1)

    outcome, started = await asyncio.gather(
        cast.opens(cast.second_admin, cast.employee, typed=cast.second_admin.phone.code()), starts(cast, cast.admin)
    )

    events = [kind for kind in await ledger.events() if kind in ("mfa.reset", "lockdown.started")]
    assert started is Changed.NOW
    if isinstance(outcome, Done):
        assert events == ["mfa.reset", "lockdown.started"]
    else:
        assert (outcome, events) == (Guard.NO_LOCKDOWN, ["lockdown.started"])
