"""Sign-ins a second: in batches and one by one, beside what Postgres alone commits; rounds in turn, ratios by round."""

import asyncio
import contextlib
import os
import random
import re
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
from rich.table import Table

from bot.core.apps import Key
from bot.sandbox.postgres import ENVIRONMENT
from tests.benchmarks import crowd
from tests.benchmarks.answers import Child, child
from tests.benchmarks.load import burst
from tests.support.database import PROGRAM, Database
from tests.support.settings import environment

UPDATE = """
\\set id random(1, {count})
UPDATE factor SET last_step = last_step + 1 WHERE person_id = :id AND state = 'active' AND last_step < 9000000000;
"""
CLIENTS = 32
CONNECTIONS = 64


@dataclass
class Side:
    """One thing that is measured; each round has its rate, and the 99th of 100 times to the answer in seconds.

    *cpus* and *cpus_of_postgres*: milliseconds of processor time a sign-in, which other work on the machine leaves
    nearly as they are.
    """

    name: str
    rates: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    cpus_of_postgres: list[float] = field(default_factory=list)
    refused: int = 0


@dataclass(frozen=True)
class Goal:
    """What one side is to reach beside another."""

    what: str
    ratios: list[float]
    least: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def limit(self) -> str:
        return f"at least {self.least:.2f}" if self.least is not None else f"at most {self.most:.2f}"

    @property
    def reached(self) -> bool:
        return self.ratio >= self.least if self.least is not None else self.ratio <= (self.most or 0)


@dataclass
class SignIns:
    """All sides, and what the batched process took of memory, in MiB."""

    sides: dict[str, Side]
    memory: list[float] = field(default_factory=list)

    def goals(self) -> list[Goal]:
        """Return what is to be reached."""
        one = self.sides

        def rates(mine: str, theirs: str) -> list[float]:
            return [a / b for a, b in zip(one[mine].rates, one[theirs].rates, strict=True)]

        p99s = [a / b for a, b in zip(one["batched"].p99s, one["alone"].p99s, strict=True)]
        return [
            Goal("64 connections, batched, beside pgbench", rates("batched", "pgbench"), least=0.65),
            Goal("64 connections, batched beside one by one", rates("batched", "alone"), least=3),
            Goal("99th of 100 at 64 connections, likewise", p99s, most=1 / 3),
            Goal("1 connection, batched beside one by one", rates("batched_1", "alone_1"), least=0.9),
            Goal("64 connections, among many people beside few", rates("many", "batched"), least=0.85),
            Goal("64 connections, two processes beside one", rates("two", "batched"), least=1),
        ]


@dataclass(frozen=True)
class Place:
    """A database full of people, the key of an application, and what serves it."""

    database: Database
    count: int
    key: Key
    conn: "asyncpg.Connection[asyncpg.Record]"

    async def sign_in(self, side: Side, served: Sequence[Child], *, connections: int, times: int) -> None:
        """Sign so many people in, each once; everybody's last code is forgotten before."""
        numbers = random.sample(range(1, self.count + 1), min(times, self.count))
        await crowd.forget(self.conn, numbers)
        ports = [one.port for one in served]
        before = cpu_ms(*(one.pid for one in served)), self._cpu_of_postgres_ms()
        done = await burst(ports, self.key, numbers, connections=connections)
        after = cpu_ms(*(one.pid for one in served)), self._cpu_of_postgres_ms()
        side.cpus.append((after[0] - before[0]) / len(numbers))
        side.cpus_of_postgres.append((after[1] - before[1]) / len(numbers))
        side.rates.append(done.rate)
        side.p99s.append(done.p99)
        side.refused += done.refused

    async def pgbench(self, side: Side, folder: Path, *, times: int) -> None:
        """Commit one conditional UPDATE a transaction, with as many clients as pay."""
        script = folder / "update.sql"
        script.write_text(UPDATE.format(count=self.count))
        server = self.database.server
        process = await asyncio.create_subprocess_exec(
            str(server.programs / "pgbench"),
            *("--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", f"--transactions={-(-times // CLIENTS)}"),
            *(f"--file={script}", f"--host={server.socket_dir}", f"--username={PROGRAM}", self.database.name),
            env=ENVIRONMENT,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        found = re.search(rb"^tps = ([0-9.]+)", said, re.MULTILINE)
        assert found, said
        side.rates.append(float(found[1]))

    def _cpu_of_postgres_ms(self) -> float:
        """Return what all processes of the server have used that have not ended."""
        postmaster = int((self.database.server.data / "postmaster.pid").read_text().split()[0])
        listed = Path("/proc", str(postmaster), "task", str(postmaster), "children")
        return cpu_ms(*map(int, listed.read_text().split())) if listed.exists() else 0.0


@contextlib.asynccontextmanager
async def place(database: Database, count: int) -> AsyncIterator[Place]:
    """Fill a database with people."""
    key = await crowd.fill(database, count)
    conn = await asyncpg.connect(database.superuser)
    yield Place(database, count, key, conn)
    await conn.close()


async def measure(few: Place, many: Place, folder: Path, *, rounds: int, times: int) -> SignIns:
    """Let all sides take turns, each with so many *times* a round; the round before the first is for warming up."""
    names = {
        "pgbench": f"pgbench, {CLIENTS} clients, one UPDATE each",
        "batched": f"in batches, {CONNECTIONS} connections",
        "alone": f"one by one, {CONNECTIONS} connections",
        "batched_1": "in batches, 1 connection",
        "alone_1": "one by one, 1 connection",
        "many": f"in batches, {CONNECTIONS} connections, {many.count:,} people",
        "two": f"in batches, {CONNECTIONS} connections, two processes",
    }
    found = SignIns({})
    async with contextlib.AsyncExitStack() as children:

        async def serve(served: str, where: Place, name: str) -> Child:
            home = folder / name
            home.mkdir()
            return await children.enter_async_context(child(served, environment(where.database, home), home))

        one, other = await serve("batched", few, "one"), await serve("batched", few, "other")
        alone, among = await serve("alone", few, "alone"), await serve("batched", many, "many")
        for number in range(rounds + 1):
            if number <= 1:
                found.sides = {key: Side(name) for key, name in names.items()}
            side = found.sides
            turns: list[Callable[[], Awaitable[None]]] = [
                partial(few.pgbench, side["pgbench"], folder, times=5 * times),
                partial(few.sign_in, side["batched"], [one], connections=CONNECTIONS, times=times),
                partial(few.sign_in, side["alone"], [alone], connections=CONNECTIONS, times=times),
                partial(few.sign_in, side["batched_1"], [one], connections=1, times=times // 4),
                partial(few.sign_in, side["alone_1"], [alone], connections=1, times=times // 4),
                partial(many.sign_in, side["many"], [among], connections=CONNECTIONS, times=times),
                partial(few.sign_in, side["two"], [one, other], connections=CONNECTIONS, times=times),
            ]
            random.shuffle(turns)  # what one leaves to be cleaned up meets another one each time
            for turn in turns:
                await turn()
            found.memory.append(resident_mib(one.pid))
    return found


def cpu_ms(*pids: int) -> float:
    """Return the processor time that processes have used; 0 where the system does not say so."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            ticks += sum(map(int, Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """Return how much memory a process holds; 0 where the system does not say so."""
    status = Path("/proc", str(pid), "status")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def tables(found: SignIns) -> tuple[Table, Table]:
    """Return what was measured, and what was to be reached."""
    sides = Table()
    for title in ("", "a second", "slowest round", "fastest", "99th of 100", "refused", "CPU each", "Postgres's"):
        sides.add_column(title, justify="right" if title else "left")
    for side in found.sides.values():
        p99 = f"{1000 * statistics.median(side.p99s):.1f} ms" if side.p99s else ""
        rates = [f"{rate:,.0f}" for rate in (statistics.median(side.rates), min(side.rates), max(side.rates))]
        cpus = [f"{statistics.median(all_):.2f} ms" if all_ else "" for all_ in (side.cpus, side.cpus_of_postgres)]
        sides.add_row(side.name, *rates, p99, str(side.refused) if side.p99s else "", *cpus)
    return sides, verdicts(found.goals())


def verdicts(goals: Iterable[Goal]) -> Table:
    """Return what was to be reached, and whether it was."""
    shown = Table()
    for title in ("medians of the ratios of the rounds", "ratio", "limit", ""):
        shown.add_column(title)
    for goal in goals:
        shown.add_row(goal.what, f"{goal.ratio:.2f}", goal.limit, "reached" if goal.reached else "not reached")
    return shown
