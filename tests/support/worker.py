"""Runs the bot's own jobs when a test says so, one after the other, until none is due: no loop and no waiting.

How the queue keeps, repeats and holds jobs is tested with the bot's own worker; tests of what people do want to know
when everything has arrived.
"""

from collections.abc import Callable
from datetime import timedelta

import asyncpg

from bot.core.jobs import NAMES, read, row_id
from bot.jobs.queue import Jobs
from tests.support.database import Database

KINDS = {name: kind for kind, name in NAMES.items()}


class Worker:
    """*passed* says how far the test's clock has gone, for jobs that are due later."""

    def __init__(self, jobs: Jobs, database: Database, passed: Callable[[], timedelta]) -> None:
        self._jobs = jobs
        self._database = database
        self._passed = passed

    async def run_due(self) -> None:
        conn = await asyncpg.connect(self._database.superuser)
        try:
            while rows := await conn.fetch(
                "DELETE FROM jobs.pgqueuer WHERE execute_after <= now() + $1 RETURNING id, entrypoint, payload",
                self._passed(),
            ):
                for row in sorted(rows, key=lambda row: int(row["id"])):
                    kind = KINDS[row["entrypoint"]]
                    await self._jobs._work[kind](row_id(read(kind, row["payload"])))
        finally:
            await conn.close()
