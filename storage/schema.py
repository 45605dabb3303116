"""Which revision the database's schema has, and whether it is enough for this version of the program.

Revisions are numbers of four digits. A newer schema than the program's own is enough too: migrations run before the
program is replaced, and the old one goes on for a while.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg

from storage.pool import Connection

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest() -> str:
    """Return the newest revision that this version of the program brings along."""
    return max(path.name[:4] for path in VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))


async def revision(conn: Connection) -> str | None:
    """Return the database's revision, or None where nothing was ever migrated."""
    try:
        found: str | None = await conn.fetchval("SELECT max(version_num) FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    return found


async def is_sufficient(conn: Connection) -> bool:
    """Say whether this version of the program can work with the schema as it is."""
    found = await revision(conn)
    return found is not None and found >= newest()
