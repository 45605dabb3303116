"""Socket Mode on its own: a Slack with its websockets, listeners to everything, and a clock for the watchdog."""

import asyncio
import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from bot.sandbox.slack.calls import Changes
from handlers.edge import bolt_app
from handlers.socket import Pace, Socket
from tests.support.edge import Listeners
from tests.support.settings import APP_TOKEN, TOKEN


@dataclass
class Seconds:
    """A clock that stands still until a test moves it."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Counted:
    """What was counted, and a way to wait for it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    over: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)

    def envelope(self, *, kind: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.kinds[kind] += 1
        self.outcomes[outcome] += 1
        self.changes.tell()

    def socket_over(self, why: str) -> None:
        self.over.append(why)
        self.changes.tell()


class Held(Listeners):
    """Listeners that go on when the test lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()

    async def run(self, ack: AsyncAck) -> None:
        self.begun.set()
        await self.let_go.wait()
        await super().run(ack)


@dataclass
class Connected:
    """Both ends."""

    socket: Socket
    standin: StandIn
    listeners: Listeners
    counted: Counted
    clock: Seconds
    log: io.StringIO
    keeping: asyncio.Task[None]

    async def until_open(self, opened: int = 1) -> None:
        """Wait until there have been so many connections in all, and the newest is watched: the second ping says so."""
        there = self.standin.sockets
        await self.standin.until(lambda: there.opened >= opened and there.open and there.open[-1].pings > 1)

    async def ten_seconds(self) -> None:
        """Let the watchdog's next ping come back."""
        self.clock.forward(10)
        await holds(lambda: self.socket.ping_age_s() == 0)

    async def send(self, kind: str, payload: Any) -> tuple[int, Any]:  # noqa: ANN401  any JSON
        """Have Slack send *payload* in an envelope; return 200 and the answer, or 0 and why there is none."""
        status, answer = await self.standin.sockets.deliver(self.standin.sockets.envelope(kind, payload, None))
        return status, json.loads(answer) if status and answer else answer.decode()

    async def send_raw(self, text: str) -> None:
        """Have Slack send a message that expects nothing."""
        await self.standin.sockets.open[-1].ws.send_str(text)

    async def stop(self) -> None:
        self.keeping.cancel()
        await asyncio.gather(self.keeping, return_exceptions=True)
        await self.socket.end()


async def holds(true: Callable[[], object]) -> None:
    """Let everything else go on until *true* holds: the bot tells nobody of what changes inside of it."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  see above
            await asyncio.sleep(0)


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T0MFA", bot_user_id="U0BOT", bot_token=TOKEN)


@asynccontextmanager
async def connecting(
    listeners: Listeners, log: io.StringIO, standin: StandIn, *, connect_s: float = 10.0
) -> AsyncIterator[Connected]:
    """Keep a socket to *standin*; the SDK's retries stay out of the way."""
    clock, counted = Seconds(), Counted()
    client = AsyncWebClient(TOKEN, base_url=f"{standin.base_url}/api/", retry_handlers=[])
    pace = Pace(now=clock, look_s=0.01, first_pause_s=0.01, longest_pause_s=0.05, connect_s=connect_s)
    socket = Socket(bolt_app([listeners], client, authorize), client, app_token=APP_TOKEN, counts=counted, pace=pace)
    keeping = asyncio.create_task(socket.keep())
    connected = Connected(socket, standin, listeners, counted, clock, log, keeping)
    try:
        yield connected
    finally:
        await connected.stop()


@asynccontextmanager
async def slack_with_sockets() -> AsyncIterator[StandIn]:
    standin = StandIn(signing_secret="unused", bot_token=TOKEN, now=lambda: datetime.now(UTC))
    standin.app_token = APP_TOKEN
    await standin.start()
    try:
        yield standin
    finally:
        await standin.stop()
