"""The database restarts under a worker, during each call that a QR code takes: it comes and goes all the same (R6).

The server is one of its own, since others would lose their connections too.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.core.people import Person
from bot.sandbox import postgres
from bot.sandbox.slack import StandIn
from storage.migrations.runner import migrate
from tests.support import database as databases
from tests.support.attacks import times
from tests.support.database import QUICK, Database
from tests.support.services import Services
from tests.support.working import RESCUE, kept, shown, start, working

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


@dataclass
class Server:
    """A Postgres that can be restarted."""

    home: Path
    programs: Path
    running: postgres.Postgres

    async def stops(self) -> None:
        await asyncio.to_thread(self.running.stop)

    async def starts(self) -> None:
        self.running = await asyncio.to_thread(postgres.start, self.home, programs=self.programs, settings=QUICK)


@pytest.fixture
def own_server(postgres_programs: Path) -> Iterator[Server]:
    home = Path(tempfile.mkdtemp(prefix="mfa", dir="/tmp"))
    home.chmod(0o711)
    server = Server(home, postgres_programs, postgres.start(home, programs=postgres_programs, settings=QUICK))
    yield server
    server.running.stop()
    shutil.rmtree(home)


@pytest_asyncio.fixture(params=range(times(1, full=3)))
async def database(own_server: Server) -> Database:
    """The database that the fixtures of all tests work on, here on the server that restarts."""
    await databases.run(
        own_server.running, f"CREATE ROLE {databases.OWNER} LOGIN", f"CREATE ROLE {databases.PROGRAM} LOGIN"
    )
    made = await databases.create(own_server.running, "restarted")
    await migrate(owner_dsn=made.owner, program_dsn=made.program)
    return made


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
        await slack.until(lambda: {"image", "actions"} <= set(shown(slack)), BACK_WITHIN_S)

        await services.enrollments.cancel(enrollment_id, by=ada.person_id)
        await restarted_during(*SHREDDING)
        await slack.until(lambda: not kept(slack) and not {"image", "actions"} & set(shown(slack)), BACK_WITHIN_S)

    tally(len(DELIVERING + SHREDDING), len(DELIVERING + SHREDDING))
