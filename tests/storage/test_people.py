"""People by Slack id and by address; whose row is held waits."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from bot.core.people import Profile, Standing, SuspendedWhy
from storage import people
from storage.pool import Connection

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BEN = Profile("T0MFA", "U0BEN", None, Standing.MEMBER, "Ben", "Ben@Example.com", None)


async def test_saving_again_refreshes_what_slack_says_and_leaves_the_suspension(program: Connection) -> None:
    first = await people.save(program, BEN, now=NOON)
    await people.suspend(program, first.person_id, why=SuspendedWhy.NOT_ME, now=NOON)

    again = await people.save(program, replace(BEN, name="Benjamin", standing=Standing.GUEST), now=NOON)

    assert (again.person_id, again.name, again.standing) == (first.person_id, "Benjamin", Standing.GUEST)
    assert (again.suspended_at, again.suspended_why) == (NOON, SuspendedWhy.NOT_ME)


async def test_suspending_again_keeps_since_when(program: Connection, ada: int) -> None:
    await people.suspend(program, ada, why=SuspendedWhy.DEACTIVATED, now=NOON)
    await people.suspend(program, ada, why=SuspendedWhy.NOT_ME, now=NOON.replace(hour=13))

    person = await people.get(program, ada)

    assert person is not None
    assert (person.suspended_at, person.suspended_why) == (NOON, SuspendedWhy.NOT_ME)


async def test_a_held_person_waits_but_rows_that_refer_to_them_do_not(
    program: Connection, other_program: Connection, ada: int
) -> None:
    await other_program.execute("SET lock_timeout = '50ms'")

    async with program.transaction():
        await people.lock(program, [ada])
        await other_program.execute(
            "INSERT INTO message (person_id, kind, created_at) VALUES ($1, 'enabled', now())", ada
        )
        with pytest.raises(asyncpg.LockNotAvailableError):
            await people.lock(other_program, [ada])


async def test_people_held_in_any_order_by_two_processes_do_not_deadlock(
    program: Connection, other_program: Connection, ada: int
) -> None:
    ben = (await people.save(program, BEN, now=NOON)).person_id

    async def hold(conn: Connection, ids: list[int]) -> None:
        for _ in range(50):
            async with conn.transaction():
                await people.lock(conn, ids)

    async with asyncio.timeout(20):
        await asyncio.gather(hold(program, [ada, ben]), hold(other_program, [ben, ada]))
