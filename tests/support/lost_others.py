"""What people do to others, each as a request that can be sent twice."""

from uuid import uuid4

from bot.core.identity_check import IdentityCheck
from bot.core.resets import Happened
from bot.services.helpdesk import Helped
from bot.services.report import AskRefusal
from bot.services.resets import Done
from bot.services.roles import Changed
from tests.support.cast import REASON
from tests.support.helpdesk_acts import fail, suspend
from tests.support.lost import Act, Again, World, of
from tests.support.role_acts import resets


@of("Helpdesk.unlock")
async def unlocks(world: World) -> Act:
    cast = world.cast
    await fail(world.ledger, cast.employee, 100)
    return await _helps(world, "unlock", Helped.UNLOCKED, "throttle.unlocked")


@of("Helpdesk.release")
async def releases(world: World) -> Act:
    await suspend(world.cast, world.ledger, world.cast.employee)
    return await _helps(world, "release", Helped.OFFERED, "release.offered")


@of("Helpdesk.release, with a word")
async def releases_with_a_word(world: World) -> Act:
    # By another than who told of the theft.
    await world.cast.opens(world.cast.second_admin, world.cast.employee, happened=Happened.STOLEN)
    return await _helps(world, "release", Helped.WORD, "word.made")


async def _helps(world: World, how: str, done: Helped, event: str) -> Act:
    cast = world.cast
    by, one, intent = cast.admin, cast.employee, uuid4()
    code, told = by.code(), cast.profiles(by.id, one.id)
    helping = getattr(world.on.helpdesk, how)
    return Act(
        lambda: helping(by=by.id, subject_id=one.id, told=told, intent=intent, reason=REASON, typed=code),
        lambda answer: answer is done,
        event,
    )


@of("Resets.open, a request")
async def asks(world: World) -> Act:
    return _opens(world, "agent", "reset.opened")


@of("Resets.open, directly")
async def resets_directly(world: World) -> Act:
    return _opens(world, "admin", "mfa.reset")


def _opens(world: World, who: str, event: str) -> Act:
    cast = world.cast
    by, one, intent = getattr(cast, who), cast.employee, uuid4()
    code, told = by.code(), cast.profiles(by.id, one.id)
    return Act(
        lambda: world.on.resets.open(
            by=by.id,
            subject_id=one.id,
            told=told,
            intent=intent,
            happened=Happened.STOLEN,
            identity_check=IdentityCheck.SEEN,
            reason=REASON,
            typed=code,
        ),
        lambda answer: isinstance(answer, Done),
        event,
    )


@of("Resets.approve")
async def approves(world: World) -> Act:
    cast = world.cast
    asked, by = await cast.asks(), cast.manager
    code, told = by.code(), cast.profiles(*asked.people, by.id)
    return Act(
        lambda: world.on.resets.approve(asked.request_id, by=by.id, told=told, typed=code),
        lambda answer: isinstance(answer, Done),
        "mfa.reset",
    )


@of("Resets.deny")
async def denies(world: World) -> Act:
    asked = await world.cast.asks()
    return Act(
        lambda: world.on.resets.deny(asked.request_id, by=world.cast.manager.id, reason=REASON),
        lambda answer: isinstance(answer, Done),
        "reset.ended",
    )


@of("Resets.cancel")
async def cancels(world: World) -> Act:
    asked = await world.cast.asks()
    return Act(
        lambda: world.on.resets.cancel(asked.request_id, by=world.cast.agent.id),
        lambda answer: isinstance(answer, Done),
        "reset.ended",
    )


@of("Roles.grant")
async def grants(world: World) -> Act:
    cast = world.cast
    by, one = cast.admin, cast.employee
    code, told = by.code(), cast.profiles(by.id, one.id)
    return Act(
        lambda: world.on.roles.grant(by=by.id, subject_id=one.id, role="auditor", told=told, reason=REASON, typed=code),
        lambda answer: answer is Changed.BEFORE,
        "role.granted",
    )


@of("Roles.revoke")
async def revokes(world: World) -> Act:
    by, one = world.cast.admin, world.cast.agent
    code = by.code()
    return Act(
        lambda: world.on.roles.revoke(by=by.id, subject_id=one.id, role="helpdesk", reason=REASON, typed=code),
        lambda answer: answer is Changed.BEFORE,
        "role.revoked",
    )


@of("Roles.wake")
async def wakes(world: World) -> Act:
    cast = world.cast
    await sleeps(world)
    by, one = cast.second_admin, cast.approver
    code, told = by.code(), cast.profiles(by.id, one.id)
    return Act(
        lambda: world.on.roles.wake(by=by.id, subject_id=one.id, told=told, typed=code),
        lambda answer: answer is Changed.BEFORE,
        "rights.woken",
    )


async def sleeps(world: World) -> None:
    """Have the approver's rights sleep, and the approver enrolled again."""
    cast = world.cast
    await resets(cast, cast.approver, by=cast.admin, approver=cast.second_admin)
    await cast.approver.enrolls()


@of("Lockdowns.start")
async def locks_down(world: World) -> Act:
    return Act(
        lambda: world.on.lockdowns.start(by=world.cast.admin.id, reason=REASON),
        lambda answer: answer is Changed.BEFORE,
        "lockdown.started",
    )


@of("Lockdowns.lift")
async def lifts(world: World) -> Act:
    cast = world.cast
    await cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)
    by = cast.second_admin
    code, told = by.code(), cast.profiles(by.id)
    return Act(
        lambda: world.on.lockdowns.lift(by=by.id, told=told, typed=code),
        lambda answer: answer is Changed.BEFORE,
        "lockdown.lifted",
    )


@of("Reports.ask")
async def wants_a_report(world: World) -> Act:
    return Act(
        lambda: world.on.reports.ask(by=world.cast.admin.id),
        lambda answer: answer is AskRefusal.JUST_SENT,
        "looked",
        Again.LOOK,
    )
