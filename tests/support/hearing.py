"""The ways on which what Slack says of a person reaches the bot."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.core.people import Profile
from bot.core.sync import Page
from tests.support.services import HOME, Services

Hears = Callable[[Services, Profile], Awaitable[object]]


async def by_user_change(services: Services, profile: Profile) -> object:
    return await services.people.save(replace(profile, updated_at=services.clock()), as_event=True)


async def by_users_info(services: Services, profile: Profile) -> object:
    return await services.people.save(profile)


async def by_the_nightly_list(services: Services, profile: Profile) -> object:
    running, _ = await services.syncs.begin(HOME)
    return await services.syncs.take_page(running, Page((profile,), "", names_bot=True), asked_at=services.clock())


WAYS: list[Hears] = [by_user_change, by_users_info, by_the_nightly_list]
