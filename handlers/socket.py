"""Socket Mode: the bot opens the way to Slack itself, and nothing of Slack's comes by HTTP.

`Socket` holds one connection, and a second one while it changes over: Slack tells of an end ahead, the new connection
is greeted, and only then the old one answers what it took and closes. The SDK's own reconnecting stands aside for
that: it closes first, tries an address that was used up for ever, and does not see that its HTTP session is closed.

The watchdog is the last resort: a connection over which no ping was answered for 40 s is replaced, whatever it says
of itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from handlers.edge import LISTENER_S
from handlers.line import Counts, Line
from handlers.slack import OUTAGES, slack_error

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long, in seconds; tests hold the clock and hurry the rest."""

    now: Callable[[], float] = time.monotonic
    look_s: float = 1.0
    ping_s: float = 10.0
    silent_s: float = 40.0
    """Without an answered ping for so long, a connection is replaced."""
    steady_s: float = 30.0
    """A connection that ends sooner is followed by a pause, each twice as long as the one before."""
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0
    connect_s: float = 10.0
    listener_s: float = LISTENER_S


PACE = Pace()


class Socket:
    """The way to Slack, kept open. `keep` it in a task; cancel that, then `end`."""

    def __init__(
        self, app: AsyncApp, client: AsyncWebClient, *, app_token: str, counts: Counts, pace: Pace = PACE
    ) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._counts = counts
        self._pace = pace
        self._pause_s = pace.first_pause_s
        self._heard_at = pace.now()
        self._lines: list[Line] = []
        """Those that are not ended yet, the newest last."""

    def ping_age_s(self) -> float:
        """Return for how long no ping was answered, over whichever connection."""
        return self._pace.now() - self._heard_at

    def state(self) -> Mapping[str, object]:
        """Return what /readyz says of it."""
        return {"connected": any(line.stands for line in self._lines), "ping_age_s": round(self.ping_age_s(), 1)}

    async def admitted(self) -> bool:
        """Whether Slack would let us connect now; nothing is connected."""
        try:
            await self._client.apps_connections_open(app_token=self._app_token)
        except OUTAGES:
            return False
        return True

    async def keep(self) -> None:
        """Be connected, for ever."""
        while True:
            line = await self._open()
            for old in self._lines[:-1]:
                await self._end(old)
            began = self._pace.now()
            why = await self._until_over(line)
            steady = self._pace.now() - began >= self._pace.steady_s
            self._counts.socket_over(why)
            logger.info("slack connection over", why=why, steady=steady)
            if steady:
                self._pause_s = self._pace.first_pause_s
            else:
                await self._end(line)
                await self._wait()

    async def end(self) -> None:
        """Answer what came, and close."""
        await asyncio.gather(*(line.end() for line in self._lines))

    async def _open(self) -> Line:
        """Return a connection that Slack has greeted, however often it takes."""
        while True:
            try:
                told = await self._client.apps_connections_open(app_token=self._app_token)
                line = Line(
                    self._app,
                    app_token=self._app_token,
                    web_client=self._client,
                    ping_s=self._pace.ping_s,
                    listener_s=self._pace.listener_s,
                    counts=self._counts,
                )
                self._lines.append(line)
                try:
                    await line.connect(str(told["url"]), self._pace.connect_s)
                except OUTAGES:
                    await self._end(line)
                    raise
            except OUTAGES as error:
                logger.warning("no connection to slack", fault=slack_error(error) or type(error).__name__)
                await self._wait()
            else:
                logger.info("slack connected")
                return line

    async def _until_over(self, line: Line) -> str:
        """Watch *line*; return why it is over."""
        began, pinged = self._pace.now(), None
        while True:
            now = self._pace.now()
            if line.heard():
                self._heard_at = now
            if line.client.over.is_set():
                return "told"
            if not line.stands:
                return "lost"
            if now - max(self._heard_at, began) > self._pace.silent_s:
                return "silent"
            if pinged is None or now - pinged >= self._pace.ping_s:
                pinged = now
                await line.ping()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.look_s):
                    await line.client.over.wait()

    async def _end(self, line: Line) -> None:
        await line.end()
        self._lines.remove(line)

    async def _wait(self) -> None:
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, self._pace.longest_pause_s)
