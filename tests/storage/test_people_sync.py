"""How far a sync has come, whose turn it is, and many people at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from bot.core.people import Standing
from bot.core.sync import COUNTED_STANDINGS, Counts, Sync
from storage import people, people_listed, people_sync
from storage.pool import Connection, Pool
from tests.support.database import Database
from tests.support.people import ADA, BEN
from tests.support.timeouts import patient_pool

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def row(program: Connection) -> Sync:
    await program.execute("INSERT INTO workspace VALUES ('T0MFA', NULL, 'U0BOT', now())")
    return await people_sync.ensure(program, "T0MFA", due_at=NOON)


@pytest_asyncio.fixture
async def pools(database: Database) -> AsyncIterator[list[Pool]]:
    """Two processes."""
    made = [patient_pool(database.program), patient_pool(database.program)]
    yield made
    for pool in made:
        await pool.close()


async def test_a_row_is_kept_as_it_was_saved(program: Connection, row: Sync) -> None:
    later = NOON + timedelta(hours=1)
    saved = replace(
        row,
        due_at=later,
        started_at=NOON,
        cursor="next",
        paged_at=later,
        bot_listed=True,
        counts=Counts(4, 3, 2, 1),
        read_at=later,
        finished_at=later,
        compared_at=later,
        expected=4,
    )

    await people_sync.save(program, saved)

    assert await people_sync.ensure(program, "T0MFA", due_at=NOON) == saved
    assert await people_sync.latest(program) == saved
    assert await people_sync.hold(program, row.sync_id) == saved


@pytest.mark.usefixtures("row")
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("finished_at = now()", "people_sync_finished_after_read"),
        ("read_at = now()", "people_sync_read_after_start"),
        ("deactivated = -1", "people_sync_deactivated_check"),
        ("next_cursor = repeat('x', 1001)", "people_sync_next_cursor_check"),
    ],
)
async def test_what_must_never_be_is_refused_by_name(program: Connection, change: str, constraint: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await program.execute(f"UPDATE people_sync SET {change}")  # noqa: S608  our own words

    assert refused.value.constraint_name == constraint


async def test_one_process_at_a_time_has_the_turn_of_a_name(pools: list[Pool]) -> None:
    async with pools[0].turn("one") as first, pools[1].turn("one") as second, pools[1].turn("other") as other:
        pass
    async with pools[1].turn("one") as after:
        pass

    assert (first, second, other, after) == (True, False, True, True)


async def test_the_turn_of_who_is_gone_is_free(pools: list[Pool], database: Database) -> None:
    superuser = await asyncpg.connect(database.superuser)
    async with pools[0].turn("one"):
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mfabot-turn'"
        )
        async with asyncio.timeout(10):
            while await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"):
                pass
        async with pools[1].turn("one") as after:
            pass
    await superuser.close()

    assert after


async def test_many_are_saved_in_one_statement_and_suspensions_stand(program: Connection) -> None:
    [ada] = await people.save_all(program, [ADA], now=NOON)
    await program.execute("UPDATE person SET suspended_at = now(), suspended_why = 'stolen'")

    both = await people.save_all(program, [replace(ADA, name="Ada Byron", tz=None), BEN], now=NOON)
    known = await people_listed.known(program, team_id="T0MFA", slack_user_ids=["U0ADA", "U0BEN", "U0NOBODY"])

    assert [person.slack_user_id for person in both] == ["U0ADA", "U0BEN"]
    assert both[0].person_id == ada.person_id
    assert known["U0ADA"].profile == replace(ADA, name="Ada Byron", tz=None)
    assert known["U0ADA"].person.suspended
    assert known["U0BEN"].profile == BEN
    assert known.keys() == {"U0ADA", "U0BEN"}


async def test_those_not_heard_of_are_found_window_by_window(program: Connection) -> None:
    crowd = [replace(ADA, slack_user_id=f"U{number}") for number in range(5)]
    crowd[3] = replace(crowd[3], standing=Standing.DELETED)
    saved = await people.save_all(program, crowd, now=NOON)
    await people_listed.touch(program, {saved[1].person_id: crowd[1]}, now=NOON + timedelta(seconds=1))

    found, after = [], 0
    while (end := await people_listed.window_end(program, team_id="T0MFA", after=after, window=2)) is not None:
        found += await people_listed.unseen(
            program,
            team_id="T0MFA",
            since=NOON + timedelta(seconds=1),
            standings=COUNTED_STANDINGS,
            after=after,
            to=end,
        )
        after = end

    assert [one.profile.slack_user_id for one in found] == ["U0", "U2", "U4"]
