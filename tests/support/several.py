"""Acts that concern several people, or several requests of one: for what is held, and in which order."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

from bot.core.sync import Page
from bot.services.lookups import BySlackId
from tests.support.cast import REASON
from tests.support.lost import World
from tests.support.lost_host import ASK, HOST
from tests.support.services import HOME, make_key

Send = Callable[[], Awaitable[object]]
Making = Callable[[World], Awaitable[Send]]
SEVERAL: dict[str, Making] = {}
"""By the method that is called, and what is special about it."""


def of(name: str) -> Callable[[Making], Making]:
    """Note an act under the method that it calls."""

    def noted(making: Making) -> Making:
        assert name not in SEVERAL
        SEVERAL[name] = making
        return making

    return noted


@of("Managers.take, two subjects")
async def imports_managers(world: World) -> Send:
    content = b"slack_id,manager_slack_id\nU0AGENT,U0APPROVER\nU0EMPLOYEE,U0APPROVER\n"
    return lambda: world.on.managers.take(content, team_id=None, by=HOST)


@of("Host.define, two holders")
async def defines_less(world: World) -> Send:
    cast = world.cast
    await world.ledger.define("readers", "security.users.view", "security.audit.view")
    for one in (cast.manager, cast.employee):
        await cast.holds(one, "readers")
    return lambda: world.on.host.define("readers", ["security.audit.view"], ASK)


async def _three_requests(world: World) -> None:
    """Open one of the admin's, one of the agent's about the employee, and one of the admin's about the agent."""
    cast = world.cast
    for by, subject in ((cast.admin, cast.approver), (cast.agent, cast.employee), (cast.admin, cast.agent)):
        await cast.asks(by, subject)


@of("Host.revoke, two requests")
async def host_revokes(world: World) -> Send:
    await _three_requests(world)
    return lambda: world.on.host.revoke("admin", "U0ADMIN", ASK)


@of("People.save, two requests")
async def leaves(world: World) -> Send:
    await _three_requests(world)
    gone = world.cast.gone(world.cast.admin)
    return lambda: world.on.people.save(gone)


@of("People.save, a guest since")
async def becomes_a_guest(world: World) -> Send:
    profile = world.cast.guest.profile
    one = await world.cast.joins("other")
    return lambda: world.on.people.save(replace(one.profile, standing=profile.standing))


@of("People.save, nothing new")
async def stays(world: World) -> Send:
    return lambda: world.on.people.save(world.cast.admin.profile)


@of("Syncs.take_page, two leave")
async def two_leave(world: World) -> Send:
    cast = world.cast
    await _three_requests(world)
    cast.services.clock.forward(minutes=1)
    running, _ = await cast.services.syncs.begin(HOME)
    page = Page((cast.gone(cast.admin), cast.gone(cast.approver), cast.employee.profile), "", names_bot=True)
    asked_at = cast.services.clock()
    return lambda: world.on.syncs.take_page(running, page, asked_at=asked_at)


@of("Syncs.take_missing, an admin")
async def an_admin_is_missing(world: World) -> Send:
    cast = world.cast
    await _three_requests(world)
    cast.services.clock.forward(minutes=1)
    running, _ = await cast.services.syncs.begin(HOME)
    cast.services.clock.forward(minutes=1)
    listed = [one.profile for one in cast.everybody if one is not cast.admin]
    page, asked_at = Page(tuple(listed), "", names_bot=True), cast.services.clock()
    read = await cast.services.syncs.take_page(running, page, asked_at=asked_at)
    assert read is not None
    [admin] = (await cast.services.syncs.missing(read, after=0)).people
    return lambda: world.on.syncs.take_missing(read, admin, None, asked_at=asked_at)


@of("Resets.approve, requester and actor left")
async def approves_though_both_have_left(world: World) -> Send:
    cast = world.cast
    await _three_requests(world)
    told = [cast.second_admin.profile, cast.gone(cast.agent), cast.gone(cast.admin)]
    return lambda: world.on.resets.approve(3, by=cast.second_admin.id, told=told, typed="")


@of("Helpdesk.unlock, the actor left")
async def unlocks_though_gone(world: World) -> Send:
    cast = world.cast
    told = [cast.gone(cast.admin), cast.employee.profile]
    return lambda: world.on.helpdesk.unlock(
        by=cast.admin.id, subject_id=cast.employee.id, told=told, intent=uuid4(), reason=REASON, typed=""
    )


@of("Verification.check, a request is open")
async def signs_in(world: World) -> Send:
    await world.cast.asks()
    code, key = world.cast.employee.code(), await make_key(world.cast.services)
    return lambda: world.on.verification.check(key, BySlackId("U0EMPLOYEE"), typed=code)


@of("Verification.check, without MFA")
async def signs_in_without_mfa(world: World) -> Send:
    await world.cast.joins("other")
    key = await make_key(world.cast.services)
    return lambda: world.on.verification.check(key, BySlackId("U0OTHER"), typed="123456")


@of("Verification.factor, without MFA")
async def asks_of_nobody(world: World) -> Send:
    await world.cast.joins("other")
    key = await make_key(world.cast.services)
    return lambda: world.on.verification.factor(key, BySlackId("U0OTHER"))
