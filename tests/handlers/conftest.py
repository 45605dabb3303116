"""The edge and the API, each served on a free port."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.core.people import Person
from bot.metrics import Metrics
from handlers import edge
from handlers.web import application
from tests.support.api import RelyingApp, api_of
from tests.support.edge import NOW, Installed, Listeners, Slack
from tests.support.services import Services, make_key
from tests.support.serving import serving
from tests.support.signed import SECRET


@pytest.fixture
def log(logging_restored: None) -> io.StringIO:  # noqa: ARG001  restores what this configures
    stream = io.StringIO()
    logs.configure("DEBUG", stream=stream)
    return stream


@pytest.fixture
def listeners() -> Listeners:
    return Listeners()


@pytest_asyncio.fixture
async def slack(listeners: Listeners, log: io.StringIO) -> AsyncIterator[Slack]:
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    app = edge.bolt_app([listeners], client, Installed().authorize)
    web_app = application(Metrics(), most_bytes=edge.MOST_BYTES)
    made = edge.Edge(app, signing_secret=SECRET, now=lambda: datetime.fromtimestamp(NOW, UTC))
    web_app.add_routes(made.routes())
    async with serving(web_app) as url, aiohttp.ClientSession() as session:
        yield Slack(session, url, log)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture
async def url(services: Services) -> AsyncIterator[str]:
    async with serving(api_of(services)) as base:
        yield base


@pytest_asyncio.fixture
async def payroll(services: Services, ada: Person, http: aiohttp.ClientSession, url: str) -> RelyingApp:
    """An app whose user is Ada."""
    assert ada.slack_user_id == "U0ADA"
    return RelyingApp(http, url, await make_key(services))
