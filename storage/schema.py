"""Which revision the database's schema has, and whether it is enough for this version of the program.

Revisions are numbers of four digits. A newer schema than the program's own is enough too: migrations run before the
program is replaced, and the old one goes on for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.pool import Connection

VERSIONS = Path(__file__).parent / "migrations" / "versions"

LINKING = "public.append_audit_link(timestamptz, text, bytea, bigint[], bytea, bytea, bytea)"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says of itself."""

    revision: str | None
    writable: bool
    as_owner: bool
    links_too: bool
    """Whether this role may link the audit."""
    at: datetime

    @property
    def sufficient(self) -> bool:
        """Whether this version of the program can work with the schema as it is."""
        return self.revision is not None and self.revision >= newest()


def newest() -> str:
    """Return the newest revision that this version of the program brings along."""
    return max(path.name[:4] for path in VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))


async def revision(conn: Connection) -> str | None:
    """Return the database's revision, or None where nothing was ever migrated."""
    if await conn.fetchval("SELECT to_regclass('public.alembic_version') IS NULL"):
        return None
    found: str | None = await conn.fetchval("SELECT max(version_num) FROM public.alembic_version")
    return found


async def look(conn: Connection) -> Seen:
    """Look at the schema, at whether rows can be written, at whom we are, and at the clock."""
    found = await revision(conn)
    [row] = await conn.fetch(
        """
        SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writable,
               coalesce((SELECT relowner = current_user::regrole
                           FROM pg_class WHERE oid = to_regclass('public.alembic_version')), false) AS as_owner,
               coalesce(has_function_privilege(to_regprocedure($1), 'EXECUTE'), false) AS links_too,
               clock_timestamp() AS at
        """,
        LINKING,
    )
    return Seen(found, row["writable"], row["as_owner"], row["links_too"], row["at"])


async def key_ids(conn: Connection) -> frozenset[str]:
    """Return the ids of the keys that live secrets are sealed under; reads all factors."""
    rows = await conn.fetch(
        """
        SELECT key_id FROM factor WHERE state = 'active'
         UNION
        SELECT key_id FROM enrollment WHERE state = 'pending'
        """
    )
    return frozenset(row["key_id"] for row in rows)
