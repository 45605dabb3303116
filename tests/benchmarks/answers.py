"""How long an answer takes, beside the least that could answer: rounds in turn, medians, ratios, a table."""

import asyncio
import contextlib
import os
import platform
import re
import shlex
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from rich.table import Table

from bot import clock
from bot.sandbox.slack import StandIn
from handlers.edge import PATH
from tests.support import homes, signed
from tests.support.database import Database
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET

ROOT = Path(__file__).resolve().parent.parent.parent
LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)
MOST = 4.0
"""How many times the bare handler's time our ack may take."""
SYNCS = 200


@dataclass
class Measured:
    """One server, and what it is asked; `turns` holds the median of each round, in seconds."""

    name: str
    served: str
    body: bytes
    answer: bytes
    """What the right answer's body holds."""
    at_most: float | None = None
    turns: list[float] = field(default_factory=list)

    @property
    def median_s(self) -> float:
        return statistics.median(self.turns)

    def beside(self, other: "Measured") -> float:
        """Return how many times *other*'s time this takes: the median of the rounds, each by itself."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.turns, other.turns, strict=True))


def everything() -> list[Measured]:
    """Return what is measured, the bare handler first."""
    click = signed.interaction(signed.click())
    return [
        Measured("aiohttp and the signature alone", "bare", click, b""),
        Measured("mfabot, an ack", "edge", click, b"", at_most=MOST),
        Measured("mfabot, /mfa", "app", signed.command(), b'"response_type": "ephemeral"'),
        Measured("Bolt in its default mode, an ack", "bolt", click, b""),
    ]


class Line:
    """One connection that is kept, with next to no time of the client's own in what it measures."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self._socket.close()

    def seconds(self, body: bytes, answer: bytes) -> float:
        """Return how long the answer to *body* took, which must be 200 with *answer* in it."""
        fields = {"Host": "127.0.0.1", "Content-Length": str(len(body))} | signed.headers(body, at=time.time())
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        request = f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body
        began = time.perf_counter()
        self._socket.sendall(request)
        came = self._socket.recv(65536)
        while not _whole(came):
            came += self._socket.recv(65536)
        took = time.perf_counter() - began
        assert came.startswith(b"HTTP/1.1 200 "), came
        assert answer in came, came
        return took


def _whole(came: bytes) -> bool:
    head, _, rest = came.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    return length is not None and len(rest) == int(length[1])


@dataclass(frozen=True)
class Child:
    """A server that runs as a child."""

    port: int
    pid: int


@contextlib.asynccontextmanager
async def child(
    served: str, environ: Mapping[str, str], folder: Path, *, module: str = "tests.benchmarks.served"
) -> AsyncIterator[Child]:
    """Start a server as a child; its log goes to a file in *folder*."""
    log = folder / f"{served}.log"
    with log.open("wb") as lines:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            served,
            cwd=ROOT,
            env=os.environ | environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=lines,
        )
    try:
        assert process.stdout is not None
        said = await process.stdout.readline()
        assert said, log.read_text()
        yield Child(int(said), process.pid)
    finally:
        process.kill()
        await process.wait()


def _take_turns(measured: list[Measured], ports: list[int], rounds: int, requests: int) -> None:
    lines = [Line(port) for port in ports]
    for number in range(rounds + 1):
        for one, line in zip(measured, lines, strict=True):
            median = statistics.median(line.seconds(one.body, one.answer) for _ in range(requests))
            if number > 0:  # the round before the first is for warming up
                one.turns.append(median)
    for line in lines:
        line.close()


async def measure(database: Database, folder: Path, *, rounds: int, requests: int) -> list[Measured]:
    """Serve everything beside each other, and ask each *requests* times in each of *rounds*."""
    measured = everything()
    slack = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=clock.now)
    environ = environment(database, folder, SLACK_API_URL=f"{await slack.start()}/api/")
    async with contextlib.AsyncExitStack() as children:
        opening = (children.enter_async_context(child(one.served, environ, folder)) for one in measured)
        ports = [opened.port for opened in await asyncio.gather(*opening)]
        # In a thread that has this process to itself: the bot asks the stand-in at its start alone.
        await asyncio.to_thread(_take_turns, measured, ports, rounds, requests)
    await slack.stop()
    return measured


async def circumstances(database: Database) -> str:
    """Say what was run, on what."""
    conn = await asyncpg.connect(database.program)
    try:
        version, fsync = [await conn.fetchval(f"SHOW {name}") for name in ("server_version", "fsync")]
    finally:
        await conn.close()
    return "\n".join(
        [
            shlex.join([Path(sys.orig_argv[0]).name, *sys.orig_argv[1:]]),
            f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.platform()}",
            f"load {os.getloadavg()[0]:.1f}",
            f"Postgres {version}, fsync {fsync}; a sync to disk takes {_sync_ms():.2f} ms",
            f"commit {_commit()}",
        ]
    )


def _sync_ms() -> float:
    """Return the median time until 8 KiB, as many as a page of the log of Postgres, are kept."""
    sync = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync
    taken = []
    with tempfile.TemporaryFile(dir=homes.DISK) as file:
        for _ in range(SYNCS):
            began = time.perf_counter()
            os.pwrite(file.fileno(), bytes(8192), 0)
            sync(file.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def _commit() -> str:
    """Return what is checked out, and whether anything was changed since."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return "unknown"

    def said(*words: str) -> str:
        return subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    changed = said("status", "--porcelain")
    return said("rev-parse", "--short", "HEAD") + (", and what was changed since" if changed else "")


def table(measured: list[Measured]) -> Table:
    """Return what was measured, each beside the first."""
    shown = Table()
    for title in ("time to the answer of", "median", "fastest round", "slowest", "beside the first", "at most", ""):
        shown.add_column(title, justify="left" if title in ("time to the answer of", "") else "right")
    for one in measured:
        ratio = one.beside(measured[0])
        at_most = verdict = ""
        if one.at_most is not None:
            at_most = f"{one.at_most:.0f} times"
            verdict = "reached" if ratio <= one.at_most else "not reached"
        times = [f"{1000 * seconds:.2f} ms" for seconds in (one.median_s, min(one.turns), max(one.turns))]
        shown.add_row(one.name, *times, f"{ratio:.1f} times", at_most, verdict)
    return shown
