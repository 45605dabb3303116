"""How Slack reaches the app: signed, over HTTP, or over a websocket of Socket Mode; with little patience."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.calls import Delivery

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Json

RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""SR38: the delays of the three retries, each counted from the failure before it."""
_OK = range(200, 300)
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from the app: status 0 where nothing did.

    `shown` is what Slack itself tells the person when the app failed them, and empty otherwise.
    """

    status: int
    body: object
    seconds: float
    shown: str = ""

    @property
    def ok(self) -> bool:
        """Whether the app took the request and the person saw no failure."""
        return self.status in _OK and not self.shown


@dataclass(slots=True)
class _Late:
    payload: Json
    retry: int
    due: datetime
    reason: str


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return X-Slack-Signature (SR35): v0, an HMAC-SHA256 of version, timestamp and raw body."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class Postman:
    """Sends what people do and what happens to the app, and keeps every delivery on record."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._session: aiohttp.ClientSession | None = None
        self._late: list[_Late] = []

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def interaction(self, payload: Json) -> Delivery:
        """Send a click, a submission or a closing; once (SR37)."""
        if self._by_socket:
            return await self._over_socket(str(payload["type"]), self._envelope("interactive", payload))
        return await self._send(str(payload["type"]), urlencode({"payload": json.dumps(payload)}).encode(), _FORM)

    async def command(self, form: dict[str, str]) -> Delivery:
        """Send a slash command; once (SR37)."""
        if self._by_socket:
            return await self._over_socket("command", self._envelope("slash_commands", form))
        return await self._send("command", urlencode(form).encode(), _FORM)

    async def event(self, payload: Json) -> Delivery:
        """Send an event; a failure is followed by a retry at once and leaves two more for later (SR38)."""
        latest = await self._send_event(payload)
        self._plan(payload, 0, latest)
        for again, delivery in await self._send_due():
            if again is payload:
                latest = delivery
        return latest

    async def deliver_due(self) -> int:
        """Send the retries whose time has come; return how many. Call it after moving the clock."""
        return len(await self._send_due())

    async def again(self, delivery: Delivery) -> Delivery:
        """Send the very bytes of *delivery* once more, signature and timestamp included, as a replay does."""
        if self._by_socket:
            return await self._over_socket(delivery.kind, delivery.body)
        return await self._post(delivery.kind, delivery.body, delivery.headers)

    @property
    def _by_socket(self) -> bool:
        """SR54: with Socket Mode on, nothing comes by HTTP."""
        return self._inside.app_token is not None

    async def _send_due(self) -> list[tuple[Json, Delivery]]:
        sent = []
        while due := [late for late in self._late if late.due <= self._inside.now()]:
            for late in due:
                self._late.remove(late)
                delivery = await self._send_event(late.payload, (late.retry, late.reason))
                self._plan(late.payload, late.retry, delivery)
                sent.append((late.payload, delivery))
        return sent

    async def _send_event(self, payload: Json, retry: tuple[int, str] | None = None) -> Delivery:
        if self._by_socket:
            return await self._over_socket("event", self._envelope("events_api", payload, retry))
        number, reason = retry or (0, "")
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if retry else {}
        return await self._send("event", json.dumps(payload).encode(), _JSON, headers)

    def _envelope(self, kind: str, payload: Json, retry: tuple[int, str] | None = None) -> bytes:
        return self._inside.sockets.envelope(kind, payload, retry)

    async def _over_socket(self, kind: str, body: bytes) -> Delivery:
        started = time.monotonic()
        status, answer = await self._inside.sockets.deliver(body)
        return self._keep(Delivery(kind, {}, body, self._inside.now(), status, answer, time.monotonic() - started))

    async def _send(self, kind: str, body: bytes, content_type: str, extra: dict[str, str] | None = None) -> Delivery:
        timestamp = str(int(self._inside.now().timestamp()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._inside.signing_secret, timestamp, body),
            **(extra or {}),
        }
        return await self._post(kind, body, headers)

    async def _post(self, kind: str, body: bytes, headers: dict[str, str]) -> Delivery:
        """SR36: an answer later than the client's patience is none."""
        session = self._session = self._session or aiohttp.ClientSession()
        started = time.monotonic()
        status, answer, no_retry = 0, b"", ""
        try:
            async with asyncio.timeout(self._inside.settings.patience_s):
                async with session.post(self._inside.bot_url, data=body, headers=headers) as response:
                    answer = await response.read()
                    status, no_retry = response.status, response.headers.get("X-Slack-No-Retry", "")
        except TimeoutError:
            answer = b"http_timeout"
        except aiohttp.ClientError:
            answer = b"connection_failed"
        delivery = Delivery(
            kind=kind,
            headers={**headers, **({"no-retry": no_retry} if no_retry else {})},
            body=body,
            at=self._inside.now(),
            status=status,
            answer=answer,
            seconds=time.monotonic() - started,
        )
        return self._keep(delivery)

    def _keep(self, delivery: Delivery) -> Delivery:
        self._inside.deliveries.append(delivery)
        self._inside.changes.tell()
        return delivery

    def _plan(self, payload: Json, retry: int, delivery: Delivery) -> None:
        """SR38: no retry of what was taken, of what asks for none, and no fourth one."""
        if delivery.status in _OK or "no-retry" in delivery.headers:
            return
        if retry < len(RETRY_AFTER):
            reason = "http_error" if delivery.status else delivery.answer.decode()
            if self._by_socket:
                reason = reason.removeprefix("http_")  # SR58
            self._late.append(_Late(payload, retry + 1, self._inside.now() + RETRY_AFTER[retry], reason))
        self._inside.problem(f"event: the app answered {delivery.status or delivery.answer.decode()}")
