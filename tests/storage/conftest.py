"""Connections in each role, and one person to whom rows can belong."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from storage.pool import Connection
from tests.support.database import Database


@pytest_asyncio.fixture
async def program(database: Database) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(database.program)
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def other_program(database: Database) -> AsyncIterator[Connection]:
    """A second connection of the program's, as of another process."""
    conn = await asyncpg.connect(database.program)
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def worker(database: Database) -> AsyncIterator[Connection]:
    """A connection of the role that links the audit."""
    conn = await asyncpg.connect(database.worker)
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def ada(program: Connection) -> int:
    return int(
        await program.fetchval(
            """
            INSERT INTO person (team_id, slack_user_id, standing, name, seen_at)
            VALUES ('T0MFA', 'U0ADA', 'member', 'Ada', now())
            RETURNING person_id
            """
        )
    )
