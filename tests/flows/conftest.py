"""The services on a real database, with a clock that the test holds."""

import secrets
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.core import enrollment, throttle
from bot.core.people import Person, Profile, Standing
from bot.core.sealing import Keyring
from bot.services.means import Means
from storage.pool import Pool
from tests.support.database import Database
from tests.support.services import HOME, Clock, Services


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def services(database: Database, clock: Clock) -> AsyncIterator[Services]:
    pool = Pool(database.program)
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
    return await services.people.save(
        Profile(
            team_id=HOME.team_id,
            slack_user_id="U0ADA",
            enterprise_id=None,
            standing=Standing.MEMBER,
            name="Ada Lovelace",
            email="ada@example.com",
            tz="Europe/London",
        )
    )
