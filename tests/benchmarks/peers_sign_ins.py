"""Sign-ins a second, beside other software that judges codes. `make bench-peers` prints the figures."""

import asyncio
import contextlib
import json
import statistics
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest
from rich.console import Console
from rich.table import Table

from bot import clock
from bot.sandbox.slack import StandIn
from tests.benchmarks import crowd
from tests.benchmarks.answers import child, circumstances
from tests.benchmarks.peers import asking, serving
from tests.support.database import Database
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET

ROUNDS = 5
CONNECTIONS = (1, 16)


@dataclass
class Side:
    """One software: how it is asked, how often a round at each of CONNECTIONS, how much quicker we want to be."""

    name: str
    ask: Callable[[str, str], bytes]
    accepted: bytes
    requests: tuple[int, int]
    goals: tuple[float, float] | None = None
    port: int = 0
    rates: dict[int, list[float]] = field(default_factory=lambda: {count: [] for count in CONNECTIONS})

    def accepts(self, answer: bytes) -> bool:
        return self.accepted in answer

    @property
    def people(self) -> int:
        """How many people it takes for nobody to be asked twice."""
        return sum(self.requests) * (ROUNDS + 1)


def _ours(key: str) -> Callable[[str, str], bytes]:
    def ask(who: str, code: str) -> bytes:
        body = json.dumps({"user": {"slack_id": who}, "code": code}).encode()
        return asking.post("/v1/verifications", body, Authorization=f"Bearer {key}", Content_Type="application/json")

    return ask


def _privacyidea(who: str, code: str) -> bytes:
    body = urllib.parse.urlencode({"serial": who, "pass": code}).encode()
    return asking.post("/validate/check", body, Content_Type="application/x-www-form-urlencoded")


def _django(who: str, code: str) -> bytes:
    return asking.post("/verify", json.dumps({"user": who, "code": code}).encode(), Content_Type="application/json")


def _requests(side: Side, people: Iterator[int], count: int) -> list[bytes]:
    code = pyotp.TOTP(crowd.SECRET).at(int(time.time()))
    return [side.ask(crowd.slack_id(next(people)), code) for _ in range(count)]


def _take_turns(sides: list[Side]) -> None:
    people = {side.name: iter(range(1, side.people + 1)) for side in sides}
    for number in range(ROUNDS + 1):
        for at, connections in enumerate(CONNECTIONS):
            for side in sides:
                requests = _requests(side, people[side.name], side.requests[at])
                driven = asking.drive(side.port, requests, connections=connections, right=side.accepts)
                if number > 0:  # the round before the first is for warming up
                    side.rates[connections].append(driven.rate)


def _table(sides: list[Side]) -> Table:
    shown = Table()
    for title in ("codes a second", "connections", "median", "least", "most", "ours beside it", "at least", ""):
        shown.add_column(title, justify="left" if title in ("codes a second", "") else "right")
    ours = sides[0]
    for side in sides:
        for at, connections in enumerate(CONNECTIONS):
            rates = side.rates[connections]
            figures = [f"{figure:,.0f}" for figure in (statistics.median(rates), min(rates), max(rates))]
            times = statistics.median(o / t for o, t in zip(ours.rates[connections], rates, strict=True))
            goal = f"{side.goals[at]:.0f} times" if side.goals else ""
            verdict = "" if side.goals is None else "reached" if times >= side.goals[at] else "not reached"
            shown.add_row(side.name, str(connections), *figures, f"{times:.1f} times", goal, verdict)
    return shown


@pytest.mark.timeout(1200)
async def test_sign_ins_beside_other_software(durable: Database, tmp_path: Path) -> None:
    ours = Side("mfabot, serve", lambda *_: b"", b'"accepted"', (800, 4000))
    ours.ask = _ours((await crowd.fill(durable, ours.people)).spelled)
    sides = [
        ours,
        Side("privacyIDEA 3.14, gunicorn, 2 workers", _privacyidea, b'"ACCEPT"', (40, 80), (40, 100)),
        Side("django-otp 1.7.5, gunicorn, 2 workers", _django, b'"accepted": true', (250, 500), (2, 5)),
    ]
    _, privacyidea, django = sides
    slack = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=clock.now)
    environ = environment(durable, tmp_path, SLACK_API_URL=f"{await slack.start()}/api/")
    async with contextlib.AsyncExitStack() as children:
        ours.port = (await children.enter_async_context(child("app", environ, tmp_path))).port
        for side, peer in ((privacyidea, serving.PRIVACYIDEA), (django, serving.DJANGO)):
            opening = serving.served(peer, durable, tmp_path, people=side.people)
            side.port = await children.enter_async_context(opening)
        # In a thread that has this process to itself.
        await asyncio.to_thread(_take_turns, sides)
    await slack.stop()

    console = Console(width=140)
    console.print()
    console.print(_table(sides), f"medians of {ROUNDS} rounds in turn", soft_wrap=True)
    console.print(await circumstances(durable), highlight=False, soft_wrap=True)
