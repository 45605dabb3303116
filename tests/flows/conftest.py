"""A second person, a worker, and a look at what the transactions left behind."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.core.people import Person
from bot.jobs.queue import Jobs
from bot.sandbox.slack import StandIn
from bot.services.looking import Looks
from bot.services.queue import Queue
from bot.services.report import Reports
from storage import roles
from tests.support.audit import Audit, open_audit
from tests.support.database import Database
from tests.support.people import BEN
from tests.support.services import Authenticator, Services, enroll
from tests.support.working import standing_in, working


@pytest.fixture
def queue(services: Services, database: Database) -> Queue:
    return Queue(services.means, database.program)


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with standing_in() as standin:
        yield standin


@pytest_asyncio.fixture
async def jobs(services: Services, database: Database, slack: StandIn) -> AsyncIterator[Jobs]:
    """A worker that is yet to be started."""
    async with working(services.means, database, slack) as made:
        yield made


@pytest_asyncio.fixture
async def ben(services: Services) -> Person:
    return await services.people.save(BEN)


@pytest_asyncio.fixture
async def audit(database: Database) -> AsyncIterator[Audit]:
    async with open_audit(database) as opened:
        yield opened


@pytest.fixture
def reports(services: Services) -> Reports:
    return Reports(services.means, Looks(services.means))


@pytest_asyncio.fixture
async def viewers_phone(services: Services, ada: Person) -> Authenticator:
    """Ada's, who has MFA and may view users."""
    _, phone = await enroll(services, ada)
    async with services.means.pool.transaction() as conn:
        await roles.grant(conn, ada.person_id, "helpdesk", by="host:root", now=services.clock())
    return phone
