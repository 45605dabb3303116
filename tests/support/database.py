"""Databases for tests: made from a template that is migrated once a session."""

from dataclasses import dataclass

import asyncpg

from bot.sandbox.postgres import SUPERUSER, Postgres
from storage.migrations.runner import migrate
from storage.pool import Connection

OWNER = "mfabot_owner"
PROGRAM = "mfabot"
WORKER = "mfabot_worker"
TEMPLATE = "mfabot_template"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
"""Settings of a server that may forget everything when the machine ends."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database, and how each role reaches it."""

    server: Postgres
    name: str

    @property
    def owner(self) -> str:
        """The DSN of the role that owns the schema."""
        return self.server.dsn(OWNER, self.name)

    @property
    def program(self) -> str:
        """The DSN of the role that the program connects as."""
        return self.server.dsn(PROGRAM, self.name)

    @property
    def worker(self) -> str:
        """The DSN of the role that the jobs connect as to link the audit."""
        return self.server.dsn(WORKER, self.name)

    @property
    def superuser(self) -> str:
        """The DSN of the role that may do everything."""
        return self.server.dsn(SUPERUSER, self.name)

    async def forget_starts(self) -> None:
        """Let the limit of starts an hour begin anew."""
        conn = await asyncpg.connect(self.superuser)
        try:
            await conn.execute("UPDATE enrollment SET started_at = started_at - interval '2 hours'")
        finally:
            await conn.close()


async def empty(conn: Connection) -> None:
    """Take all rows out, those of the audit too, and start the ids anew, as the superuser.

    By DELETE: TRUNCATE makes new files for every table and index, which takes fifty times as long. As a replica: the
    triggers that guard the audit stand aside, and so do foreign keys.
    """
    await conn.execute(
        """
        DO $$
        DECLARE
            place record;
        BEGIN
            SET LOCAL session_replication_role = replica;
            FOR place IN
                SELECT schemaname, tablename FROM pg_tables
                 WHERE schemaname IN ('public', 'jobs') AND tablename NOT IN ('alembic_version', 'role')
            LOOP
                EXECUTE format('DELETE FROM %I.%I', place.schemaname, place.tablename);
            END LOOP;
            DELETE FROM role WHERE name NOT IN ('admin', 'helpdesk', 'approver', 'auditor');
            INSERT INTO lockdown DEFAULT VALUES;
            PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
               FROM pg_sequences
              WHERE schemaname IN ('public', 'jobs') AND last_value IS NOT NULL;
        END $$
        """
    )


async def run(server: Postgres, *statements: str) -> None:
    """Run *statements*, one by one, as the superuser and outside of any test's database."""
    conn = await asyncpg.connect(server.dsn(SUPERUSER, "postgres"))
    try:
        for statement in statements:
            await conn.execute(statement)
    finally:
        await conn.close()


async def migrated(server: Postgres, name: str) -> Database:
    """Make the roles of a new server, and a database that is migrated."""
    await make_roles(server)
    made = await create(server, name)
    await migrate(owner_dsn=made.owner, program_dsn=made.program, worker_dsn=made.worker)
    return made


async def make_roles(server: Postgres) -> None:
    """Make the roles of a new server."""
    await run(server, *(f"CREATE ROLE {role} LOGIN" for role in (OWNER, PROGRAM, WORKER)))


async def create(server: Postgres, name: str, *, template: str = "template0") -> Database:
    """Make a database that belongs to the owner's role."""
    await run(server, f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}" STRATEGY FILE_COPY')
    return Database(server, name)


async def drop(database: Database) -> None:
    """Take the database away, whoever is still connected."""
    await run(database.server, f'DROP DATABASE "{database.name}" WITH (FORCE)')
