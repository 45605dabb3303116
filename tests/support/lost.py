"""A request whose transaction is committed while the answer to the COMMIT is lost, and the same request once more."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property
from typing import Any

from bot.core.faults import AnswerLost
from bot.services.audit_log import AuditLog
from bot.services.break_glass import Glass
from bot.services.chain import Chain
from bot.services.exports import Exports
from bot.services.host import Host
from bot.services.managers import Managers
from bot.services.means import Means
from bot.services.protection import Protection
from bot.services.queue import Queue
from bot.services.report import Reports
from bot.services.users import Users
from tests.support.cast import Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services
from tests.support.timeouts import patient_pool
from tests.support.wire import Wire

AUDIT = ("audit_event", "audit_unlinked")
"""What holds the events, which are counted by themselves; a partition's name begins with the first."""


class Process(Services):
    """One process with everything that opens transactions, those of the host and of the worker too."""

    @cached_property
    def reports(self) -> Reports:
        return Reports(self.means, self.looks)

    @cached_property
    def users(self) -> Users:
        return Users(self.means, self.looks)

    @cached_property
    def audit_log(self) -> AuditLog:
        return AuditLog(self.means, self.looks)

    @cached_property
    def host(self) -> Host:
        return Host(self.means)

    @cached_property
    def glass(self) -> Glass:
        return Glass(self.means)

    @cached_property
    def managers(self) -> Managers:
        return Managers(self.means)

    @cached_property
    def protection(self) -> Protection:
        return Protection(self.means)

    @cached_property
    def exports(self) -> Exports:
        return Exports(self.means.pool, self.means.now)

    @cached_property
    def queue(self) -> Queue:
        return Queue(self.means, "postgresql://nobody@127.0.0.1:1/none")


@dataclass
class World:
    """Where a case takes place: its people, and the process that is to be cut off."""

    cast: Cast
    ledger: Ledger
    on: Process
    dsn: str
    """The way to the database that is to be cut."""
    worker_dsn: str
    """The same, of the role that links the audit."""
    owner_dsn: str

    @property
    def chain(self) -> Chain:
        return Chain(self.on.means, self.worker_dsn)


class Again(Enum):
    """What the same request may do when it comes once more."""

    NOTHING = auto()
    """It was done; a refusal may be written down."""
    LOOK = auto()
    """It is one more look, and one more event."""
    JUDGED = auto()
    """What was typed is judged once more, and counts as a failure: relying apps are told what holds of the code."""
    JOB = auto()
    """One more job is enqueued, which finds nothing left to do."""
    ANEW = auto()
    """It is another act: what the first one made was shown to nobody."""


@dataclass
class Act:
    """A request, ready to be sent twice: what it writes down once, and what its sender hears the second time."""

    send: Callable[[], Awaitable[object]]
    says: Callable[[Any], bool]
    event: str | None = None
    again: Again = Again.NOTHING
    raises: bool = True
    """Whether its sender hears of the loss; who wants no answer does not."""
    codes: int = 1
    """How many codes it takes, each of which is judged once."""


Making = Callable[[World], Awaitable[Act]]
ACTS: dict[str, Making] = {}
"""By the method that is called; where there are several of one, more words follow."""


def of(name: str) -> Callable[[Making], Making]:
    """Note an act under the method that it calls."""

    def noted(making: Making) -> Making:
        assert name not in ACTS
        ACTS[name] = making
        return making

    return noted


@dataclass(frozen=True)
class Left:
    """What stands in the tables: events by kind, and every other row as text."""

    events: Counter[str]
    rows: Counter[tuple[str, str]]


async def left(ledger: Ledger) -> Left:
    """Read everything."""
    tables = await ledger.conn.fetch(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'jobs') ORDER BY tablename"
    )
    rows: Counter[tuple[str, str]] = Counter()
    for schema, table in tables:
        if not table.startswith(AUDIT):
            found = await ledger.conn.fetch(f'SELECT whole::text AS row FROM "{schema}"."{table}" AS whole')  # noqa: S608  from the catalog
            rows.update((table, row["row"]) for row in found)
    return Left(Counter(await ledger.events()), rows)


@asynccontextmanager
async def losing(cast: Cast, ledger: Ledger, database: Database) -> AsyncIterator[tuple[World, Wire]]:
    """Yield a world whose process reaches its database over a wire."""
    async with Wire(database) as wire:
        pool = patient_pool(wire.program)
        means: Means = replace(cast.services.means, pool=pool)
        yield World(cast, ledger, Process(means, cast.services.clock), wire.program, wire.worker, wire.owner), wire
        await pool.close()


async def is_done_once(world: World, wire: Wire, act: Act) -> None:
    """Send the request, lose the answer to its commit, and send it again: all is there, and there once."""
    before = await left(world.ledger)
    wire.lose_an_answer()
    try:
        await act.send()
    except AnswerLost:
        heard = True
    else:
        heard = False
    assert wire.broken, "nothing was committed"
    wire.mend()
    first = await left(world.ledger)
    answer = await act.send()
    second = await left(world.ledger)

    written, more = first.events - before.events, second.events - first.events
    assert heard is act.raises
    assert act.says(answer), answer
    judged = written.pop("verification", 0)
    assert judged <= act.codes
    assert {kind: count for kind, count in written.items() if count > 1} == {}
    if act.event is None:
        assert not written
        assert first.rows != before.rows
    else:
        assert (written | {"verification": judged})[act.event] == 1, written
    match act.again:
        case Again.NOTHING:
            assert [kind for kind in more if not kind.endswith("refused")] == []
            assert second.rows == first.rows, (second.rows - first.rows, first.rows - second.rows)
        case Again.LOOK:
            assert more == Counter([act.event])
            assert second.rows == first.rows
        case Again.JUDGED:
            assert more == Counter([act.event])
            assert {table for table, _ in (second.rows - first.rows)} <= {"factor", "attempt"}
        case Again.JOB:
            assert {table for table, _ in (second.rows - first.rows)} <= {"pgqueuer", "pgqueuer_log"}
        case Again.ANEW:
            assert more == written
