"""Table attempt: failures and the wait, per factor and surface. The factor's row is held by whoever writes here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.throttle import SurfaceCount
from storage.pool import Connection


async def get(conn: Connection, factor_id: int, surface: str) -> SurfaceCount:
    """Return what is counted on *surface*; nothing yet is a count of none."""
    row = await conn.fetchrow(
        "SELECT failures, failed_at, not_before FROM attempt WHERE factor_id = $1 AND surface = $2", factor_id, surface
    )
    return SurfaceCount() if row is None else SurfaceCount(row["failures"], row["failed_at"], row["not_before"])


async def save(conn: Connection, counts: Sequence[tuple[int, str, SurfaceCount]]) -> None:
    """Save what is counted for factors, by id, on surfaces; each pair of the two once."""
    await conn.execute(
        """
        INSERT INTO attempt (factor_id, surface, failures, failed_at, not_before)
        SELECT *
          FROM unnest($1::bigint [], $2::text [], $3::bigint [], $4::timestamptz [], $5::timestamptz [])
            ON CONFLICT (factor_id, surface)
            DO UPDATE SET failures = excluded.failures,
                          failed_at = excluded.failed_at,
                          not_before = excluded.not_before
        """,
        [factor_id for factor_id, _, _ in counts],
        [surface for _, surface, _ in counts],
        [count.failures for _, _, count in counts],
        [count.failed_at for _, _, count in counts],
        [count.not_before for _, _, count in counts],
    )


async def end_waits(conn: Connection, factor_id: int) -> None:
    """End the waits on every surface, not the counts."""
    await conn.execute(
        "UPDATE attempt SET not_before = NULL WHERE factor_id = $1 AND not_before IS NOT NULL", factor_id
    )


async def any_waits(conn: Connection, factor_id: int, *, now: datetime) -> bool:
    """Whether a wait stands on any surface of the factor."""
    found = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM attempt WHERE factor_id = $1 AND not_before > $2)", factor_id, now
    )
    return bool(found)
