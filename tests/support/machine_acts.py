"""What happens to the people of the state machine: by services of a fourth process, and forms sent to the three."""

from uuid import uuid4

from bot.services.break_glass import Glass
from bot.services.enrollment import Confirmed, Started
from bot.services.host import Ask
from handlers import ids
from tests.support.cast import REASON
from tests.support.helpdesk_acts import unlocks
from tests.support.machine import Person, World
from tests.support.oracle import Owner
from tests.support.services import scan
from tests.support.volley import at_once, submission


async def enroll(world: World, person: Person) -> None:
    services, member = world.cast.services, person.member
    started = await services.enrollments.start(member.id, intent=uuid4(), replacing=False)
    if not isinstance(started, Started):
        return
    phone = await scan(services, started.enrollment_id)
    confirmed = await services.enrollments.confirm(started.enrollment_id, by=member.id, typed=phone.code())
    if isinstance(confirmed, Confirmed):
        member.factor_id, member.phone = confirmed.factor_id, phone
        person.owner = Owner(phone.secret, int(world.unix_s // 30))
        person.recovery, person.spent = [code.replace("-", "") for code in confirmed.codes], []


async def suspend(world: World, person: Person) -> None:
    notice = await world.newest_notice(person)
    if notice is not None:
        await world.cast.services.suspension.stop(notice, by=person.member.id)


async def release(world: World, person: Person, *, with_recovery_code: bool) -> None:
    world.cast.services.clock.forward(seconds=30)  # to a code that was not used yet
    recovery = world.code(person, "recovery") if with_recovery_code else ""
    await world.cast.services.suspension.release(
        person.member.id, typed=world.code(person, "right"), recovery_code=recovery
    )
    await world.read_back(person)


async def unlock(world: World, person: Person, by: str) -> None:
    if by == "host":
        await unlock_by_host(world, person)
    else:
        await unlocks(world.cast, getattr(world.cast, by), person.member)


async def unlock_by_host(world: World, person: Person) -> None:
    await Glass(world.cast.services.means).unlock(person.user, Ask("host:root", REASON))


async def disable(world: World, person: Person, what: str) -> None:
    """Submit the form in Slack, twice at once, to two of the processes."""
    typed = world.code(person, what)
    world.crowd.look_at_the_clock()
    form = submission(person.user, ids.DISABLE_FORM, person.member.factor_id, typed, at=world.unix_s)
    await at_once(world.crowd.ports[:2], [form, form])
    await world.read_back(person)


async def deny(world: World, person: Person) -> None:
    for request_id in await world.open_requests(person):
        await world.cast.services.resets.deny(request_id, by=world.cast.approver.id, reason=REASON)
