"""What a scrape reads from the database: within a bound, at nobody's cost, and without it there is an answer too."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bot.core.people import Person
from tests.support.api import RelyingApp
from tests.support.database import Database
from tests.support.people import ADA, BEN
from tests.support.scraped import Scraped, scraped_bot
from tests.support.services import HOME, NOON, Clock, enroll, make_key
from tests.support.timeouts import DATABASE_SILENT, GAUGES_SHORT, LONG


@pytest_asyncio.fixture
async def bot(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path, clock: Clock
) -> AsyncIterator[Scraped]:
    marker = request.node.get_closest_marker("timeouts")
    async with scraped_bot(database, tmp_path, clock, marker.args[0] if marker else LONG) as scraped:
        yield scraped


@pytest_asyncio.fixture
async def ada(bot: Scraped) -> Person:
    await bot.services.people.save_home(HOME)
    return await bot.services.people.save(ADA)


async def tells(database: Database, statement: str, *values: object) -> None:
    conn = await asyncpg.connect(database.superuser)
    await conn.execute(statement, *values)
    await conn.close()


READ = (
    "mfabot_database_up",
    "mfabot_jobs",
    "mfabot_unshredded_qr_files",
    "mfabot_unshredded_seconds",
    "mfabot_open_requests",
    "mfabot_lockdown",
    "mfabot_members",
    "mfabot_members_enrolled",
)


async def test_the_database_tells_of_jobs_requests_files_and_coverage(
    bot: Scraped, ada: Person, database: Database
) -> None:
    confirmed, _ = await enroll(bot.services, ada)
    await bot.services.people.save(BEN)
    await tells(
        database,
        "INSERT INTO qr_file SELECT 'F0LEFT', enrollment_id, now() FROM enrollment WHERE state = 'confirmed'",
    )
    await tells(database, "UPDATE enrollment SET ended_at = $1", NOON - timedelta(minutes=5))
    await tells(
        database,
        """
        INSERT INTO reset_request (intent, subject_id, factor_id, state, happened, reason, direct, privileged,
                                   opened_at, expires_at)
        VALUES (gen_random_uuid(), $1, $2, 'awaiting_approval', 'lost', 'Her phone is gone.', false, false,
                now(), now() + interval '4 hours')
        """,
        ada.person_id,
        confirmed.factor_id,
    )
    await tells(database, "DELETE FROM jobs.pgqueuer")
    await tells(
        database,
        "INSERT INTO jobs.pgqueuer (priority, status, entrypoint, execute_after) "
        "VALUES (0, 'queued', 'notify', now() - interval '90 seconds'), (0, 'failed', 'shred_qr', now())",
    )
    told = await bot.samples()

    overdue = told.pop(("mfabot_job_overdue_seconds", (("kind", "notify"),)))
    assert {key: value for key, value in told.items() if key[0] in READ} == {
        ("mfabot_database_up", ()): 1,
        ("mfabot_jobs", (("kind", "notify"), ("state", "queued"))): 1,
        ("mfabot_jobs", (("kind", "shred_qr"), ("state", "failed"))): 1,
        ("mfabot_unshredded_qr_files", ()): 1,
        ("mfabot_unshredded_seconds", ()): 420,  # two minutes pass before each scrape
        ("mfabot_open_requests", (("state", "awaiting_approval"),)): 1,
        ("mfabot_open_requests", (("state", "holding"),)): 0,
        ("mfabot_lockdown", ()): 0,
        ("mfabot_members", ()): 2,
        ("mfabot_members_enrolled", ()): 1,
    }
    assert overdue >= 90


async def test_with_the_database_away_there_is_an_answer_and_it_says_so(bot: Scraped, ada: Person) -> None:
    await enroll(bot.services, ada)
    before = await bot.value("mfabot_members_enrolled")
    bot.wire.cut()

    status, text = await bot.scrape()
    bot.wire.mend()
    after = await bot.value("mfabot_database_up")

    assert before == 1
    assert status == 200
    assert "mfabot_database_up 0.0" in text
    assert "mfabot_members" not in text
    assert "mfabot_http_requests_total" in text
    assert after == 1


@pytest.mark.timeouts(DATABASE_SILENT)
async def test_a_dead_wire_holds_a_scrape_up_no_longer_than_prometheus_waits(bot: Scraped) -> None:
    assert await bot.value("mfabot_database_up") == 1
    bot.wire.go_dead()

    async with asyncio.timeout(10):
        status, text = await bot.scrape()

    assert status == 200
    assert "mfabot_database_up 0.0" in text


@pytest.mark.timeouts(GAUGES_SHORT)
async def test_what_a_scrape_waits_for_nobody_else_waits_for(bot: Scraped, ada: Person, database: Database) -> None:
    _, phone = await enroll(bot.services, ada)
    payroll = RelyingApp(bot.http, bot.public, await make_key(bot.services))
    bot.clock.forward(minutes=1)
    blocking = await asyncpg.connect(database.superuser)

    async with blocking.transaction():
        await blocking.execute("LOCK TABLE qr_file IN ACCESS EXCLUSIVE MODE")
        scraping = asyncio.create_task(bot.scrape())
        while not await blocking.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
        answers = [await payroll.verify(phone.code()) for _ in range(2)]
        waited = not scraping.done()
        status, text = await scraping
    await blocking.close()

    assert [answer.body["result"] for answer in answers] == ["accepted", "rejected"]
    assert waited
    assert status == 200
    assert "mfabot_database_up 0.0" in text


@pytest.mark.timeouts(GAUGES_SHORT)
async def test_a_coverage_that_takes_too_long_stays_as_it_was_and_takes_nothing_along(
    bot: Scraped, ada: Person, database: Database
) -> None:
    await enroll(bot.services, ada)
    before = await bot.value("mfabot_members")
    blocking = await asyncpg.connect(database.superuser)

    async with blocking.transaction():
        await blocking.execute("LOCK TABLE workspace IN ACCESS EXCLUSIVE MODE")
        told = await bot.samples()
    await blocking.close()

    assert before == 1
    assert told["mfabot_members", ()] == 1
    assert told["mfabot_database_up", ()] == 1
