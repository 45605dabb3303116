"""A running stand-in, an app of a few lines, and Slack's own SDK between them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.clock import Clock
from tests.support.tiny_bot import TinyBot

TOKEN = "xoxb-sandbox-1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def tiny_bot() -> AsyncIterator[TinyBot]:
    bot = TinyBot()
    bot.url = await bot.start()
    yield bot
    await bot.stop()


@pytest_asyncio.fixture
async def standin(clock: Clock, tiny_bot: TinyBot) -> AsyncIterator[StandIn]:
    standin = StandIn(signing_secret="0123456789abcdef", bot_token=TOKEN, now=clock)
    await standin.start()
    standin.bot_url = tiny_bot.url
    yield standin
    await standin.stop()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def slack(standin: StandIn, http: ClientSession) -> AsyncWebClient:
    """The SDK's client without any retry of its own."""
    return AsyncWebClient(TOKEN, base_url=f"{standin.base_url}/api/", session=http, retry_handlers=[], timeout=5)


@pytest_asyncio.fixture
async def dm(slack: AsyncWebClient) -> str:
    """Ada's conversation with the app."""
    opened = await slack.conversations_open(users="U0ADA")
    return str(opened["channel"]["id"])
