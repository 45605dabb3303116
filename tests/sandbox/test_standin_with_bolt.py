"""Slack's own framework takes the stand-in for Slack."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.bolt_app import bolt_app, mounted

SECRET = "0123456789abcdef"


@pytest_asyncio.fixture(params=["http", "socket"])
async def standin(request: pytest.FixtureRequest) -> AsyncIterator[StandIn]:
    """A stand-in of today, for Bolt has a clock of its own, with a Bolt app at its door or at its websocket."""
    standin = StandIn(signing_secret=SECRET, bot_token="xoxb-sandbox-1", now=lambda: datetime.now(UTC))
    client = AsyncWebClient("xoxb-sandbox-1", base_url=f"{await standin.start()}/api/")
    app = bolt_app(client, SECRET)
    if request.param == "http":
        async with TestServer(mounted(app)) as server:
            standin.bot_url = str(server.make_url("/slack/events"))
            yield standin
    else:
        standin.app_token = "xapp-1-A0-sandbox"
        handler = AsyncSocketModeHandler(app, standin.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's own
        yield standin
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's own
    await standin.stop()


async def test_a_bolt_app_can_be_played_through(standin: StandIn) -> None:
    replies = [
        await standin.command("U0ADA", "/mfa"),
        await standin.click("U0ADA", "more"),
        await standin.submit("U0ADA"),
        await standin.submit("U0ADA", {"typed": "123456"}),
        await standin.click("U0ADA", "press"),
        await standin.open_home("U0ADA"),
        await standin.say("U0ADA", "123456"),
    ]

    modal = standin.workspace.top("U0ADA")
    assert [reply.ok for reply in replies] == [True] * 7
    assert standin.problems == []
    assert modal is not None
    assert modal.errors == {"code": "Wrong."}
    assert [message.text for message in standin.workspace.messages("U0ADA")] == [
        "Later",
        "Settled",
        "123456",
        "Codes belong in the modal.",
    ]
    assert standin.workspace.homes["U0ADA"].blocks[0]["type"] == "section"
