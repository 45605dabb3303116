"""Bolt looks into the environment by itself; what it finds there changes nothing."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import Metrics
from handlers import edge
from handlers.web import application
from tests.support import signed
from tests.support.edge import NOW, Installed
from tests.support.serving import serving

FOUND = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "marmalade",
    "SLACK_BOT_TOKEN": "xoxb-another",
    "SLACK_SIGNING_SECRET": "another",
    "SLACK_VERIFICATION_TOKEN": "another",
    "SLACK_SCOPES": "admin",
    "SLACK_INSTALL_PATH": "/install",
}


class Asked:
    """Notes with which token a listener would ask Slack."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = []

    def register(self, app: AsyncApp) -> None:
        app.command("/mfa")(self.run)

    async def run(self, ack: AsyncAck, client: AsyncWebClient) -> None:
        self.tokens.append(client.token)
        await ack()


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
async def url(asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[str]:
    """The edge, put together where the environment has all that Bolt looks for."""
    for name, value in FOUND.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    app = edge.bolt_app([asked], client, Installed().authorize)
    web_app = application(Metrics(), most_bytes=edge.MOST_BYTES)
    made = edge.Edge(app, signing_secret=signed.SECRET, now=lambda: datetime.fromtimestamp(NOW, UTC))
    web_app.add_routes(made.routes())
    async with serving(web_app) as base:
        yield base


async def test_no_variable_of_slacks_makes_bolt_install_itself_or_take_another_token(
    url: str, asked: Asked, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    body = signed.command()

    async with http.post(url + edge.PATH, data=body, headers=signed.headers(body, at=NOW)) as answer:
        command = answer.status
    pages = [(await http.get(url + path)).status for path in ("/install", "/slack/install", "/slack/oauth_redirect")]

    assert command == 200
    assert asked.tokens == ["xoxb-test"]
    assert pages == [404, 404, 404]
    assert not any(files for _, _, files in os.walk(tmp_path))
