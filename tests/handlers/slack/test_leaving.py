"""Somebody leaves or comes, and Slack says so, or its word of it is lost (X7)."""

import asyncpg
import pytest
import pytest_asyncio

from bot.core.sync import next_night
from bot.sandbox.slack import Person
from bot.services.queue import Queue
from storage import people
from tests.support.bot import Bot
from tests.support.office import Office

MEMBER, GONE = ("member", None), ("deleted", "deactivated")


@pytest_asyncio.fixture
async def office(bot: Bot) -> Office:
    made = Office(bot)
    await made.opens()
    return made


async def standing(bot: Bot, user: str) -> tuple[str, str | None] | None:
    conn = await asyncpg.connect(bot.database.superuser)
    try:
        row = await conn.fetchrow("SELECT standing, suspended_why FROM person WHERE slack_user_id = $1", user)
        return None if row is None else (row["standing"], row["suspended_why"])
    finally:
        await conn.close()


async def name_of(bot: Bot, user: str) -> str | None:
    async with bot.services.means.pool.transaction() as conn:
        found = await people.by_slack_id(conn, team_id=None, slack_user_id=user)
    return None if found is None else found.name


async def states(bot: Bot) -> list[str]:
    conn = await asyncpg.connect(bot.database.superuser)
    try:
        return [row["state"] for row in await conn.fetch("SELECT state FROM reset_request ORDER BY request_id")]
    finally:
        await conn.close()


@pytest.mark.parametrize("user", ["U0HAL", "U0ADA"])
async def test_who_is_deactivated_is_suspended_and_their_request_loses_its_buttons(office: Office, user: str) -> None:
    await office.asks(office.hal)
    assert office.mia.message_buttons == ["Approve", "Deny"]

    reply = await office.bot.standin.change_user(user, deleted=True)
    await office.bot.settle()

    assert reply.status == 200
    assert await standing(office.bot, user) == GONE
    assert await states(office.bot) == ["refused"]
    assert office.mia.message_buttons == []


async def test_who_joins_is_known_before_they_come_and_a_new_name_is_kept_up_with(bot: Bot) -> None:
    await bot.standin.join(Person("U0NEW", "new", "New Comer", "employee", "new@example.com"))
    joined = await standing(bot, "U0NEW")
    await bot.standin.change_user("U0NEW", is_restricted=True)

    assert joined == MEMBER
    assert await standing(bot, "U0NEW") == ("guest", None)


async def test_a_deactivation_that_came_while_the_database_was_away_is_made_good_in_the_night(office: Office) -> None:
    bot = office.bot
    queue = Queue(bot.app.means, bot.database.program)
    await queue.sweep()
    bot.clock.at = next_night(bot.clock())
    await office.asks(office.hal)

    bot.wire.cut()
    reply = await bot.standin.change_user("U0HAL", deleted=True)
    bot.wire.mend()
    await bot.reconnects()
    lost = await standing(bot, "U0HAL")
    await queue.sweep()
    await bot.settle()

    assert reply.status == 200
    assert lost == MEMBER
    assert await standing(bot, "U0HAL") == GONE
    assert await states(bot) == ["refused"]
    assert office.mia.message_buttons == []
    assert {await standing(bot, user) for user in ("U0ADA", "U0MIA", "U0AMY", "U0BEN")} == {MEMBER}


async def test_an_older_change_that_comes_late_neither_brings_somebody_back_nor_an_old_name(bot: Bot) -> None:
    await bot.standin.join(Person("U0NEW", "new", "New Comer", "employee", "new@example.com"))
    await bot.standin.change_user("U0NEW", real_name="Old Name")
    [older] = [sent for sent in bot.standin.deliveries if b"Old Name" in sent.body]
    bot.clock.forward(seconds=10)
    await bot.standin.change_user("U0NEW", real_name="New Name")
    await bot.standin.deliver_again(older)
    renamed = await name_of(bot, "U0NEW")
    bot.clock.forward(seconds=10)
    await bot.standin.change_user("U0NEW", deleted=True)

    reply = await bot.standin.deliver_again(older)

    assert reply.status == 200
    assert (renamed, await name_of(bot, "U0NEW")) == ("New Name", "New Name")
    assert await standing(bot, "U0NEW") == GONE


async def test_who_comes_back_by_a_later_change_is_a_member_again(bot: Bot) -> None:
    await bot.standin.join(Person("U0NEW", "new", "New Comer", "employee", "new@example.com"))
    await bot.standin.change_user("U0NEW", deleted=True)
    bot.clock.forward(seconds=1)
    await bot.standin.change_user("U0NEW", deleted=False)

    assert await standing(bot, "U0NEW") == MEMBER
