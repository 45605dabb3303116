"""Bring a database's schema up to date, as its owner, and grant the program what it needs.

Imported by `mfabot migrate` alone: Alembic and SQLAlchemy are no part of the running program.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage import schema
from storage.migrations.grants import grants

HERE = Path(__file__).parent
LOCK = 0x6D666162  # "mfab": one migration at a time in a database
POLL_S = 0.5
WAIT_AT_MOST_S = 300.0


class MigrationError(Exception):
    """The schema is as it was; the message is a sentence for whoever runs the migration."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did: revisions before and after, and the role that was granted its rights."""

    before: str | None
    after: str | None
    granted: str | None  # None: the program connects as the owner
    linking: str | None = None
    """The role of the jobs, which links the audit, if it is a role of its own."""


async def migrate(*, owner_dsn: str, program_dsn: str, worker_dsn: str | None = None, scripts: Path = HERE) -> Migrated:
    """Run the migrations in *scripts* that the database lacks, then grant the program's roles their rights.

    *worker_dsn* is how the jobs connect to link the audit; None: as *program_dsn*.

    Of several that start at once one works, and the others wait for it and find nothing left to do.

    Raises:
        MigrationError: another one has been at work for too long.
        asyncpg.PostgresError, OSError: what the database, or the way to it, said.
    """
    program = await _role(program_dsn)
    worker = await _role(worker_dsn) if worker_dsn else program
    owner = await asyncpg.connect(owner_dsn)
    try:
        async with _alone(owner):
            before = await schema.revision(owner)
            await _upgrade(owner_dsn, scripts)
            after = await schema.revision(owner)
            role = str(await owner.fetchval("SELECT current_user"))
            if program == role:
                return Migrated(before, after, None)
            async with owner.transaction():
                for statement in grants(program, worker=None if worker == role else worker):
                    await owner.execute(statement)
            return Migrated(before, after, program, None if worker in (program, role) else worker)
    finally:
        await owner.close()


async def _role(dsn: str) -> str:
    """Return the role that *dsn* connects as."""
    conn = await asyncpg.connect(dsn)
    try:
        return str(await conn.fetchval("SELECT current_user"))
    finally:
        await conn.close()


@asynccontextmanager
async def _alone(owner: asyncpg.Connection[asyncpg.Record]) -> AsyncIterator[None]:
    """Hold the migration's lock.

    Polled, not waited for: a waiting statement holds a snapshot, on which CREATE INDEX CONCURRENTLY in the migration
    that runs would wait in turn.
    """
    for _ in range(int(WAIT_AT_MOST_S / POLL_S)):
        if await owner.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            break
        await asyncio.sleep(POLL_S)
    else:
        raise MigrationError("Another migration of this database has been at work for five minutes; try again later.")
    try:
        yield
    finally:
        await owner.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def _upgrade(dsn: str, scripts: Path) -> None:
    """Run Alembic on a connection that asyncpg makes, so that a DSN means the same here as to the program."""

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(dsn)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run_alembic, scripts)
    finally:
        await engine.dispose()


def _run_alembic(connection: Connection, scripts: Path) -> None:
    """Upgrade to the newest revision in *scripts*."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(scripts / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")
