"""Sign-ins a second, beside other software that judges codes. `make bench-peers` prints the figures."""

import asyncio
import contextlib
import json
import os
import random
import statistics
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pyotp
import pytest
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.sandbox.slack import StandIn
from tests.benchmarks import crowd, load
from tests.benchmarks.answers import child, circumstances
from tests.benchmarks.peers import serving
from tests.benchmarks.sign_ins import cpu_ms
from tests.support.database import Database
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET

ROUNDS = int(os.environ.get("ROUNDS", "5"))
CONNECTIONS = (1, 16)
SETTLE_S = 1.0
"""How long everybody rests after a burst, whose aftermath, such as linking our audit, would slow the next one."""
WORKERS = ("--workers", "2")
THREADS = (*WORKERS, "--threads", "4")
UNSIGNED = "PI_AUDIT_NO_SIGN = True\nPI_NO_RESPONSE_SIGN = True\n"


@dataclass
class Measured:
    """What one side did at one number of connections; each round has its rate, and milliseconds of processor time."""

    rates: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)


@dataclass
class Side:
    """One software, served in one way: what it is asked, and how often a burst at each of CONNECTIONS."""

    name: str
    ask: Callable[[int], bytes]
    accepted: bytes
    requests: tuple[int, int]
    goals: tuple[float, float] | None = None
    """How many times its rate ours is to be."""
    port: int = 0
    pid: int = 0
    forget: Callable[[], Awaitable[None]] | None = None
    found: dict[int, Measured] = field(default_factory=dict)

    async def burst(self, connections: int, times: int) -> None:
        """Sign so many people in, each once; everybody's last code is forgotten before."""
        assert self.forget is not None
        await self.forget()
        requests = [self.ask(number) for number in range(1, times + 1)]
        pids = _family(self.pid)
        before = cpu_ms(*pids)
        # In a thread that has this process to itself.
        done = await asyncio.to_thread(
            load.drive, [self.port], requests, connections=connections, right=lambda answer: self.accepted in answer
        )
        assert done.refused == 0, self.name
        self.found[connections].cpus.append((cpu_ms(*pids) - before) / times)
        self.found[connections].rates.append(done.rate)


def _family(pid: int) -> list[int]:
    """Return a process and its children; the process alone where the system does not name them."""
    listed = Path("/proc", str(pid), "task", str(pid), "children")
    return [pid, *map(int, listed.read_text().split())] if listed.exists() else [pid]


def _code() -> str:
    return pyotp.TOTP(crowd.SECRET).at(int(time.time()))


def _privacyidea(number: int) -> bytes:
    body = urllib.parse.urlencode({"serial": crowd.slack_id(number), "pass": _code()}).encode()
    return load.post("/validate/check", body, Content_Type="application/x-www-form-urlencoded")


def _django(number: int) -> bytes:
    body = json.dumps({"user": crowd.slack_id(number), "code": _code()}).encode()
    return load.post("/verify", body, Content_Type="application/json")


def _privacyidea_as(how: str) -> Side:
    return Side(f"privacyIDEA 3.14, {how}", _privacyidea, b'"ACCEPT"', (40, 120), (40, 100))


def _django_as(how: str) -> Side:
    return Side(f"django-otp 1.7.5, {how}", _django, b'"accepted": true', (400, 1000), (2, 5))


async def _take_turns(sides: Sequence[Side]) -> None:
    for number in range(ROUNDS + 1):
        if number <= 1:  # the round before the first is for warming up
            for side in sides:
                side.found = {connections: Measured() for connections in CONNECTIONS}
        turns = [(side, at) for side in sides for at in range(len(CONNECTIONS))]
        random.shuffle(turns)  # what one leaves to be cleaned up meets another one each time
        for side, at in turns:
            await side.burst(CONNECTIONS[at], side.requests[at])
            await asyncio.sleep(SETTLE_S)


def _table(sides: Sequence[Side]) -> Table:
    shown = Table()
    for title in ("", "at once", "a second", "least", "most", "CPU each", "ours beside it", "rounds", "goal", ""):
        shown.add_column(title, justify="right" if title else "left")
    for side in sides:
        for at, connections in enumerate(CONNECTIONS):
            found, ours = side.found[connections], sides[0].found[connections]
            rates = [f"{one:,.0f}" for one in (statistics.median(found.rates), min(found.rates), max(found.rates))]
            row = [side.name, str(connections), *rates, f"{statistics.median(found.cpus):.2f} ms"]
            if side.goals is not None:
                ratios = [mine / theirs for mine, theirs in zip(ours.rates, found.rates, strict=True)]
                times, goal = statistics.median(ratios), side.goals[at]
                row += [f"{times:.1f} times", f"{min(ratios):.1f} to {max(ratios):.1f}", f"{goal:.0f} times"]
                row.append("reached" if times >= goal else "not reached")
            shown.add_row(*row)
    return shown


@pytest.mark.timeout(1200)
async def test_sign_ins_beside_other_software(durable: Database, tmp_path: Path) -> None:
    ours = Side("mfabot, one serve", lambda _: b"", load.ACCEPTED, (800, 4000))
    key = await crowd.fill(durable, max(ours.requests))
    ours.ask = lambda number: load.ours(key, number)
    privacyidea, django = serving.PRIVACYIDEA, serving.DJANGO
    served = [
        (_privacyidea_as("2 workers"), privacyidea, WORKERS, ""),
        (_privacyidea_as("2 workers of 4 threads"), privacyidea, THREADS, ""),
        (_privacyidea_as("2 workers, nothing signed"), privacyidea, WORKERS, UNSIGNED),
        (_django_as("2 workers"), django, WORKERS, ""),
        (_django_as("2 workers of 4 threads"), django, THREADS, ""),
    ]
    conn = await asyncpg.connect(durable.superuser)
    everybody = list(range(1, max(ours.requests) + 1))
    ours.forget = lambda: crowd.forget(conn, everybody)
    slack = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=clock.now)
    environ = environment(durable, tmp_path, SLACK_API_URL=f"{await slack.start()}/api/")
    async with contextlib.AsyncExitStack() as children:
        own = await children.enter_async_context(child("app", environ, tmp_path))
        ours.port, ours.pid = own.port, own.pid
        for number, (side, peer, options, settings) in enumerate(served):
            home = tmp_path / f"peer_{number}"
            home.mkdir()
            opening = serving.served(
                peer,
                durable,
                home,
                people=max(side.requests),
                options=options,
                settings=settings,
            )
            one = await children.enter_async_context(opening)
            side.port, side.pid, side.forget = one.port, one.pid, one.forget
        sides = [ours, *(side for side, *_ in served)]
        await _take_turns(sides)
    await conn.close()
    await slack.stop()

    console = Console(width=160)
    console.print()
    console.print(_table(sides), f"medians of {ROUNDS} rounds in turn", soft_wrap=True)
    console.print(await circumstances(durable), highlight=False, soft_wrap=True)
