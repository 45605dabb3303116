"""What the worker saves, and what is looked at, each as a request that can be sent twice."""

from datetime import timedelta

from bot.core.codes import Verdict
from bot.core.enrollment import State
from bot.core.messages import Posted
from bot.core.resets import Limits
from bot.services.chain import NotLinked
from bot.services.enrollment import PendingKey
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.report import Asked
from bot.services.reset_times import Due
from bot.services.resets import Done
from tests.support.lost import Act, Again, World, of
from tests.support.services import changed, make_key
from tests.support.working import start

# Sign-ins


@of("Verification.check")
@of("Batches.ask")
async def signs_in(world: World) -> Act:
    return await _signs_in(world, world.cast.employee.code(), Verdict.CODE_REUSED)


@of("Verification.check, alone")
async def signs_in_with_a_recovery_code(world: World) -> Act:
    return await _signs_in(world, world.cast.employee.recovery_codes[0], Verdict.WRONG_CODE)


async def _signs_in(world: World, typed: str, verdict: Verdict) -> Act:
    key = await make_key(world.cast.services)
    return Act(
        lambda: world.on.verification.check(key, BySlackId("U0EMPLOYEE"), typed=typed),
        lambda answer: answer == Judged(verdict),
        "verification",
        Again.JUDGED,
    )


@of("Apps.save_uses")
async def saves_uses(world: World) -> Act:
    key = await make_key(world.cast.services)
    world.on.means.uses.note(key.key_id, world.cast.services.clock())
    return Act(world.on.apps.save_uses, lambda answer: answer is None, raises=False)


# Delivering and shredding


async def _pending(world: World) -> int:
    new = await world.cast.joins("new")
    return await start(world.cast.services.enrollments, new.person)


async def _ended(world: World) -> int:
    pending = await _pending(world)
    await world.cast.services.deliveries.announce(pending, "F0QR")
    await world.cast.services.enrollments.give_up(pending)
    return pending


@of("Enrollments.expire")
async def expires(world: World) -> Act:
    pending = await _pending(world)
    world.cast.services.clock.forward(minutes=10)
    return Act(lambda: world.on.enrollments.expire(pending), lambda answer: answer is State.EXPIRED, "enrollment.ended")


@of("Enrollments.give_up")
async def is_given_up(world: World) -> Act:
    pending = await _pending(world)
    return Act(
        lambda: world.on.enrollments.give_up(pending), lambda answer: answer is State.UNDELIVERED, "enrollment.ended"
    )


@of("Deliveries.announce")
async def announces_a_file(world: World) -> Act:
    pending = await _pending(world)
    return Act(
        lambda: world.on.deliveries.announce(pending, "F0QR"), lambda answer: answer is True, "enrollment.qr_sent"
    )


@of("Deliveries.posted")
async def has_posted_a_qr(world: World) -> Act:
    pending = await _pending(world)
    return Act(
        lambda: world.on.deliveries.posted(pending, channel="D1", ts="1.1"), lambda answer: answer is Posted.SECOND
    )


@of("Deliveries.completed")
async def has_completed_a_qr(world: World) -> Act:
    pending = await _pending(world)
    await world.cast.services.deliveries.posted(pending, channel="D1", ts="1.1")
    return Act(lambda: world.on.deliveries.completed(pending), lambda answer: answer is True)


@of("Deliveries.pending")
async def finds_that_it_has_ended(world: World) -> Act:
    ended = await _ended(world)
    return Act(lambda: world.on.deliveries.pending(ended), lambda answer: answer is None, again=Again.JOB)


@of("Deliveries.file_deleted")
async def has_deleted_a_file(world: World) -> Act:
    await _ended(world)
    return Act(lambda: world.on.deliveries.file_deleted("F0QR"), lambda answer: answer is None)


@of("Deliveries.key_view_closed")
async def has_closed_a_key(world: World) -> Act:
    pending = await _pending(world)
    [owner] = await world.ledger.conn.fetch("SELECT person_id FROM enrollment WHERE enrollment_id = $1", pending)
    key = await world.cast.services.enrollments.key(pending, by=owner["person_id"])
    assert isinstance(key, PendingKey)
    return Act(lambda: world.on.deliveries.key_view_closed(key.view), lambda answer: answer is None)


@of("Deliveries.shredded")
async def has_shredded(world: World) -> Act:
    ended = await _ended(world)
    await world.cast.services.deliveries.file_deleted("F0QR")
    seen = await world.cast.services.deliveries.leftovers(ended)
    assert seen is not None
    return Act(lambda: world.on.deliveries.shredded(ended, seen=seen), lambda answer: answer is True)


@of("Messages.posted")
async def has_posted_a_notice(world: World) -> Act:
    notice = await world.ledger.message_id("enabled")
    return Act(lambda: world.on.messages.posted(notice, channel="D1", ts="1.1"), lambda answer: answer is Posted.SECOND)


@of("Messages.completed")
async def has_completed_a_notice(world: World) -> Act:
    notice = await world.ledger.message_id("enabled")
    await world.cast.services.messages.posted(notice, channel="D1", ts="1.1")
    return Act(lambda: world.on.messages.completed(notice), lambda answer: answer is None)


async def _report(world: World) -> int:
    asked = await world.on.reports.ask(by=world.cast.admin.id)
    assert isinstance(asked, Asked)
    return asked.message_id


@of("Reports.announce")
async def announces_a_chart(world: World) -> Act:
    report = await _report(world)
    return Act(lambda: world.on.reports.announce(report, "F0CHART"), lambda answer: answer is None)


@of("Reports.file_deleted")
async def has_deleted_a_chart(world: World) -> Act:
    await world.on.reports.announce(await _report(world), "F0CHART")
    return Act(lambda: world.on.reports.file_deleted("F0CHART"), lambda answer: answer is None)


# Time


@of("ResetTimes.execute")
async def executes(world: World) -> Act:
    cast = world.cast
    slow = changed(cast.services, resets=Limits(hold=timedelta(minutes=10)))
    held = await cast.opens(cast.admin, cast.employee, on=slow)
    assert isinstance(held, Done)
    cast.services.clock.forward(minutes=10)
    told = cast.profiles(*held.reset.people)
    return Act(
        lambda: world.on.reset_times.execute(held.reset.request_id, told=told),
        lambda answer: answer is Due.ENDED,
        "mfa.reset",
    )


@of("ResetTimes.expire")
async def lets_a_request_expire(world: World) -> Act:
    asked = await world.cast.asks()
    world.cast.services.clock.forward(hours=4)
    return Act(lambda: world.on.reset_times.expire(asked.request_id), lambda answer: answer is False, "reset.ended")


@of("ResetTimes.remind")
async def reminds(world: World) -> Act:
    asked = await world.cast.asks()
    world.cast.services.clock.forward(hours=2)
    return Act(lambda: world.on.reset_times.remind(asked.request_id), lambda answer: answer is False)


@of("Queue.sweep")
async def sweeps(world: World) -> Act:
    await _pending(world)
    world.cast.services.clock.forward(minutes=12)
    return Act(world.on.queue.sweep, lambda answer: isinstance(answer, int))


@of("Queue.trim")
async def trims(world: World) -> Act:
    await world.ledger.conn.execute("UPDATE jobs.pgqueuer_log SET created = created - interval '30 days'")
    return Act(world.on.queue.trim, lambda answer: answer == 0)


@of("Chain.link")
async def links(world: World) -> Act:
    chain = world.chain
    return Act(chain.link, lambda answer: answer is NotLinked.NOTHING_WAITS)
