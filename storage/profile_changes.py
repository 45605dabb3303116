"""Table profile_change: when a person's profile last changed, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.pool import Connection


async def note(conn: Connection, changes: Sequence[tuple[int, str]], *, now: datetime) -> None:
    """Remember that these people's fields have just changed."""
    await conn.execute(
        """
        INSERT INTO profile_change (person_id, field, changed_at)
        SELECT person_id, field, $3
          FROM unnest($1::bigint [], $2::text []) AS changed (person_id, field)
            ON CONFLICT (person_id, field) DO UPDATE SET changed_at = excluded.changed_at
        """,
        [person_id for person_id, _ in changes],
        [field for _, field in changes],
        now,
    )


async def lately(conn: Connection, person_id: int, *, now: datetime, within: timedelta) -> tuple[str, ...]:
    """Return the fields that have changed lately, by name."""
    rows = await conn.fetch(
        "SELECT field FROM profile_change WHERE person_id = $1 AND changed_at > $2 ORDER BY field",
        person_id,
        now - within,
    )
    return tuple(row["field"] for row in rows)
