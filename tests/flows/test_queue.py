"""What comes by to keep the queue in order: it takes up what was left, once, and keeps the log short."""

import asyncio

import asyncpg

from bot.core.people import Person
from bot.jobs.queue import Jobs
from bot.services.queue import Queue
from tests.support.database import Database
from tests.support.services import Services
from tests.support.working import start


async def test_the_sweep_enqueues_nothing_twice(
    services: Services, queue: Queue, ada: Person, database: Database
) -> None:
    enrollment_id = await start(services.enrollments, ada)
    await services.enrollments.cancel(enrollment_id, by=ada.person_id)
    services.clock.forward(minutes=2)

    for _ in range(3):
        await queue.sweep()

    conn = await asyncpg.connect(database.superuser)
    swept = await conn.fetchval("SELECT count(*) FROM jobs.pgqueuer WHERE dedupe_key IS NOT NULL")
    await conn.close()
    assert swept == 1


async def test_a_young_job_that_is_held_runs_again_and_an_old_one_stays(
    services: Services, queue: Queue, ada: Person, database: Database
) -> None:
    await start(services.enrollments, ada)
    conn = await asyncpg.connect(database.superuser)
    await conn.execute("UPDATE jobs.pgqueuer SET status = 'failed'")
    await conn.execute("UPDATE jobs.pgqueuer SET created = now() - interval '2 days' WHERE entrypoint = 'deliver_qr'")

    await queue.sweep()

    held = await conn.fetch("SELECT entrypoint FROM jobs.pgqueuer WHERE status = 'failed'")
    await conn.close()
    assert [row["entrypoint"] for row in held] == ["deliver_qr"]


async def test_a_worker_keeps_the_queues_log_short(jobs: Jobs, database: Database) -> None:
    conn = await asyncpg.connect(database.superuser)
    await conn.execute(
        """
        INSERT INTO jobs.pgqueuer_log (created, job_id, status, priority, entrypoint)
        VALUES (now() - interval '8 days', 1, 'picked', 0, 'notify')
        """
    )

    jobs.start()

    async with asyncio.timeout(10):
        while await conn.fetchval("SELECT count(*) FROM jobs.pgqueuer_log"):
            pass
    await conn.close()
