"""The edge towards Slack: what is not Slack's, or is not whole, ends here (X1).

In this order: other methods 405, more than 1 MiB said to come 413, headers that Slack would not send 401, a body that
is longer than it said 413 or takes longer than 3 s 408, no signature of Slack's over these very bytes 401, bytes or a
payload that make no sense 400. What comes through is parsed once, here; Bolt gets the parsed payload and never sees
the raw bytes, nor checks them again. Nothing of a body is logged, whatever happens.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from handlers import errors
from handlers.bodies import BODY_S, Incomplete, read_body
from handlers.shapes import Senseless, read

logger = structlog.get_logger(__name__)

PATH = "/slack/events"
MOST_BYTES = 1024 * 1024
LISTENER_S = 2.5  # Slack waits for 3 s, and a last word takes up to 0.3 s
STALE_S = 300  # as the SDK's verifier has it
TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


class Feature(Protocol):
    """Something that people can do."""

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""


def bolt_app(
    features: Iterable[Feature], client: AsyncWebClient, authorize: Callable[[], Awaitable[AuthorizeResult]]
) -> AsyncApp:
    """Return Bolt with our listeners; everything is passed explicitly, or it would look for it in the environment.

    Of a SLACK_CLIENT_ID and its secret there Bolt makes an OAuth flow and a store of tokens in files, whatever it is
    passed. Nobody asks them: *authorize* comes first, and their pages are on a server of Bolt's own.
    """

    async def who() -> AuthorizeResult:
        # Bolt fills arguments by name, and would fill the `self` of a bound method with None.
        return await authorize()

    quiet = logging.getLogger("slack_bolt.mfabot")
    quiet.setLevel(logging.ERROR)  # its warnings quote payloads
    app = AsyncApp(
        name="mfabot",
        logger=quiet,
        client=client,
        authorize=who,
        process_before_response=True,
        signing_secret="checked at the edge",  # noqa: S106  no secret: Bolt checks nothing
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
    )
    app.error(errors.failed)
    for feature in features:
        feature.register(app)
    return app


async def dispatch(app: AsyncApp, payload: dict[str, Any], *, listener_s: float) -> BoltResponse:
    """Let Bolt find the listener of a checked payload, and give it *listener_s* seconds.

    The answer's status is 200, 503 where Slack is to send an event again, or 400 where the payload makes no sense
    after all.
    """
    try:
        # In this mode Bolt takes a parsed body.
        request = AsyncBoltRequest(body=payload, mode="socket_mode")
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        logger.info("senseless request", says=type(error).__name__)
        return BoltResponse(status=400)
    try:
        async with asyncio.timeout(listener_s):
            answer = await app.async_dispatch(request)
    except TimeoutError:
        answer = await errors.too_late(payload, app.client)
    if answer.status == 404:  # noqa: PLR2004  Bolt's word for "no listener"
        # Slack would send an event again that we subscribed to and have no use for.
        return BoltResponse(status=200 if payload.get("type") == "event_callback" else 400)
    return answer


class Edge:
    """The route for Slack."""

    def __init__(
        self,
        app: AsyncApp,
        *,
        signing_secret: str,
        now: Callable[[], datetime],
        listener_s: float = LISTENER_S,
        body_s: float = BODY_S,
    ) -> None:
        self._app = app
        self._listener_s, self._body_s = listener_s, body_s
        self._clock = _SlackClock(now)
        self._verifier = SignatureVerifier(signing_secret, self._clock)

    def routes(self) -> list[web.RouteDef]:
        """Return the one route; aiohttp answers other methods with 405."""
        return [web.post(PATH, self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """Check, parse, dispatch, answer."""
        body = await self._checked(request)
        if isinstance(body, int):
            return web.Response(status=body)
        try:
            payload = read(body, request.content_type)
        except Senseless as senseless:
            logger.info("senseless request", says=str(senseless))
            return web.Response(status=400)
        if "challenge" in payload and payload.get("type") == "url_verification":
            return web.json_response({"challenge": payload["challenge"]})
        if "ssl_check" in payload:
            return web.Response()
        answer = await dispatch(self._app, payload, listener_s=self._listener_s)
        kind = "application/json" if answer.body.startswith("{") else "text/plain"
        return web.Response(status=answer.status, text=answer.body, content_type=kind)

    async def _checked(self, request: web.Request) -> str | int:
        """Return the body, or the status to refuse it with."""
        if (request.content_length or 0) > MOST_BYTES:
            return 413
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not self._may_be_slack_s(timestamp, signature):
            return 401
        raw = await read_body(request, most=MOST_BYTES, within_s=self._body_s)
        if isinstance(raw, Incomplete):
            return 413 if raw is Incomplete.TOO_LARGE else 408
        body = self._verified(raw, timestamp, signature)
        return 401 if body is None else body

    def _may_be_slack_s(self, timestamp: str, signature: str) -> bool:
        """Whether the headers have their form, and the time is right: of others no byte of the body is waited for.

        The SDK's verifier raises on a timestamp that is no number and on a signature that is not ASCII.
        """
        if not TIMESTAMP.fullmatch(timestamp) or not SIGNATURE.fullmatch(signature):
            return False
        return abs(self._clock.now() - int(timestamp)) <= STALE_S

    def _verified(self, raw: bytes, timestamp: str, signature: str) -> str | None:
        """Return the body if Slack signed it within the last 5 minutes, else None."""
        try:
            body = raw.decode()
        except UnicodeDecodeError:
            return None
        return body if self._verifier.is_valid(body, timestamp, signature) else None


class _SlackClock(Clock):
    """Our clock, as the SDK wants it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._now().timestamp()
