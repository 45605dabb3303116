"""The migrations, their runner, and what the program is granted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bot.sandbox.postgres import SUPERUSER
from storage import schema
from storage.migrations.grants import TABLES
from storage.migrations.runner import Migrated, migrate
from tests.support.database import OWNER, PROGRAM, Database


@pytest_asyncio.fixture
async def owner(bare_database: Database) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    conn = await asyncpg.connect(bare_database.owner)
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def program(database: Database) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    conn = await asyncpg.connect(database.program)
    yield conn
    await conn.close()


async def test_a_bare_database_is_brought_to_the_newest_revision_once(
    bare_database: Database, owner: asyncpg.Connection[asyncpg.Record]
) -> None:
    assert not (await schema.look(owner)).sufficient

    first = await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.program)
    second = await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.program)

    assert first == Migrated(before=None, after=schema.newest(), granted=PROGRAM)
    assert second == Migrated(before=schema.newest(), after=schema.newest(), granted=PROGRAM)
    assert (await schema.look(owner)).sufficient


async def test_of_several_migrations_at_once_one_works_and_the_others_find_it_done(bare_database: Database) -> None:
    outcomes = await asyncio.gather(
        *(migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.program) for _ in range(3))
    )

    assert sorted(outcome.before or "none" for outcome in outcomes) == [schema.newest(), schema.newest(), "none"]
    assert {outcome.after for outcome in outcomes} == {schema.newest()}


async def test_a_program_that_connects_as_the_owner_is_granted_nothing(bare_database: Database) -> None:
    outcome = await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.owner)

    assert outcome.granted is None


async def test_a_newer_schema_than_the_programs_own_is_sufficient(
    bare_database: Database, owner: asyncpg.Connection[asyncpg.Record]
) -> None:
    await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.program)
    await owner.execute("UPDATE alembic_version SET version_num = '9999'")

    assert (await schema.look(owner)).sufficient


async def test_a_migration_that_fails_leaves_what_was_there_before(
    bare_database: Database, owner: asyncpg.Connection[asyncpg.Record], tmp_path: Path
) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    head = "from alembic import op\n\nrevision = '{}'\ndown_revision = {!r}\n\n\ndef upgrade():\n    op.execute('{}')\n"
    (versions / "0001_good.py").write_text(head.format("0001", None, "CREATE TABLE good (a bigint)"))
    (versions / "0002_bad.py").write_text(head.format("0002", "0001", "CREATE TABLE good (b bigint)"))

    with pytest.raises(Exception, match="already exists"):
        await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.owner, scripts=tmp_path)

    assert await schema.revision(owner) == "0001"


async def test_every_table_is_in_the_list_of_grants(program: asyncpg.Connection[asyncpg.Record]) -> None:
    rows = await program.fetch(
        """
        SELECT schemaname || '.' || tablename AS name
          FROM pg_tables
         WHERE schemaname IN ('public', 'jobs')
        """
    )

    # Partitions are reached through the table that they are parts of.
    assert {row["name"] for row in rows if not re.match(r"public\.audit_event_", row["name"])} == set(TABLES)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a bigint)",
        "ALTER TABLE person ADD COLUMN a bigint",
        "DROP TABLE person",
        "DELETE FROM person",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET detail = ''",
        "TRUNCATE audit_event",
        "DELETE FROM audit_event_other",
        "UPDATE audit_link SET mac = ''",
        "TRUNCATE audit_link",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = '9999'",
        "CREATE TABLE jobs.mine (a bigint)",
        "SET ROLE mfabot_owner",
    ],
)
async def test_the_programs_role_cannot_alter_the_schema_or_the_audit(
    program: asyncpg.Connection[asyncpg.Record], statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await program.execute(statement)


async def test_the_roles_of_the_tests_are_no_superusers(database: Database) -> None:
    conn = await asyncpg.connect(database.superuser)

    powerful = await conn.fetch("SELECT rolname FROM pg_roles WHERE rolsuper OR rolcreaterole OR rolbypassrls")
    await conn.close()

    assert {row["rolname"] for row in powerful}.isdisjoint({OWNER, PROGRAM})
    assert SUPERUSER in {row["rolname"] for row in powerful}
