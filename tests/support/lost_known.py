"""What is saved of who is known, each as a request that can be sent twice."""

from dataclasses import replace

from bot.core.people import Standing
from bot.core.sync import Page, Sync
from tests.support.lost import Act, World, of
from tests.support.services import HOME


@of("People.save")
async def saves_somebody(world: World) -> Act:
    gone = world.cast.gone(world.cast.employee)
    return Act(
        lambda: world.on.people.save(gone), lambda answer: answer.standing is Standing.DELETED, "person.suspended"
    )


@of("People.save_home")
async def saves_the_workspace(world: World) -> Act:
    home = replace(HOME, bot_user_id="U0NEW")
    return Act(lambda: world.on.people.save_home(home), lambda answer: answer is None)


async def _begun(world: World) -> Sync:
    world.cast.services.clock.forward(minutes=1)
    running, _ = await world.cast.services.syncs.begin(HOME)
    world.cast.services.clock.forward(minutes=1)
    return running


@of("Syncs.begin")
async def begins(world: World) -> Act:
    return Act(lambda: world.on.syncs.begin(HOME), lambda answer: answer[1] is True)


@of("Syncs.anew")
async def begins_anew(world: World) -> Act:
    running = await _begun(world)
    return Act(lambda: world.on.syncs.anew(running), lambda answer: answer is None)


def _page(world: World) -> Page:
    listed = [one.profile for one in world.cast.everybody if one is not world.cast.guest]
    return Page((*listed[1:], replace(listed[0], name="Newly Named")), "", names_bot=True)


@of("Syncs.take_page")
async def takes_a_page(world: World) -> Act:
    running, page = await _begun(world), _page(world)
    asked_at = world.cast.services.clock()
    return Act(lambda: world.on.syncs.take_page(running, page, asked_at=asked_at), lambda answer: answer is None)


async def whole_list(world: World) -> Sync:
    read = await world.cast.services.syncs.take_page(
        await _begun(world), _page(world), asked_at=world.cast.services.clock()
    )
    assert read is not None
    return read


@of("Syncs.take_missing")
async def takes_the_missing(world: World) -> Act:
    read = await whole_list(world)
    [guest] = (await world.cast.services.syncs.missing(read, after=0)).people
    asked_at = world.cast.services.clock()
    return Act(
        lambda: world.on.syncs.take_missing(read, guest, None, asked_at=asked_at),
        lambda answer: answer == read,
        "person.suspended",
    )


@of("Syncs.finish")
async def finishes(world: World) -> Act:
    read = await whole_list(world)
    return Act(lambda: world.on.syncs.finish(read, by="host:root"), lambda answer: answer is None, "people.synced")
