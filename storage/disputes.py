"""Table factor: which of them their owners dispute, and what a dispute looks at."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from storage.pool import Connection


async def dispute(conn: Connection, factor_id: int, *, now: datetime) -> None:
    """Have a factor count as disputed for as long as it is active."""
    await conn.execute(
        "UPDATE factor SET disputed_at = $2 WHERE factor_id = $1 AND disputed_at IS NULL", factor_id, now
    )


async def disputed(conn: Connection, person_ids: Collection[int]) -> set[int]:
    """Return whose active factor is disputed, as far as can be seen without holding anything."""
    rows = await conn.fetch(
        "SELECT person_id FROM factor WHERE person_id = ANY ($1) AND state = 'active' AND disputed_at IS NOT NULL",
        sorted(person_ids),
    )
    return {row["person_id"] for row in rows}


async def changed_since(conn: Connection, person_id: int, *, since: datetime) -> bool:
    """Whether a person's MFA was set up, replaced or given new recovery codes at *since* or later."""
    return bool(
        await conn.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM factor
                  LEFT JOIN recovery_set USING (factor_id)
                 WHERE factor.person_id = $1
                   AND (factor.created_at >= $2 OR recovery_set.made_at >= $2)
            )
            """,
            person_id,
            since,
        )
    )
