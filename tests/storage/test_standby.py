"""A standby was promoted, and the primary before it lives on, read-only: no connection stays with it (R6)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bot.core.faults import DatabaseAway
from bot.sandbox.postgres import SUPERUSER
from storage.pool import Kept, Pool
from tests.support import database as databases
from tests.support.database import PROGRAM
from tests.support.servers import Pair, Server, server_of_one_s_own, standby_of
from tests.support.timeouts import patient_pool

TRIES = 20


@pytest_asyncio.fixture
async def pair(postgres_programs: Path) -> AsyncIterator[Pair]:
    with server_of_one_s_own(postgres_programs) as primary:
        await primary.migrated()
        with standby_of(primary) as made:
            yield made


async def is_demoted(pair: Pair) -> None:
    """Have the primary take no writes any more, in its open connections too, and the standby take them."""
    await databases.run(
        pair.primary.running, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"
    )
    while not await setting(pair.primary, "default_transaction_read_only"):
        pass
    await pair.takes_over()


async def written(way: Pool | Kept) -> datetime:
    """Write something; return since when the server runs that took it, which tells the two apart."""
    async with way.transaction() as conn:
        await conn.execute("UPDATE lockdown SET reason = NULL")
        started: datetime = await conn.fetchval("SELECT pg_postmaster_start_time()")
        return started


async def setting(server: Server, name: str) -> bool:
    conn = await asyncpg.connect(server.running.dsn(SUPERUSER, "postgres"))
    found: str = await conn.fetchval("SELECT current_setting($1)", name)
    await conn.close()
    return found == "on"


async def running_since(server: Server) -> datetime:
    conn = await asyncpg.connect(server.running.dsn(SUPERUSER, "postgres"))
    started: datetime = await conn.fetchval("SELECT pg_postmaster_start_time()")
    await conn.close()
    return started


async def written_at_last(way: Pool | Kept) -> datetime:
    """Try again where it is refused, as everybody does who asks again."""
    for _ in range(TRIES):
        try:
            return await written(way)
        except DatabaseAway as away:
            refused = away
    raise refused


@pytest.mark.timeout(120)
async def test_no_connection_stays_with_a_primary_that_was_demoted_and_lives(pair: Pair) -> None:
    pool = patient_pool(pair.dsn(PROGRAM))
    kept = pool.keep()
    before = [*await asyncio.gather(*(written(pool) for _ in range(8))), await written(kept)]

    await is_demoted(pair)
    after = [*await asyncio.gather(*(written_at_last(pool) for _ in range(8))), await written_at_last(kept)]

    await pool.close()
    assert set(before) == {await running_since(pair.primary)}
    assert set(after) == {await running_since(pair.standby)}
