"""How Slack reaches the app: signed, over HTTP, with little patience."""

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
    body: bytes
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
        return await self._send(str(payload["type"]), urlencode({"payload": json.dumps(payload)}).encode(), _FORM)

    async def command(self, form: dict[str, str]) -> Delivery:
        """Send a slash command; once (SR37)."""
        return await self._send("command", urlencode(form).encode(), _FORM)

    async def event(self, payload: Json) -> Delivery:
        """Send an event; a failure is followed by a retry at once and leaves two more for later (SR38)."""
        body = json.dumps(payload).encode()
        self._plan(body, 0, await self._send("event", body, _JSON))
        await self.deliver_due()
        return next(sent for sent in reversed(self._inside.deliveries) if sent.body == body)

    async def deliver_due(self) -> int:
        """Send the retries whose time has come; return how many. Call it after moving the clock."""
        sent = 0
        while due := [late for late in self._late if late.due <= self._inside.now()]:
            for late in due:
                self._late.remove(late)
                headers = {"X-Slack-Retry-Num": str(late.retry), "X-Slack-Retry-Reason": late.reason}
                delivery = await self._send("event", late.body, _JSON, headers)
                self._plan(late.body, late.retry, delivery)
                sent += 1
        return sent

    async def again(self, delivery: Delivery) -> Delivery:
        """Send the very bytes of *delivery* once more, signature and timestamp included, as a replay does."""
        return await self._post(delivery.kind, delivery.body, delivery.headers)

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
        self._inside.deliveries.append(delivery)
        self._inside.changes.tell()
        return delivery

    def _plan(self, body: bytes, retry: int, delivery: Delivery) -> None:
        """SR38: no retry of what was taken, of what asks for none, and no fourth one."""
        if delivery.status in _OK or "no-retry" in delivery.headers:
            return
        if retry < len(RETRY_AFTER):
            reason = "http_error" if delivery.status else delivery.answer.decode()
            self._late.append(_Late(body, retry + 1, self._inside.now() + RETRY_AFTER[retry], reason))
        self._inside.problem(f"event: the app answered {delivery.status or delivery.answer.decode()}")
