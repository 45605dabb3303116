"""How much memory a `serve` takes, beside a minimal Bolt application, and whether it goes on taking more.

Both sides answer the same few commands before the first look. Then Bolt answers many more of them while `serve` signs
as many people in, over as many connections: a process that has answered one thing only is smaller than one at work.
"""

import asyncio
import contextlib
import re
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

from bot import clock
from bot.sandbox import children
from bot.sandbox.slack import StandIn
from handlers.edge import PATH
from tests.benchmarks.answers import Child, child
from tests.benchmarks.load import drive, post
from tests.benchmarks.sign_ins import Goal, Place, Side, verdicts
from tests.support import signed
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET

AT_ONCE = 16
CONNECTIONS = 64
MIB = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """What the system says of one process, in MiB.

    *rss*: resident, *pss*: of a page shared by n processes the nth part, *uss*: the process's own pages alone.
    """

    rss: float
    pss: float
    uss: float

    @classmethod
    def of(cls, pid: int) -> "Memory":
        """Read it.

        Raises:
            OSError: the system does not say, or there is no such process.
        """
        said = Path("/proc", str(pid), "smaps_rollup").read_text()
        kib = {name: int(value) for name, value in re.findall(r"^(\w+): +(\d+) kB", said, re.MULTILINE)}
        return cls(kib["Rss"] / MIB, kib["Pss"] / MIB, (kib["Private_Clean"] + kib["Private_Dirty"]) / MIB)


@dataclass
class Grown:
    """What one `serve` took after so many codes that it had accepted."""

    seen: list[tuple[int, Memory]] = field(default_factory=list)

    @property
    def change(self) -> float:
        """The greatest change of the resident memory since the first look, in percent."""
        first = self.seen[0][1].rss
        return max(abs(memory.rss / first - 1) for _, memory in self.seen) * 100


@dataclass
class Footprint:
    """What was seen: each list has a look a round, and `grown` is the one `serve` that went on."""

    bolt: list[Memory] = field(default_factory=list)
    serve: list[Memory] = field(default_factory=list)
    bolt_later: list[Memory] = field(default_factory=list)
    """After as many requests more, over as many connections, as the sign-ins of `serve_later`."""
    serve_later: list[Memory] = field(default_factory=list)
    grown: Grown = field(default_factory=Grown)

    def goals(self) -> list[Goal]:
        """Return what is to be reached."""

        def beside(mine: list[Memory], theirs: list[Memory]) -> list[float]:
            return [a.rss / b.rss for a, b in zip(mine, theirs, strict=True)]

        accepted, _ = self.grown.seen[-1]
        return [
            Goal("serve beside a minimal Bolt application", beside(self.serve, self.bolt), most=1.8),
            Goal("likewise, after the many", beside(self.serve_later, self.bolt_later), most=1.8),
            Goal(f"change up to {accepted:,} sign-ins, in percent", [self.grown.change], most=5),
        ]


def only_child(pid: int) -> int:
    """Return the one process that this one started."""
    [found] = Path("/proc", str(pid), "task", str(pid), "children").read_text().split()
    return int(found)


@contextlib.asynccontextmanager
async def serve(environ: dict[str, str], log: Path) -> AsyncIterator[Child]:
    """Start `mfabot serve` as in earnest, and wait until it is ready and knows its workspace."""
    everything = children.environment(**environ)
    leashed = children.start("bot", "serve", environ=everything, log=log)
    try:
        await children.until_ready(leashed, everything, asyncio.Event(), log)
        yield Child(int(everything["MFABOT_PORT"]), only_child(leashed.watcher.pid))
    finally:
        await asyncio.to_thread(leashed.stop)


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked, and how often it is looked."""

    rounds: int
    few: int
    """Commands that both sides of a round answer, over AT_ONCE connections, before the first look."""
    many: int
    """What they answer after it, over CONNECTIONS: sign-ins, and commands of Bolt. As many lie between later looks."""
    in_all: int
    """What the one that goes on has accepted at the last look."""


async def measure(where: Place, folder: Path, load: Load) -> Footprint:
    """Look at fresh processes in each round, and at one more that goes on."""
    slack = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=clock.now)
    environ = environment(where.database, folder, SLACK_API_URL=f"{await slack.start()}/api/")
    found = Footprint()
    for number in range(load.rounds):
        bolt = child("bolt", environ, folder, module="tests.benchmarks.bolt_and_pool")
        async with bolt as theirs, serve(environ, folder / f"serve-{number}.log") as ours:
            for one, seen in ((theirs, found.bolt), (ours, found.serve)):
                await _answer(one, load.few, connections=AT_ONCE)
                seen.append(Memory.of(one.pid))
            await _answer(theirs, load.many, connections=CONNECTIONS)
            await where.sign_in(Side(""), [ours], connections=CONNECTIONS, times=load.many)
            found.bolt_later.append(Memory.of(theirs.pid))
            found.serve_later.append(Memory.of(ours.pid))
    async with serve(environ, folder / "serve.log") as ours:
        await _answer(ours, load.few, connections=AT_ONCE)
        found.grown = await _grow(where, ours, load)
    await slack.stop()
    return found


async def _answer(one: Child, count: int, *, connections: int) -> None:
    """Have `/mfa` answered so many times."""
    body = signed.command()
    requests = [post(PATH, body, **signed.headers(body, at=time.time()))] * count

    def right(answer: bytes) -> bool:
        return b'"ephemeral"' in answer

    done = await asyncio.to_thread(drive, [one.port], requests, connections=connections, right=right)
    assert done.refused == 0


async def _grow(where: Place, ours: Child, load: Load) -> Grown:
    grown, side, asked, accepted = Grown(), Side(""), 0, 0
    while accepted < load.in_all:
        await where.sign_in(side, [ours], connections=CONNECTIONS, times=load.many)
        asked += min(load.many, where.count)
        accepted = asked - side.refused
        grown.seen.append((accepted, Memory.of(ours.pid)))
    return grown


def tables(found: Footprint) -> tuple[Table, Table, Table]:
    """Return what was seen of fresh processes, of the one that went on, and what was to be reached."""
    fresh, grown = Table(), Table()
    for title in ("MiB, medians of the rounds", "resident", "least", "most", "proportional", "own alone"):
        fresh.add_column(title, justify="left" if title.startswith("MiB") else "right")
    for name, seen in (
        ("a minimal Bolt application with a pool", found.bolt),
        ("serve", found.serve),
        ("Bolt, after the many", found.bolt_later),
        ("serve, after the many", found.serve_later),
    ):
        rss = [memory.rss for memory in seen]
        figures = [statistics.median(rss), min(rss), max(rss)]
        figures += [statistics.median(memory.pss for memory in seen), statistics.median(memory.uss for memory in seen)]
        fresh.add_row(name, *(f"{figure:.1f}" for figure in figures))
    for title in ("sign-ins accepted", "resident", "since the first", "proportional", "own alone"):
        grown.add_column(title, justify="right")
    first = found.grown.seen[0][1].rss
    for accepted, memory in found.grown.seen:
        change = f"{(memory.rss / first - 1) * 100:+.1f} %"
        grown.add_row(f"{accepted:,}", f"{memory.rss:.1f}", change, f"{memory.pss:.1f}", f"{memory.uss:.1f}")
    return fresh, grown, verdicts(found.goals())
