"""Table event_day: the audit, counted by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.core.report import Counts, What
from storage.pool import Connection


async def add(conn: Connection, counted: Mapping[tuple[date, What], int]) -> None:
    """Add to the days; by who links, in the transaction that links (one at a time)."""
    if not counted:
        return
    await conn.execute(
        """
        INSERT INTO event_day (day, what, count)
        SELECT * FROM unnest($1::date [], $2::text [], $3::bigint [])
            ON CONFLICT (day, what) DO UPDATE SET count = event_day.count + excluded.count
        """,
        [day for day, _ in counted],
        [what for _, what in counted],
        list(counted.values()),
    )


async def since(conn: Connection, first: date) -> Counts:
    """Return the counts from a day on."""
    rows = await conn.fetch("SELECT day, what, count FROM event_day WHERE day >= $1", first)
    return {(row["day"], What(row["what"])): row["count"] for row in rows}
