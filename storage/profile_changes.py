"""Table profile_change: when a person's profile last changed, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.pool import Connection


async def note(conn: Connection, person_id: int, fields: Sequence[str], *, now: datetime) -> None:
    """Remember that these fields have just changed."""
    await conn.execute(
        """
        INSERT INTO profile_change (person_id, field, changed_at)
        SELECT $1, field, $3
          FROM unnest($2::text []) AS field
            ON CONFLICT (person_id, field) DO UPDATE SET changed_at = excluded.changed_at
        """,
        person_id,
        fields,
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
