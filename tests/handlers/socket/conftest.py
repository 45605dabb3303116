"""A Slack with Socket Mode on, and a socket that is kept to it."""

import io
from collections.abc import AsyncIterator

import pytest_asyncio

from bot.sandbox.slack import StandIn
from tests.support.edge import Listeners
from tests.support.socket import Connected, connecting, slack_with_sockets


@pytest_asyncio.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with slack_with_sockets() as running:
        yield running


@pytest_asyncio.fixture
async def slack(standin: StandIn, listeners: Listeners, log: io.StringIO) -> AsyncIterator[Connected]:
    """Connected, and greeted."""
    async with connecting(listeners, log, standin) as connected:
        await connected.until_open()
        yield connected
