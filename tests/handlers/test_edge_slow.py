"""What Slack would not send is answered before its body comes, and no body is waited for long (X8)."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import Metrics
from handlers import edge
from handlers.bodies import BODY_S
from handlers.web import application
from tests.support import signed
from tests.support.edge import NOW, Installed, Listeners
from tests.support.serving import listening
from tests.support.signed import SECRET
from tests.support.volley import Heard, Line

GOOD = signed.command()
ALL = {"X-Slack-Request-Timestamp": str(int(NOW)), "X-Slack-Signature": "v0=" + "0" * 64}
FORMLESS: dict[str, dict[str, str]] = {
    "none": {},
    "no timestamp": {"X-Slack-Signature": ALL["X-Slack-Signature"]},
    "no signature": {"X-Slack-Request-Timestamp": ALL["X-Slack-Request-Timestamp"]},
    "a timestamp that is no number": ALL | {"X-Slack-Request-Timestamp": "soon"},
    "stale": ALL | {"X-Slack-Request-Timestamp": str(int(NOW) - 301)},
    "from the future": ALL | {"X-Slack-Request-Timestamp": str(int(NOW) + 301)},
    "a short signature": ALL | {"X-Slack-Signature": "v0=00"},
    "no hexadecimal": ALL | {"X-Slack-Signature": "v0=" + "z" * 64},
    "another version": ALL | {"X-Slack-Signature": "v1=" + "0" * 64},
}


@pytest_asyncio.fixture
async def line(listeners: Listeners, log: io.StringIO) -> AsyncIterator[Line]:  # noqa: ARG001  quiet
    """A connection to an edge that waits for a body for a moment only."""
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    app = edge.bolt_app([listeners], client, Installed().authorize)
    made = edge.Edge(app, signing_secret=SECRET, now=lambda: datetime.fromtimestamp(NOW, UTC), body_s=0.05)
    web_app = application(Metrics(), most_bytes=edge.MOST_BYTES)
    web_app.add_routes(made.routes())
    async with listening(web_app) as listener:
        line = await Line.to(int(listener.address.rpartition(":")[2]))
        yield line
        line.abandon()


async def begins(line: Line, headers: dict[str, str], length: int, body: bytes = b"") -> Heard:
    """Send a head that says what is to come, and *body*; return the answer."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    async with asyncio.timeout(10):
        return await line.ask(
            f"POST {edge.PATH} HTTP/1.1\r\nHost: mfabot\r\nContent-Length: {length}\r\n{fields}\r\n".encode() + body
        )


@pytest.mark.parametrize("family", FORMLESS)
async def test_headers_without_their_form_are_401_before_the_body(
    line: Line, listeners: Listeners, family: str
) -> None:
    answer = await begins(line, FORMLESS[family], edge.MOST_BYTES)

    assert answer.status == 401
    assert listeners.runs == 0


@pytest.mark.parametrize("headers", [{}, ALL], ids=["none", "of Slack's form"])
async def test_a_size_that_is_too_large_is_413_before_anything_else(line: Line, headers: dict[str, str]) -> None:
    answer = await begins(line, headers, edge.MOST_BYTES + 1)

    assert answer.status == 413


async def test_a_body_that_does_not_come_is_408_though_its_headers_are_slacks(line: Line, listeners: Listeners) -> None:
    answer = await begins(line, signed.headers(GOOD, at=NOW), len(GOOD), GOOD[:-1])

    assert answer.status == 408
    assert listeners.runs == 0


async def test_a_whole_body_of_the_right_form_is_still_checked(line: Line, listeners: Listeners) -> None:
    answer = await begins(line, ALL, len(GOOD), GOOD)

    assert answer.status == 401
    assert listeners.runs == 0


def test_a_body_has_3_s() -> None:
    assert BODY_S == 3.0
