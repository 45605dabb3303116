"""What people do to their own MFA, each as a request that can be sent twice."""

from uuid import uuid4

from bot.core.enrollment import ConfirmRefusal, State
from bot.core.suspension import ReleaseRefusal
from bot.services.disable import Disabled
from bot.services.enrollment import PendingKey, Started
from bot.services.recovery import MakeRefusal, Pasted
from bot.services.suspension import Stopped
from tests.support.helpdesk_acts import suspend
from tests.support.lost import Act, Again, World, of
from tests.support.services import scan
from tests.support.working import start


@of("Enrollments.start")
async def starts(world: World) -> Act:
    new, intent = await world.cast.joins("new"), uuid4()
    return Act(
        lambda: world.on.enrollments.start(new.id, intent=intent, replacing=False),
        lambda answer: isinstance(answer, Started),
        "enrollment.started",
    )


@of("Enrollments.start to replace")
async def replaces(world: World) -> Act:
    one, intent = world.cast.employee, uuid4()
    code = one.code()
    return Act(
        lambda: world.on.enrollments.start(one.id, intent=intent, replacing=True, typed=code),
        lambda answer: isinstance(answer, Started),
        "enrollment.started",
    )


@of("Enrollments.key")
async def reads_the_key(world: World) -> Act:
    new = await world.cast.joins("new")
    pending = await start(world.cast.services.enrollments, new.person)
    return Act(
        lambda: world.on.enrollments.key(pending, by=new.id),
        lambda answer: isinstance(answer, PendingKey),
        "enrollment.key_shown",
        Again.ANEW,
    )


@of("Enrollments.confirm")
async def confirms(world: World) -> Act:
    new = await world.cast.joins("new")
    pending = await start(world.cast.services.enrollments, new.person)
    code = (await scan(world.cast.services, pending)).code()
    return Act(
        lambda: world.on.enrollments.confirm(pending, by=new.id, typed=code),
        lambda answer: answer is ConfirmRefusal.CONFIRMED,
        "mfa.enabled",
    )


@of("Enrollments.confirm to replace")
async def swaps(world: World) -> Act:
    one, services = world.cast.employee, world.cast.services
    begun = await services.enrollments.start(one.id, intent=uuid4(), replacing=True, typed=one.code())
    assert isinstance(begun, Started)
    code = (await scan(services, begun.enrollment_id)).code()
    return Act(
        lambda: world.on.enrollments.confirm(begun.enrollment_id, by=one.id, typed=code),
        lambda answer: answer is ConfirmRefusal.CONFIRMED,
        "mfa.replaced",
    )


@of("Enrollments.cancel")
async def gives_up(world: World) -> Act:
    new = await world.cast.joins("new")
    pending = await start(world.cast.services.enrollments, new.person)
    return Act(
        lambda: world.on.enrollments.cancel(pending, by=new.id),
        lambda answer: answer is State.CANCELLED,
        "enrollment.ended",
    )


@of("Disable.disable_own")
async def disables(world: World) -> Act:
    one = world.cast.employee
    code = one.code()
    return Act(
        lambda: world.on.disable.disable_own(one.id, factor_id=one.factor_id, typed=code),
        lambda answer: answer is Disabled.BEFORE,
        "mfa.disabled",
    )


@of("Recovery.renew")
async def renews(world: World) -> Act:
    one, intent = world.cast.employee, uuid4()
    code = one.code()
    return Act(
        lambda: world.on.recovery.renew(one.id, intent=intent, typed=code),
        lambda answer: answer is MakeRefusal.ALREADY_DONE,
        "recovery.made",
    )


@of("Recovery.saved")
async def saves_codes(world: World) -> Act:
    one = world.cast.employee
    set_id = await world.ledger.conn.fetchval(
        "SELECT recovery_set_id FROM recovery_set WHERE factor_id = $1", one.factor_id
    )
    return Act(lambda: world.on.recovery.saved(one.id, set_id=set_id), lambda answer: answer is True, "recovery.saved")


@of("Recovery.pasted")
async def pastes(world: World) -> Act:
    one = world.cast.employee
    text = one.recovery_codes[0]
    return Act(
        lambda: world.on.recovery.pasted(one.id, text=text, cause="Ev1"),
        lambda answer: answer is Pasted.CODE,
        "code.pasted",
    )


@of("Suspension.stop")
async def stops(world: World) -> Act:
    one = world.cast.employee
    notice = await world.ledger.message_of(one.id, "enabled")
    return Act(
        lambda: world.on.suspension.stop(notice, by=one.id), lambda answer: answer is Stopped.BEFORE, "person.suspended"
    )


@of("Suspension.stop, a veto")
async def vetoes(world: World) -> Act:
    await world.cast.asks()
    one = world.cast.employee
    notice = await world.ledger.message_of(one.id, "reset_opened")
    return Act(
        lambda: world.on.suspension.stop(notice, by=one.id), lambda answer: answer is Stopped.BEFORE, "reset.ended"
    )


@of("Suspension.release")
async def comes_back(world: World) -> Act:
    one = world.cast.employee
    await suspend(world.cast, world.ledger, one)
    code, recovery_code = one.code(), one.recovery_codes[0]
    return Act(
        lambda: world.on.suspension.release(one.id, typed=code, recovery_code=recovery_code),
        lambda answer: answer is ReleaseRefusal.NOT_SUSPENDED,
        "person.released",
        codes=2,
    )
