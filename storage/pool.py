"""Connections of one process to Postgres, with a bound on every wait.

Errors of the driver carry values of rows in their text (K4), so none of them leaves this file: an outage becomes
`DatabaseAway`, or `AnswerLost` where it met the commit; anything else `DatabaseFault`, with the SQLSTATE and the
constraint's name only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from bot.core.faults import AnswerLost, DatabaseAway

# Spelled as a string: the driver's classes are generic in its stubs only.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

CONNECT_S = 0.3
"""Seconds to wait for a connection; a listener has 2.5 s in all."""
STATEMENT_S = 0.6
"""Seconds for one statement. On a dead socket the driver may take twice as long."""
TURN_S = 2.0
"""Seconds to connect for a turn, and to ask for it; nobody waits for an answer meanwhile."""

_OUTAGES = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
)
_OUTAGE_CLASSES = ("08", "25006", "40", "53", "55P03", "57", "58", "3D000", "28", "42P01", "42703", "XX000")
"""SQLSTATEs that say "not now": connection, read-only, deadlock, resources, lock or statement timeout, shutdown, and
a database or role or table or column that is not there yet."""


class DatabaseFault(Exception):  # noqa: N818  reads as what it is
    """A statement failed in a way that only a bug explains; SQLSTATE and constraint, never a value (K4)."""


class Pool:
    """The pool of one process. It opens on first use, so that a process starts without its database."""

    def __init__(
        self, dsn: str, *, size: int = 10, connect_s: float = CONNECT_S, statement_s: float = STATEMENT_S
    ) -> None:
        self._dsn = dsn
        self._size = size
        self._connect_s = connect_s
        self._statement_s = statement_s
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()
        self._kept: list[Kept] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Hold a connection in one transaction, committed at the end of the block.

        Raises:
            DatabaseAway: no connection, or the database went away or refused meanwhile; nothing was committed.
            AnswerLost: it went away during the commit, of which nothing is known.
            DatabaseFault: a bug.
        """
        async with _transaction(self._acquired(), self._look_anew) as conn:
            yield conn

    def keep(self) -> Kept:
        """Return a connection beside the pool, to the same database; it is closed with the pool."""
        kept = Kept(self._dsn, connect_s=self._connect_s, statement_s=self._statement_s)
        self._kept.append(kept)
        return kept

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[bool]:
        """Be the only one who holds the turn of *name* for the block; False where somebody else holds it.

        The turn is a lock of a connection that is none of the pool's: it outlives transactions, and ends at once with
        the process, however that ends. Should the connection break, somebody else may hold the turn before the block
        ends: what must not be done twice asks the rows.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        conn = None
        try:
            conn = await asyncpg.connect(
                self._dsn,
                timeout=TURN_S,
                command_timeout=TURN_S,
                server_settings={"application_name": "mfabot-turn", "tcp_keepalives_idle": "30"},
            )
            free = bool(await conn.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", f"mfabot.{name}"))
        except (asyncpg.PostgresError, *_OUTAGES) as error:
            if conn is not None:
                conn.terminate()
            raise (
                told(error) if isinstance(error, asyncpg.PostgresError) else DatabaseAway(type(error).__name__)
            ) from None
        try:
            yield free
        finally:
            with contextlib.suppress(asyncpg.PostgresError, *_OUTAGES):
                await conn.execute("SELECT pg_advisory_unlock_all()")
            conn.terminate()

    async def close(self) -> None:
        """Close all connections, waiting at most 5 s for those in use."""
        for kept in self._kept:
            await kept.close()
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), 5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[Connection]:
        pool = await self._open()
        async with pool.acquire(timeout=self._connect_s) as conn:
            yield conn

    async def _look_anew(self) -> None:
        if self._pool is not None:
            await self._pool.expire_connections()

    async def _open(self) -> asyncpg.Pool[asyncpg.Record]:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=self._size,
                    timeout=self._connect_s,
                    command_timeout=self._statement_s,
                    reset=_leave,
                    server_settings=_session(self._statement_s),
                )
            return self._pool


class Kept:
    """One connection for one user at a time, who uses it again and again: nothing is acquired or released.

    It opens on first use, and anew after whatever broke it.
    """

    def __init__(self, dsn: str, *, connect_s: float, statement_s: float) -> None:
        self._dsn = dsn
        self._connect_s = connect_s
        self._statement_s = statement_s
        self._conn: asyncpg.Connection[asyncpg.Record] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Hold the connection in one transaction, committed at the end of the block.

        Raises:
            DatabaseAway, AnswerLost, DatabaseFault: as `Pool.transaction`.
        """
        try:
            async with _transaction(self._opened(), self.close) as conn:
                yield conn
        except DatabaseAway:
            # Whatever state it is in: nothing is to be waited for on a line that went dead.
            self._drop()
            raise

    async def close(self) -> None:
        """Close the connection; the next use opens another."""
        conn, self._conn = self._conn, None
        if conn is not None:
            with contextlib.suppress(*_OUTAGES, asyncpg.PostgresError):
                await conn.close(timeout=self._connect_s)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Connection]:
        if self._conn is None or self._conn.is_closed():
            self._conn = await asyncpg.connect(
                self._dsn,
                timeout=self._connect_s,
                command_timeout=self._statement_s,
                server_settings=_session(self._statement_s),
            )
        yield self._conn

    def _drop(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.terminate()


@asynccontextmanager
async def _transaction(
    connected: AbstractAsyncContextManager[Connection], look_anew: Callable[[], Awaitable[None]]
) -> AsyncIterator[Connection]:
    committing = False
    try:
        async with connected as conn, conn.transaction():
            yield conn
            committing = True
    except asyncpg.PostgresError as error:
        if error.sqlstate == "25006":
            # A standby was promoted elsewhere: look for the new primary.
            await look_anew()
        raise told(error, committing=committing) from None
    except _OUTAGES as error:
        raise (AnswerLost if committing else DatabaseAway)(type(error).__name__) from None


def _session(statement_s: float) -> dict[str, str]:
    return {
        "application_name": "mfabot",
        "statement_timeout": str(round(statement_s * 1000)),
        "idle_in_transaction_session_timeout": "5000",
        "timezone": "UTC",
    }


async def be_patient(conn: Connection, seconds: float) -> None:
    """Let the server give each statement of this transaction so long; the call has to say so too."""
    await conn.execute("SELECT set_config('statement_timeout', $1, true)", str(round(seconds * 1000)))


def told(error: asyncpg.PostgresError, *, committing: bool = False) -> DatabaseAway | DatabaseFault:
    """Say an error of the database without its text."""
    state = error.sqlstate or "?????"
    if state.startswith(_OUTAGE_CLASSES):
        return AnswerLost(state) if committing else DatabaseAway(state)
    constraint = getattr(error, "constraint_name", None)
    return DatabaseFault(f"{state} {constraint}" if constraint else state)


async def _leave(_conn: object) -> None:
    """Leave a released connection as it is: every use is one transaction, and a reset costs a round trip."""
