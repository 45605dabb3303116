"""Acts whose events and readers are not among those of the other tables: what is refused, and what many hear of."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from bot.core.resets import Happened
from bot.services.lookups import BySlackId
from tests.support.cast import REASON, Member
from tests.support.helpdesk_acts import fail, suspend
from tests.support.lost import World
from tests.support.lost_host import ASK
from tests.support.role_acts import resets
from tests.support.services import make_key, scan
from tests.support.working import start

Send = Callable[[], Awaitable[object]]
Making = Callable[[World], Awaitable[Send]]
CASES: dict[str, Making] = {}
"""By the method that is called, and what is special about it."""


def of(name: str) -> Callable[[Making], Making]:
    """Note an act under the method that it calls."""

    def noted(making: Making) -> Making:
        assert name not in CASES
        CASES[name] = making
        return making

    return noted


# Resets


def _opens(name: str, by: str, subject: str, **changed: Any) -> None:  # noqa: ANN401  whatever is submitted
    @of(name)
    async def opens(world: World) -> Send:
        one, other = getattr(world.cast, by), getattr(world.cast, subject)
        return lambda: world.cast.opens(one, other, on=world.on, **changed)


_opens("Resets.open, lost", "agent", "employee")
_opens("Resets.open, directly, lost", "admin", "employee")
_opens("Resets.open, a wrong code", "agent", "employee", typed="000000")
_opens("Resets.open, without the right", "employee", "agent", typed="")
_opens("Resets.open, about oneself", "admin", "admin", typed="")
_opens("Resets.open, about a guest", "agent", "guest", typed="")
_opens("Resets.open, about an admin", "agent", "admin")
_opens("Resets.open, about an admin, stolen", "agent", "second_admin", happened=Happened.STOLEN)


@of("Resets.approve, to be held")
async def approves_to_be_held(world: World) -> Send:
    cast = world.cast
    asked = await cast.asks(cast.agent, cast.approver)
    code, told = cast.admin.code(), cast.profiles(*asked.people, cast.admin.id)
    return lambda: world.on.resets.approve(asked.request_id, by=cast.admin.id, told=told, typed=code)


@of("ResetTimes.execute, of somebody with rights")
async def executes(world: World) -> Send:
    cast = world.cast
    asked = await cast.asks(cast.agent, cast.approver)
    await cast.approves(asked, cast.admin)
    cast.services.clock.forward(hours=1)
    told = cast.profiles(cast.agent.id, cast.approver.id, cast.admin.id)
    return lambda: world.on.reset_times.execute(asked.request_id, told=told)


def _approves(name: str, by: str, **changed: Any) -> None:  # noqa: ANN401  whatever is submitted
    @of(name)
    async def approves(world: World) -> Send:
        cast = world.cast
        asked, one = await cast.asks(), getattr(cast, by)
        code, told = one.code(), cast.profiles(*asked.people, one.id)
        given: dict[str, Any] = {"by": one.id, "told": told, "typed": code} | changed
        return lambda: world.on.resets.approve(asked.request_id, **given)


_approves("Resets.approve, by the requester", "agent")
_approves("Resets.approve, by the subject", "employee")
_approves("Resets.approve, a wrong code", "manager", typed="000000")
_approves("Resets.approve, Slack says nothing", "manager", told=[])


def _denies(name: str, by: str, reason: str = REASON) -> None:
    @of(name)
    async def denies(world: World) -> Send:
        asked = await world.cast.asks()
        return lambda: world.on.resets.deny(asked.request_id, by=getattr(world.cast, by).id, reason=reason)


_denies("Resets.deny, without the right", "agent")
_denies("Resets.deny, without a reason", "second_admin", reason="no")


@of("Suspension.stop, a stolen request")
async def vetoes(world: World) -> Send:
    one = world.cast.employee
    await world.cast.asks(happened=Happened.STOLEN)
    notice = await world.ledger.message_of(one.id, "reset_opened")
    return lambda: world.on.suspension.stop(notice, by=one.id)


@of("Enrollments.confirm, rights sleep")
async def enrolls_again(world: World) -> Send:
    cast = world.cast
    await resets(cast, cast.approver, by=cast.admin, approver=cast.second_admin)
    pending = await start(cast.services.enrollments, cast.approver.person)
    code = (await scan(cast.services, pending)).code()
    return lambda: world.on.enrollments.confirm(pending, by=cast.approver.id, typed=code)


# Roles and lockdown


def _grants(name: str, how: str, by: str, subject: str, role: str, **changed: Any) -> None:  # noqa: ANN401
    @of(name)
    async def grants(world: World) -> Send:
        cast = world.cast
        one, other = getattr(cast, by), getattr(cast, subject)
        given: dict[str, Any] = {"by": one.id, "subject_id": other.id, "role": role, "reason": REASON}
        if how == "grant":
            given["told"] = cast.profiles(one.id, other.id)
        given |= {"typed": one.code()} | changed
        return lambda: getattr(world.on.roles, how)(**given)


_grants("Roles.grant, told to all who grant", "grant", "admin", "employee", "approver")
_grants("Roles.grant, to oneself", "grant", "admin", "admin", "auditor")
_grants("Roles.grant, without the right", "grant", "approver", "employee", "auditor")
_grants("Roles.grant, an unknown role", "grant", "admin", "employee", "owner")
_grants("Roles.grant, a wrong code", "grant", "admin", "employee", "auditor", typed="000000")
_grants("Roles.revoke, without the right", "revoke", "agent", "approver", "approver")


@of("Host.revoke, the last admin")
async def revokes_the_last(world: World) -> Send:
    await world.on.host.revoke("admin", "U0SECONDADMIN", ASK)
    return lambda: world.on.host.revoke("admin", "U0ADMIN", ASK)


@of("Disable.disable_own, the last admin")
async def the_last_admin_disables(world: World) -> Send:
    await world.on.host.revoke("admin", "U0SECONDADMIN", ASK)
    one = world.cast.admin
    return lambda: world.on.disable.disable_own(one.id, factor_id=one.factor_id, typed="")


@of("Lockdowns.lift, by who started it")
async def lifts(world: World) -> Send:
    await world.cast.services.lockdowns.start(by=world.cast.admin.id, reason=REASON)
    told = world.cast.profiles(world.cast.admin.id)
    return lambda: world.on.lockdowns.lift(by=world.cast.admin.id, told=told, typed="")


@of("Looks.show, without the right")
async def looks(world: World) -> Send:
    return lambda: world.on.looks.show(by=world.cast.employee.id, subject_id=world.cast.admin.id)


@of("Helpdesk.unlock, nothing to unlock")
async def unlocks(world: World) -> Send:
    cast = world.cast
    told, code = cast.profiles(cast.admin.id, cast.employee.id), cast.admin.code()
    return lambda: world.on.helpdesk.unlock(
        by=cast.admin.id, subject_id=cast.employee.id, told=told, intent=uuid4(), reason=REASON, typed=code
    )


@of("Glass.reset, of somebody without MFA")
async def breaks_the_glass(world: World) -> Send:
    await world.cast.joins("new")
    return lambda: world.on.glass.reset("U0NEW", ASK)


# Codes


def _signs_in(name: str, typed: str, *, before: Callable[[World, Member], Awaitable[None]] | None = None) -> None:
    @of(name)
    async def signs_in(world: World) -> Send:
        if before is not None:
            await before(world, world.cast.employee)
        key = await make_key(world.cast.services)
        return lambda: world.on.verification.check(key, BySlackId("U0EMPLOYEE"), typed=typed)


async def _wrong_four_times(world: World, one: Member) -> None:
    key = await make_key(world.cast.services, "wiki")
    for _ in range(4):
        await world.cast.services.verification.check(key, BySlackId(one.profile.slack_user_id), typed="000000")
    await world.ledger.conn.execute("UPDATE attempt SET surface = 'app:2'")


async def _wrong_99_times(world: World, one: Member) -> None:
    await fail(world.ledger, one, 99)


async def _blocked(world: World, one: Member) -> None:
    await suspend(world.cast, world.ledger, one)


_signs_in("Verification.check, a wrong code", "000000")
_signs_in("Verification.check, the fifth wrong code", "000000", before=_wrong_four_times)
_signs_in("Verification.check, the hundredth wrong code", "000000", before=_wrong_99_times)
_signs_in("Verification.check, suspended", "000000", before=_blocked)
_signs_in("Verification.check, no code", "letmein")


@of("Recovery.pasted, six digits")
async def pastes(world: World) -> Send:
    one = world.cast.employee
    code = one.code()
    return lambda: world.on.recovery.pasted(one.id, text=code, cause="Ev1")


@of("Enrollments.confirm, a wrong code")
async def confirms(world: World) -> Send:
    new = await world.cast.joins("new")
    pending = await start(world.cast.services.enrollments, new.person)
    wrong = (await scan(world.cast.services, pending)).wrong_code()
    return lambda: world.on.enrollments.confirm(pending, by=new.id, typed=wrong)


@of("Enrollments.start, a guest")
async def a_guest_starts(world: World) -> Send:
    return lambda: world.on.enrollments.start(world.cast.guest.id, intent=uuid4(), replacing=False)
