"""What an act waits for, one after the other.

Each lock is held by another connection, which releases it once the act waits for it. Neither luck nor time decides:
Postgres says which process waits for which.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg

from storage.pool import Connection, Pool
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.timeouts import patient_pool

UNSORTED = "&enable_indexscan=off&enable_indexonlyscan=off&enable_bitmapscan=off"
"""Rows come as they lie in the table, unless the statement orders them."""
PEOPLE = "SELECT person_id, lower(substr(slack_user_id, 3)) FROM person ORDER BY person_id"
FACTORS = "SELECT factor_id, person_id FROM factor WHERE state = 'active' ORDER BY person_id"
REQUESTS = "SELECT request_id FROM reset_request ORDER BY request_id"


@dataclass(frozen=True)
class Lock:
    """A lock of the design's order, named in the column of its kind, and the statement that takes it."""

    kind: str
    name: str
    statement: str


KINDS = ("first", "people", "factors", "requests")
"""In the design's order; the first are the lockdown's row and the advisory lock of the admins."""


@dataclass(frozen=True)
class Holder:
    """A connection that holds one lock."""

    lock: Lock
    conn: Connection

    async def release(self) -> None:
        await self.conn.execute("ROLLBACK")


def patient(database: Database) -> Pool:
    """Return a pool of the program's that waits as long as the test wants, and reads rows as they lie."""
    return patient_pool(database.program + UNSORTED)


async def reverse(conn: Connection) -> None:
    """Have the rows of people, factors and requests lie in the order that is the opposite of their ids'."""
    for table, key in (("person", "person_id"), ("factor", "factor_id"), ("reset_request", "request_id")):
        await conn.execute(f"CREATE INDEX reversed ON {table} ((-{key}))")
        await conn.execute(f"CLUSTER {table} USING reversed")
        await conn.execute("DROP INDEX reversed")
        ids = [row[0] for row in await conn.fetch(f"SELECT {key} FROM {table} ORDER BY ctid")]  # noqa: S608  our own words
        assert ids == sorted(ids, reverse=True)


async def all_locks(conn: Connection) -> list[Lock]:
    """Return everything that the design has a place for, in its order."""
    names = {row[0]: row[1] for row in await conn.fetch(PEOPLE)}
    held = "SELECT FROM {} WHERE {} = {} FOR NO KEY UPDATE"
    return [
        Lock("first", "lockdown", "SELECT FROM lockdown FOR UPDATE"),
        Lock("first", "admins", "SELECT pg_advisory_xact_lock(hashtext('mfabot.admins'))"),
        *(Lock("people", name, held.format("person", "person_id", key)) for key, name in names.items()),
        *(
            Lock("factors", names[row[1]], held.format("factor", "factor_id", row[0]))
            for row in await conn.fetch(FACTORS)
        ),
        *(
            Lock("requests", str(row[0]), held.format("reset_request", "request_id", row[0]))
            for row in await conn.fetch(REQUESTS)
        ),
    ]


@asynccontextmanager
async def all_held(database: Database, conn: Connection) -> AsyncIterator[dict[int, Holder]]:
    """Hold every lock, each by a connection of its own; yield them by the ids of their processes."""
    async with AsyncExitStack() as stack:
        holders = {}
        for lock in await all_locks(conn):
            holding = await asyncpg.connect(database.superuser)
            stack.push_async_callback(holding.close)
            await holding.execute("BEGIN")
            await holding.execute(lock.statement)
            holders[holding.get_server_pid()] = Holder(lock, holding)
        yield holders


async def waited_for(ledger: Ledger, holders: dict[int, Holder], act: Callable[[], Awaitable[object]]) -> list[Lock]:
    """Carry out *act*; return the locks that it waited for, in order. Each was released once it waited."""
    order = []
    async with asyncio.TaskGroup() as group:
        acting = group.create_task(awaited(act()))
        while not acting.done():
            for pid in await blocking(ledger) & holders.keys():
                holder = holders.pop(pid)
                order.append(holder.lock)
                await holder.release()
    return order


async def blocking(ledger: Ledger) -> set[int]:
    """Return the processes that others wait for."""
    rows = await ledger.conn.fetch(
        """
        SELECT unnest(pg_blocking_pids(pid)) AS pid
          FROM pg_stat_activity
         WHERE wait_event_type = 'Lock'
           AND datname = current_database()
        """
    )
    return {row["pid"] for row in rows}


async def waiting(ledger: Ledger) -> int:
    """Return how many processes wait for a lock of another."""
    found = await ledger.conn.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return int(found)


async def awaited(act: Awaitable[object]) -> object:
    """Return what *act* returns, as a coroutine of its own."""
    return await act


STATES = """
    SELECT person_id, ROW(suspended_at, suspended_why)::text FROM person
     UNION ALL
    SELECT person_id, factor::text FROM factor
     UNION ALL
    SELECT person_id, role_grant::text FROM role_grant
"""
"""What nobody changes but who holds the person's row and their factor's."""


async def states(conn: Connection) -> set[tuple[str, str]]:
    """Return suspensions, factors and roles, with the names of whose they are; and requests, with their ids."""
    names = {row[0]: row[1] for row in await conn.fetch(PEOPLE)}
    requests = await conn.fetch("SELECT request_id::text, reset_request::text FROM reset_request")
    return {(names[row[0]], row[1]) for row in await conn.fetch(STATES)} | {(row[0], row[1]) for row in requests}
