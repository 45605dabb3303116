"""The queue's table, in its own schema: what is enqueued stands or falls with the transaction that causes it (R1)."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import (
    DBSettings,
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

from bot.core.faults import DatabaseAway
from bot.core.jobs import NAMES, Job, row_id, spell
from storage.pool import Connection

SETTINGS = DBSettings(db_schema="jobs")


def queries(driver: Driver) -> Queries:
    """Return the queue's queries for our schema."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )


async def enqueue(conn: Connection, *jobs: Job, after: timedelta | None = None) -> None:
    """Put *jobs* into the queue, to run at once or *after* a while, if and when the transaction commits."""
    if jobs:
        await queries(_driver(conn)).enqueue(
            [NAMES[type(job)] for job in jobs],
            [spell(job) for job in jobs],
            [0] * len(jobs),
            [after] * len(jobs),
        )


async def enqueue_once(conn: Connection, *jobs: Job) -> None:
    """Enqueue *jobs*, but none that this function has enqueued before and that is still waiting or running.

    Only for jobs that read everything anew and come again by themselves: the key covers running jobs too.
    """
    if jobs:
        await queries(_driver(conn)).enqueue(
            [NAMES[type(job)] for job in jobs],
            [spell(job) for job in jobs],
            [0] * len(jobs),
            dedupe_key=[f"once:{NAMES[type(job)]}:{row_id(job)}" for job in jobs],
            on_conflict="skip",
        )


async def take_up_held(conn: Connection, *, younger_than: timedelta) -> int:
    """Queue again what is held though it is young: its retry could not be written while the database was away."""
    done = await conn.execute(
        """
        UPDATE jobs.pgqueuer
           SET status = 'queued', updated = now(), queue_manager_id = NULL
         WHERE status = 'failed'
           AND created > now() - $1::interval
        """,
        younger_than,
    )
    return int(done.rpartition(" ")[2])


async def count_held(conn: Connection) -> int:
    """Count the jobs that were given up on and are held for somebody to look at."""
    return int(await conn.fetchval("SELECT count(*) FROM jobs.pgqueuer WHERE status = 'failed'"))


async def trim_log(conn: Connection, *, older_than: timedelta, limit: int) -> int:
    """Forget what the queue itself noted of jobs so long ago, oldest first; return how many lines."""
    done = await conn.execute(
        """
        DELETE FROM jobs.pgqueuer_log
         WHERE id IN (SELECT id
                        FROM jobs.pgqueuer_log
                       WHERE created < now() - $1::interval
                       ORDER BY created
                       LIMIT $2
                         FOR UPDATE SKIP LOCKED)
        """,
        older_than,
        limit,
    )
    return int(done.rpartition(" ")[2])


class OpenQueue:
    """The queue with connections of its own: one listens, the others fetch and finish jobs."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool
        driver = AsyncpgPoolDriver(pool)
        self.queuer = PgQueuer(connection=driver, channel=Channel(SETTINGS.channel), queries=queries(driver))

    async def close(self) -> None:
        """End the connections at once: an unfinished job is taken up again when its heartbeat is old."""
        self._pool.terminate()


async def open_queue(dsn: str) -> OpenQueue:
    """Connect to the queue.

    Raises:
        DatabaseAway: it cannot be reached now.
    """
    try:
        pool = await asyncpg.create_pool(
            dsn,
            min_size=2,
            max_size=4,
            timeout=2,
            command_timeout=10,
            server_settings={"application_name": "mfabot-jobs"},
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseAway(type(error).__name__) from None
    return OpenQueue(pool)


def _driver(conn: Connection) -> AsyncpgDriver:
    # It only calls fetch and execute, which a pool's connection has as well.
    return AsyncpgDriver(cast("asyncpg.Connection[asyncpg.Record]", conn))
