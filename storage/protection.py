"""Table protected_person: who counts as privileged without a role, as the host said."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from storage.pool import Connection


async def of(conn: Connection, person_ids: Collection[int]) -> set[int]:
    """Return which of *person_ids* are protected; their rows are held where it decides something."""
    rows = await conn.fetch("SELECT person_id FROM protected_person WHERE person_id = ANY ($1)", sorted(person_ids))
    return {row["person_id"] for row in rows}


async def protect(conn: Connection, person_id: int, *, by: str, now: datetime) -> bool:
    """Protect a person; return False if they were protected before."""
    found = await conn.fetchval(
        """
        INSERT INTO protected_person (person_id, protected_at, protected_by)
        VALUES ($1, $2, $3)
            ON CONFLICT (person_id) DO NOTHING
        RETURNING person_id
        """,
        person_id,
        now,
        by,
    )
    return found is not None


async def unprotect(conn: Connection, person_id: int) -> bool:
    """End the protection of a person; return False if they were not protected."""
    found = await conn.fetchval("DELETE FROM protected_person WHERE person_id = $1 RETURNING person_id", person_id)
    return found is not None
