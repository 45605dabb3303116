"""The queue's table, in its own schema: what is enqueued stands or falls with the transaction that causes it (R1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    DBSettings,
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.ports.driver import Driver

from bot.core.jobs import NAMES, Job, spell
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
    await _enqueue(conn, jobs, after)


async def _enqueue(conn: Connection, jobs: Sequence[Job], after: timedelta | None) -> None:
    if not jobs:
        return
    # The driver only calls fetch and execute, which a pool's connection has as well.
    driver = AsyncpgDriver(cast("asyncpg.Connection[asyncpg.Record]", conn))
    await queries(driver).enqueue(
        [NAMES[type(job)] for job in jobs],
        [spell(job) for job in jobs],
        [0] * len(jobs),
        [after] * len(jobs),
    )
