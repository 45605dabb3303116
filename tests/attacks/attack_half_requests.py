"""Clients that begin a request and never end it: they keep nobody else from signing in, hold no memory, fill no log.

The bot is a process of its own that may open few files; one client holds as many connections as there are.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.people import Person
from tests.support import signed
from tests.support.attacks import times
from tests.support.database import Database
from tests.support.limited import Limited, limited_bot, many_files, unfinished
from tests.support.services import Services
from tests.support.volley import Line

FILES = times(256, full=1024)
HALF_HEADS = times(300, full=1010)
ROUNDS = times(3, full=9)
DRIPPING = times(40, full=500)
PATIENCE_S = 20  # a head has 10 s, a body 3 s, and a busy machine takes its time
BODIES, MIB = 150, 1024 * 1024
HALF_HEAD = b"POST /v1/verifications HTTP/1.1\r\nHost: mfabot\r\nContent-"
PAGES = ("/readyz", "/healthz", "/metrics")


def unsigned_head() -> bytes:
    """Return the head of a request with a body of 1 MiB, whose headers could be Slack's."""
    forged = signed.headers(b"x", at=time.time(), secret="another")
    fields = "".join(f"{name}: {value}\r\n" for name, value in forged.items())
    return f"POST /slack/events HTTP/1.1\r\nHost: mfabot\r\n{fields}Content-Length: {MIB}\r\n\r\n".encode()


async def drips(line: Line) -> bool:
    """Send a byte a second; return whether the bot ends the connection all the same."""
    ended = asyncio.ensure_future(line.ended())
    for _ in range(PATIENCE_S):
        done, _ = await asyncio.wait({ended}, timeout=1)
        if done:
            return True
        line.send(b"x")
    ended.cancel()
    return False


async def rounds_that_hold(bot: Limited) -> int:
    """Return how many rounds of a sign-in and of each internal page are answered."""
    held = 0
    for _ in range(ROUNDS):
        held += await bot.signs_in() and all([await bot.answers(page) for page in PAGES])
    return held


@pytest.mark.timeout(1200)
@pytest.mark.attack("X8", "half heads on more connections than there are files: people sign in, /readyz answers")
async def test_half_heads_keep_nobody_from_signing_in(
    services: Services, ada: Person, database: Database, tmp_path: Path, tally: Callable[[int, int], None]
) -> None:
    with many_files(4 * HALF_HEADS):
        async with limited_bot(services, ada, database, tmp_path, files=FILES) as bot:
            began, before = asyncio.get_running_loop().time(), len(bot.log.read_text().splitlines())
            async with unfinished(bot.public, HALF_HEADS, HALF_HEAD):
                held = await rounds_that_hold(bot)
            lasted = asyncio.get_running_loop().time() - began
            lines = len(bot.log.read_text().splitlines()) - before

    tally(ROUNDS, held)
    assert held == ROUNDS
    # Of each round the four that were answered, and of the flood a line a second.
    assert lines <= 4 * ROUNDS + lasted + 3


@pytest.mark.timeout(1200)
@pytest.mark.attack("X8", "150 unsigned bodies of 1 MiB at once, each without its last byte: at most 64 MiB are held")
async def test_unsigned_bodies_hold_little_memory(
    services: Services,
    ada: Person,
    database: Database,
    tmp_path: Path,
    tally: Callable[[int, int], None],
    seen: Callable[[str], None],
) -> None:
    async with limited_bot(services, ada, database, tmp_path, files=1024) as bot:
        assert await bot.signs_in()
        before = bot.resident_mib()
        beginning = unsigned_head() + b"x" * (MIB - 1)
        most = before
        async with unfinished(bot.public, BODIES, beginning) as lines:
            for line in lines:
                await line.sent()
                most = max(most, bot.resident_mib())
            held = await rounds_that_hold(bot)
            most = max(most, bot.resident_mib())

    seen(f"{most - before:.0f} MiB more than before")
    tally(BODIES, BODIES if most - before <= 64 and held == ROUNDS else 0)
    assert most - before <= 64
    assert held == ROUNDS


@pytest.mark.timeout(1200)
@pytest.mark.attack("X8", "a head or a body that comes a byte a second ends all the same")
async def test_what_comes_drop_by_drop_ends(
    services: Services, ada: Person, database: Database, tmp_path: Path, tally: Callable[[int, int], None]
) -> None:
    with many_files(4 * DRIPPING):
        async with (
            limited_bot(services, ada, database, tmp_path, files=4096) as bot,
            unfinished(bot.public, DRIPPING, HALF_HEAD) as heads,
            unfinished(bot.public, DRIPPING, unsigned_head()) as bodies,
            unfinished(bot.internal, 10, HALF_HEAD) as internal,
        ):
            ended = await asyncio.gather(*map(drips, [*heads, *bodies, *internal]))

    tally(len(ended), sum(ended))
    assert all(ended)
