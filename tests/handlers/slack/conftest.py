"""The whole bot, served, and people in front of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.bot import Bot, serving_bot
from tests.support.database import Database
from tests.support.office import Office
from tests.support.settings import APP_TOKEN
from tests.support.somebody import Somebody
from tests.support.timeouts import LONG


@pytest_asyncio.fixture
async def bot(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> AsyncIterator[Bot]:
    """Whatever the bot sends that Slack would not take fails the test. The parameter "socket" asks for Socket Mode."""
    marker = request.node.get_closest_marker("timeouts")
    environ = {"SLACK_APP_TOKEN": APP_TOKEN} if getattr(request, "param", None) == "socket" else {}
    async with serving_bot(database, tmp_path, marker.args[0] if marker else LONG, **environ) as running:
        yield running
        assert running.standin.problems == []


@pytest.fixture
def ada(bot: Bot) -> Somebody:
    """A member whose MFA is off, and whom the bot has not met."""
    return bot.person("U0ADA")


@pytest.fixture
def ben(bot: Bot) -> Somebody:
    """Another one."""
    return bot.person("U0BEN")


@pytest_asyncio.fixture
async def office(bot: Bot) -> Office:
    """Somebody who needs help, and those who give it; all have MFA."""
    made = Office(bot)
    await made.opens()
    return made
