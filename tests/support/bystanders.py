"""What the bot keeps of everybody but one person, whose own affairs can be put back."""

from dataclasses import dataclass

import asyncpg

from storage.pool import Connection
from tests.support.database import Database

# What is written of everything that happens, and what comes and goes by itself.
LEFT_OUT = ("audit\\_%", "schema\\_%", "alembic%", "app\\_key", "relying\\_app")
_WHOSE = {
    "person_id": "person_id",
    "factor_id": "(SELECT person_id FROM factor WHERE factor.factor_id = t.factor_id)",
    "recovery_set_id": "(SELECT person_id FROM factor JOIN recovery_set AS made USING (factor_id)"
    " WHERE made.recovery_set_id = t.recovery_set_id)",
    "enrollment_id": "(SELECT person_id FROM enrollment WHERE enrollment.enrollment_id = t.enrollment_id)",
}
"""How a table says whose a row is; where none of these columns is, it is everybody's."""


@dataclass
class Bystanders:
    """Everybody but *person_id*."""

    conn: Connection
    person_id: int
    _question: str = ""

    async def kept(self) -> str:
        """Return one digest of every row that is not the person's own; when somebody was last seen does not count."""
        if not self._question:
            self._question = await self._made()
        return str(await self.conn.fetchval(self._question, self.person_id))

    async def numbers(self) -> list[str]:
        """Return the ids of every row of theirs that a button or a form could name."""
        rows = await self.conn.fetch(
            """
            SELECT person_id AS id FROM person WHERE person_id <> $1
             UNION SELECT message_id FROM message WHERE person_id <> $1 AND settled IS NULL
             UNION SELECT request_id FROM reset_request WHERE state IN ('awaiting_approval', 'holding')
             UNION SELECT enrollment_id FROM enrollment WHERE person_id <> $1 AND state = 'pending'
             UNION SELECT factor_id FROM factor WHERE person_id <> $1 AND state = 'active'
             ORDER BY id
            """,
            self.person_id,
        )
        return [str(row["id"]) for row in rows]

    async def names(self) -> list[str]:
        """Return the Slack ids of everybody else."""
        rows = await self.conn.fetch(
            "SELECT slack_user_id FROM person WHERE person_id <> $1 ORDER BY 1", self.person_id
        )
        return [row["slack_user_id"] for row in rows]

    async def remember(self) -> None:
        """Remember how the person's own MFA stands."""
        await self.conn.execute("CREATE TEMP TABLE own_factor AS TABLE factor WITH NO DATA")
        await self.conn.execute(
            "INSERT INTO own_factor SELECT * FROM factor WHERE state = 'active' AND person_id = $1", self.person_id
        )

    async def put_back(self) -> None:
        """Have the person's own MFA as it was: on, not suspended, and the code of now not used yet."""
        await self.conn.execute(
            f"""
            UPDATE factor SET state = 'revoked', revoked_at = now(), revoked_why = 'self', key_id = NULL, box = NULL
             WHERE person_id = {self.person_id} AND state = 'active' AND factor_id NOT IN
                   (SELECT factor_id FROM own_factor);
            UPDATE factor SET state = own.state, key_id = own.key_id, box = own.box, revoked_at = NULL,
                   revoked_why = NULL, last_step = own.last_step, failures = own.failures
              FROM own_factor AS own WHERE own.factor_id = factor.factor_id;
            DELETE FROM attempt WHERE factor_id IN (SELECT factor_id FROM own_factor);
            DELETE FROM suspension WHERE person_id = {self.person_id};
            UPDATE person SET suspended_at = NULL, suspended_why = NULL WHERE person_id = {self.person_id};
            """  # noqa: S608  a number of ours
        )

    async def _made(self) -> str:
        tables = await self.conn.fetch(
            """
            SELECT table_name AS name, array_agg(column_name::text) AS columns
              FROM information_schema.columns
              JOIN information_schema.tables USING (table_schema, table_name)
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE ALL ($1)
             GROUP BY table_name
            """,
            list(LEFT_OUT),
        )
        parts = []
        for table in tables:
            column = next((_WHOSE[name] for name in _WHOSE if name in table["columns"]), "NULL")
            parts.append(
                f"SELECT '{table['name']}' AS name, (to_jsonb(t) - 'seen_at')::text AS row FROM {table['name']} t "  # noqa: S608  from the catalog
                f"WHERE {column} IS DISTINCT FROM $1"
            )
        return f"SELECT md5(string_agg(name || row, '' ORDER BY name, row)) FROM ({' UNION ALL '.join(parts)}) AS kept"  # noqa: S608  from the catalog


async def bystanders(database: Database, slack_user_id: str) -> Bystanders:
    """Connect; whoever opens it closes `conn`."""
    conn = await asyncpg.connect(database.superuser)
    person_id = await conn.fetchval("SELECT person_id FROM person WHERE slack_user_id = $1", slack_user_id)
    made = Bystanders(conn, person_id)
    await made.remember()
    return made
