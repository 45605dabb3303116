"""The database restarts under a worker, during each call that a QR code takes: it comes and goes all the same (R6).

The server is one of its own, since others would lose their connections too.
"""

import asyncio
from collections.abc import Callable

import pytest
import pytest_asyncio

from bot.core.people import Person
from bot.sandbox.slack import StandIn
from tests.support.attacks import times
from tests.support.database import Database
from tests.support.servers import Server
from tests.support.services import Services
from tests.support.working import RESCUE, delivered, shredded, start, working

BACK_WITHIN_S = 30
DELIVERING = (
    "conversations.open",
    "chat.postMessage",
    "files.getUploadURLExternal",
    "upload",
    "files.completeUploadExternal",
    "chat.update",
)
SHREDDING = ("files.delete", "chat.update")


@pytest_asyncio.fixture(params=range(times(1, full=3)))
async def database(own_server: Server) -> Database:
    """The database that the fixtures of all tests work on, here on the server that restarts."""
    return await own_server.migrated()


@pytest.mark.attack("T14", "the database restarts during each call of Slack's: the QR code comes and goes within 30 s")
async def test_a_qr_comes_and_goes_though_the_database_restarts_during_each_call(
    own_server: Server,
    database: Database,
    services: Services,
    ada: Person,
    slack: StandIn,
    tally: Callable[[int, int], None],
) -> None:
    async def restarted_during(*methods: str) -> None:
        calls = [slack.faults.slow(method) for method in methods]
        for call in calls:
            await asyncio.wait_for(call.entered.wait(), BACK_WITHIN_S)
            await own_server.stops()
            call.release()  # what the call has brought cannot be saved
            await own_server.starts()

    async with working(services.means, database, slack, pace=RESCUE) as jobs:
        jobs.start()
        enrollment_id = await start(services.enrollments, ada)
        await restarted_during(*DELIVERING)
        await slack.until(lambda: delivered(slack), BACK_WITHIN_S)

        await services.enrollments.cancel(enrollment_id, by=ada.person_id)
        await restarted_during(*SHREDDING)
        await slack.until(lambda: shredded(slack), BACK_WITHIN_S)

    tally(len(DELIVERING + SHREDDING), len(DELIVERING + SHREDDING))
