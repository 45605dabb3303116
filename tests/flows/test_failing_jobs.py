"""A job that fails because of a bug of ours is tried again, then held for an operator, and never struck off (R5)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.core import jobs as rules
from bot.core.people import Person
from bot.jobs.queue import Jobs
from bot.sandbox.slack import StandIn
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services
from tests.support.working import start, working


class Bug:
    """Does what a job does, unless it is to fail."""

    def __init__(self, jobs: Jobs) -> None:
        self._right = jobs._work[rules.DeliverQr]
        self.fails = True
        self.tried = asyncio.Event()
        self.tries = 0

    async def __call__(self, row_id: int) -> object:
        if not self.fails:
            return await self._right(row_id)
        self.tries += 1
        if self.tries >= 3:
            self.tried.set()
        raise KeyError("marmalade")


@pytest_asyncio.fixture
async def worker(services: Services, database: Database, slack: StandIn) -> AsyncIterator[tuple[Jobs, Bug]]:
    async with working(services.means, database, slack) as jobs:
        bug = Bug(jobs)
        jobs._work[rules.DeliverQr] = bug
        yield jobs, bug


@pytest.mark.usefixtures("ada")
async def test_it_is_tried_again_and_done_once_the_bug_is_gone(
    services: Services, ada: Person, slack: StandIn, worker: tuple[Jobs, Bug], ledger: Ledger
) -> None:
    jobs, bug = worker
    await start(services.enrollments, ada)

    jobs.start()
    async with asyncio.timeout(30):
        await bug.tried.wait()
    bug.fails = False
    await slack.calls.wait_for("files.completeUploadExternal", timeout_s=30)
    async with asyncio.timeout(30):
        while await waiting(ledger):
            pass

    assert bug.tries >= 3


async def test_after_a_day_it_is_held_and_the_row_says_so(
    services: Services, ada: Person, worker: tuple[Jobs, Bug], ledger: Ledger
) -> None:
    jobs, bug = worker
    await start(services.enrollments, ada)
    await ledger.conn.execute("UPDATE jobs.pgqueuer SET created = now() - interval '25 hours'")

    jobs.start()
    async with asyncio.timeout(30):
        while await waiting(ledger) != ["failed"]:
            pass
    await jobs.stop()
    held = await ledger.conn.fetchval("SELECT payload FROM jobs.pgqueuer WHERE entrypoint = 'deliver_qr'")

    assert bug.tries == 1
    assert isinstance(rules.read(rules.DeliverQr, held), rules.DeliverQr)
    assert "marmalade" not in str(await ledger.conn.fetch("SELECT * FROM jobs.pgqueuer"))
    assert "marmalade" not in str(await ledger.conn.fetch("SELECT * FROM jobs.pgqueuer_log"))


async def waiting(ledger: Ledger) -> list[str]:
    """Return the states of the jobs that bring a QR code and that the queue still has."""
    rows = await ledger.conn.fetch("SELECT status::text FROM jobs.pgqueuer WHERE entrypoint = 'deliver_qr'")
    return [row["status"] for row in rows]
