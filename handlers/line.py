"""One connection of Socket Mode: from Slack's greeting until it is over, and what came over it is answered.

What is refused with a status at the edge stays unacknowledged here: there is no other way to refuse, and Slack then
tells the person, or sends the event again, just the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from typing import Any, Protocol

import structlog
from aiohttp import ClientWebSocketResponse
from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.edge import MOST_BYTES, dispatch
from handlers.shapes import Senseless, unwrap

logger = structlog.get_logger(__name__)

DRAIN_S = 0.5  # beyond the time that a listener has
CLOSE_S = 1.0
PING_S = 1.0
OK = 200


class Counts(Protocol):
    """Where envelopes and connections are counted."""

    def envelope(self, *, kind: str, outcome: str, seconds: float) -> None:
        """Count an envelope."""

    def socket_over(self, why: str) -> None:
        """Count a connection that ended."""


class _WithoutWords(logging.Filter):
    """Keeps where the SDK failed and the exception's type, and nothing of its words: they may quote what it read."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = f"the SDK failed in {record.funcName}", ()
        return True


def _quiet() -> logging.Logger:
    quiet = logging.getLogger("slack_sdk.socket_mode.mfabot")
    quiet.setLevel(logging.ERROR)  # below, it quotes envelopes
    if not quiet.filters:
        quiet.addFilter(_WithoutWords())
    return quiet


class _Client(SocketModeClient):
    """The SDK's client, which says that its connection is over where it would open another (see `Socket`)."""

    current_session: ClientWebSocketResponse | None

    def __init__(self, *, app_token: str, web_client: AsyncWebClient, ping_s: float) -> None:
        super().__init__(app_token, _quiet(), web_client, ping_interval=ping_s)
        self.greeted = asyncio.Event()
        self.over = asyncio.Event()
        self.message_listeners.append(self._hear)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  the SDK's own signature
        self.over.set()
        self.greeted.set()

    async def monitor_current_session(self) -> None:
        """Do nothing: `Socket` watches."""

    async def enqueue_message(self, message: str) -> None:
        """Take a message, unless it is larger than the edge would take."""
        if len(message.encode()) > MOST_BYTES:
            logger.info("senseless request", says="too large")
            return
        await super().enqueue_message(message)

    async def _hear(self, _client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None) -> None:
        if message.get("type") == "hello":
            self.greeted.set()


class Line(AsyncBaseSocketModeHandler):
    """Bolt's handler, for one connection. Made inside the running loop."""

    def __init__(
        self,
        app: AsyncApp,
        *,
        app_token: str,
        web_client: AsyncWebClient,
        ping_s: float,
        listener_s: float,
        counts: Counts,
    ) -> None:
        self.app: AsyncApp = app
        self._listener_s = listener_s
        self.client: _Client = _Client(app_token=app_token, web_client=web_client, ping_s=ping_s)
        self.client.socket_mode_request_listeners.append(self.handle)
        self._counts = counts
        self._running: set[asyncio.Task[Any]] = set()
        self._heard: float | None = None

    async def connect(self, url: str, within_s: float) -> None:
        """Connect to *url*, which serves once, and wait for Slack's greeting.

        Raises:
            TimeoutError: there was none within *within_s*.
            ConnectionError: Slack turned us away.
        """
        self.client.wss_uri = url
        async with asyncio.timeout(within_s):
            await self.connect_async()  # type: ignore[no-untyped-call]  # Bolt's own
            await self.client.greeted.wait()
        if self.client.over.is_set():
            raise ConnectionError

    @property
    def stands(self) -> bool:
        """Whether anything can come over it."""
        session = self.client.current_session
        return session is not None and not session.closed and not self.client.aiohttp_client_session.closed

    def heard(self) -> bool:
        """Whether a ping was answered since the last time this was asked."""
        before, self._heard = self._heard, self.client.last_ping_pong_time
        return self._heard != before

    async def ping(self) -> None:
        """Ask Slack for a sign of life."""
        if self.client.current_session is not None:
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(PING_S):
                    await self.client.current_session.ping(f"sdk-ping-pong:{time.time()}".encode())

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """Check, dispatch, acknowledge: what the edge does with a request."""
        began, kind, outcome = time.perf_counter(), "unknown", "failed"
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  for mypy: this is a coroutine
        self._running.add(task)
        with structlog.contextvars.bound_contextvars(request_id=secrets.token_hex(8)):
            try:
                payload = unwrap(req.type, req.payload)
                kind, outcome = req.type, "refused"
                answer = await dispatch(self.app, payload, listener_s=self._listener_s)
                if answer.status == OK:
                    await send_async_response(client, req, answer, began)
                    outcome = "answered"
            except Senseless as senseless:
                outcome = "refused"
                logger.info("senseless request", says=str(senseless))
            except ConnectionError:
                outcome = "not sent"
            finally:
                self._running.discard(task)
                seconds = time.perf_counter() - began
                self._counts.envelope(kind=kind, outcome=outcome, seconds=seconds)
                logger.info("envelope", kind=kind, outcome=outcome, ms=round(seconds * 1000, 1))

    async def end(self) -> None:
        """Answer what came, and close; a second time does what is left of it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._listener_s + DRAIN_S):
                while self._running:
                    await asyncio.wait(self._running)
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.close_async()  # type: ignore[no-untyped-call]  # Bolt's own
        except TimeoutError:  # Slack does not close its end; ours is closed by now, and the rest is quick
            await self.close_async()  # type: ignore[no-untyped-call]  # Bolt's own
