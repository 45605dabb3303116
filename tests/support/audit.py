"""An audit with a chain over it, a log of its heads, and somebody who may do everything to the tables."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
import structlog

from bot.core import enrollment, throttle
from bot.core.audit import Event, Kind
from bot.core.chain import Head, Link, read_head
from bot.core.resets import ReasonFault
from bot.core.sealing import Keyring
from bot.jobs.chain import Chaining
from bot.services.acceptance import Acceptances, Accepted, NotAccepted
from bot.services.chain import EVENTS_A_LINK, Chain
from bot.services.chain_check import ChainCheck, Report
from bot.services.means import Means
from storage import audit
from storage.pool import Connection, Pool
from tests.support.database import Database
from tests.support.services import Clock
from tests.support.timeouts import patient_pool

TABLES = ("audit_event", "audit_unlinked", "audit_link", "audit_head", "audit_acceptance")
REASON = "Looked at by hand, and understood."
KINDS = (Kind.VERIFICATION, Kind.MFA_ENABLED, Kind.WAIT_BEGAN, Kind.RESET_OPENED)


@dataclass
class Audit:
    """*conn* is the superuser's, with the triggers that guard the audit off; *log* are the lines of the bot's log."""

    database: Database
    conn: Connection
    pool: Pool
    keyring: Keyring
    clock: Clock
    events_a_link: int = EVENTS_A_LINK
    log: list[str] = field(default_factory=list)
    written: int = 0
    chains: dict[tuple[str, str, int], Chain] = field(default_factory=dict)

    async def write(self, count: int = 1) -> None:
        """Write events, each in a transaction of its own and a second later; nothing links them yet."""
        for _ in range(count):
            self.clock.forward(seconds=1)
            self.written += 1
            number = self.written
            event = Event(
                KINDS[number % len(KINDS)], self.clock(), f"person:{number % 7}", "slack", number % 5, {"n": number}
            )
            async with self.pool.transaction() as conn:
                await audit.record(conn, event)

    async def link(self) -> None:
        """Let the worker come by, and keep what it logs."""
        self.clock.forward(seconds=1)
        with structlog.testing.capture_logs() as lines:
            await Chaining(self.chain()).round()
        self.log += [json.dumps(line) for line in lines]

    async def grow(self, links: int, events: int = 4) -> None:
        """Write and link, so many times."""
        for _ in range(links):
            await self.write(events)
            await self.link()

    def chain(self, keyring: Keyring | None = None, *, dsn: str | None = None) -> Chain:
        """Return the service of a process with this keyring that reaches its database so."""
        keyring, dsn = keyring or self.keyring, dsn or self.database.worker
        means = Means(
            pool=self.pool,
            keyring=keyring,
            now=self.clock,
            random=secrets.token_bytes,
            throttle=throttle.Limits(),
            enrollment=enrollment.Limits(),
            issuer="Acme",
        )
        made = Chain(means, dsn, events_a_link=self.events_a_link)
        return self.chains.setdefault((keyring.primary, dsn, self.events_a_link), made)

    def heads(self) -> list[Head]:
        """Return what the log tells."""
        return [head for line in self.log if (head := read_head(line)) is not None]

    async def check(self, *, with_log: bool = True) -> Report:
        """Check everything."""
        return await ChainCheck(self.pool, self.keyring).run(self.heads() if with_log else ())

    async def accept(self, *, with_log: bool = True) -> Accepted | NotAccepted | ReasonFault:
        """Acknowledge what a check finds, as the owner."""
        self.clock.forward(seconds=1)
        pool = Pool(self.database.owner, size=1)
        report = await ChainCheck(pool, self.keyring).run(self.heads() if with_log else ())
        accepted = await Acceptances(pool, self.keyring, self.clock).accept(report, reason=REASON, by="host:root")
        await pool.close()
        return accepted

    async def put_link(self, link: Link) -> None:
        """Put a link into the table, past the function that appends them."""
        await self.conn.execute(
            """
            INSERT INTO audit_link (link_no, linked_at, key_id, previous, event_ids, digests, total, mac)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            link.number,
            datetime.fromisoformat(link.linked_at),
            link.key_id,
            link.previous,
            link.event_ids,
            link.digests,
            link.total,
            link.mac,
        )

    @asynccontextmanager
    async def without_bounds(self) -> AsyncIterator[None]:
        """Take the bounds of the tables away, as their owner can, or as they were before there were any."""
        names = ("audit_event", "audit_unlinked", "audit_link", "audit_head")
        told = {
            name: await self.conn.fetchval(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1 AND conrelid = $2::regclass",
                f"{name}_bounds",
                name,
            )
            for name in names
        }
        for name in names:
            await self.conn.execute(f"ALTER TABLE {name} DROP CONSTRAINT {name}_bounds")
        try:
            yield
        finally:
            for name, told_check in told.items():
                check = told_check.removesuffix(" NOT VALID")
                await self.conn.execute(f"ALTER TABLE {name} ADD CONSTRAINT {name}_bounds {check} NOT VALID")

    async def copy(self) -> dict[str, list[asyncpg.Record]]:
        """Return all rows."""
        return {table: await self.conn.fetch(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608  our own words

    async def put_back(self, rows: dict[str, list[asyncpg.Record]]) -> None:
        """Put a copy in the place of all rows."""
        await self.conn.execute(f"TRUNCATE {', '.join(TABLES)}")
        for table, kept in rows.items():
            await self.conn.copy_records_to_table(table, records=[tuple(row.values()) for row in kept])

    async def begin_anew(self) -> None:
        """Forget everything, the log too."""
        await self.conn.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY")
        self.log.clear()
        self.written = 0


@asynccontextmanager
async def open_audit(database: Database) -> AsyncIterator[Audit]:
    """Yield an empty audit on *database*."""
    conn = await asyncpg.connect(database.superuser)
    await conn.execute("SET session_replication_role = replica; SET timezone = 'UTC'")
    pool = patient_pool(database.program)
    clock = Clock(datetime.now(UTC).replace(microsecond=5))
    try:
        opened = Audit(database, conn, pool, Keyring("k1", {"k1": secrets.token_bytes(32)}), clock)
        yield opened
    finally:
        for chain in opened.chains.values():
            await chain.close()
        await pool.close()
        await conn.close()
