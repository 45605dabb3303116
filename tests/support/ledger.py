"""What the transactions left behind: events, notices, jobs, and every byte of the database."""

import json
from dataclasses import dataclass
from typing import Any

import asyncpg

from storage.pool import Connection
from tests.support.database import Database


@dataclass
class Ledger:
    """Reads as the superuser, past what the program may see."""

    conn: Connection

    async def events(self) -> list[str]:
        """Return the kinds of all audit events, in order."""
        rows = await self.conn.fetch("SELECT kind FROM audit_event ORDER BY event_id")
        return [row["kind"] for row in rows]

    async def details(self, kind: str) -> list[dict[str, Any]]:
        """Return the details of the audit events of *kind*, in order."""
        rows = await self.conn.fetch("SELECT detail FROM audit_event WHERE kind = $1 ORDER BY event_id", kind)
        return [json.loads(row["detail"]) for row in rows]

    async def notices(self) -> list[str]:
        """Return the kinds of all messages but those that carry a QR, in order."""
        rows = await self.conn.fetch("SELECT kind FROM message WHERE kind <> 'enrollment' ORDER BY message_id")
        return [row["kind"] for row in rows]

    async def jobs(self) -> list[str]:
        """Return the names of all queued jobs, in order."""
        rows = await self.conn.fetch("SELECT entrypoint FROM jobs.pgqueuer ORDER BY id")
        return [row["entrypoint"] for row in rows]

    async def edits(self) -> list[int]:
        """Return which messages are to be edited, in the order in which that was queued."""
        rows = await self.conn.fetch("SELECT payload FROM jobs.pgqueuer WHERE entrypoint = 'edit_message' ORDER BY id")
        return [json.loads(row["payload"])["message_id"] for row in rows]

    async def about_resets(self) -> list[str]:
        """Return the kinds of the audit events about resets and rights, refusals too, in order."""
        kinds = ("reset.", "mfa.reset", "rights.")
        return [kind for kind in await self.events() if kind.startswith(kinds)]

    async def told(self, person_id: int) -> list[str]:
        """Return the kinds of the messages to one person, but for what everybody is told of their own enrollment."""
        rows = await self.conn.fetch(
            """
            SELECT kind
              FROM message
             WHERE person_id = $1 AND kind NOT IN ('enrollment', 'enabled')
             ORDER BY message_id
            """,
            person_id,
        )
        return [row["kind"] for row in rows]

    async def unsettled(self, request_id: int) -> set[str]:
        """Return the kinds of the messages about a request that may still carry a button."""
        rows = await self.conn.fetch(
            "SELECT kind FROM reset_message JOIN message USING (message_id) WHERE request_id = $1 AND settled IS NULL",
            request_id,
        )
        return {row["kind"] for row in rows}

    async def define(self, role: str, *permissions: str) -> None:
        """Make a role, as the host would."""
        await self.conn.execute(
            """
            INSERT INTO role (name, permissions, defined_at) VALUES ($1, $2, now())
                ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions
            """,
            role,
            list(permissions),
        )

    async def set_up_long_ago(self, slack_user_id: str) -> None:
        """Have somebody's MFA, and their recovery codes, be a month older, so that a block disputes nothing."""
        mine = "(SELECT person_id FROM person WHERE slack_user_id = $1)"
        await self.conn.execute(
            f"""
            UPDATE recovery_set SET made_at = made_at - interval '30 days'
             WHERE factor_id IN (SELECT factor_id FROM factor WHERE person_id = {mine})
            """,  # noqa: S608  our own words
            slack_user_id,
        )
        await self.conn.execute(
            f"UPDATE factor SET created_at = created_at - interval '30 days' WHERE person_id = {mine}",  # noqa: S608  our own words
            slack_user_id,
        )

    async def message_of(self, person_id: int, kind: str) -> int:
        """Return the latest message of *kind* to one person."""
        return int(
            await self.conn.fetchval(
                "SELECT max(message_id) FROM message WHERE person_id = $1 AND kind = $2", person_id, kind
            )
        )

    async def message_id(self, kind: str) -> int:
        """Return the latest message of *kind*."""
        return int(await self.conn.fetchval("SELECT max(message_id) FROM message WHERE kind = $1", kind))

    async def everything(self) -> str:
        """Return every row of every table as text."""
        tables = await self.conn.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname IN ('public', 'jobs')"
        )
        dump = []
        for table in tables:
            rows = await self.conn.fetch(f"SELECT whole::text AS row FROM {table['name']} AS whole")  # noqa: S608  from the catalog
            dump += [row["row"] for row in rows]
        return "\n".join(dump)


async def open_ledger(database: Database) -> Ledger:
    """Connect; whoever opens it closes `conn`."""
    return Ledger(await asyncpg.connect(database.superuser))
