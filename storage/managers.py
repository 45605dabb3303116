"""Table manager: who manages whom, as the host said; never what a person can edit in a profile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.pool import Connection


async def of(conn: Connection, person_id: int) -> int | None:
    """Return a person's manager."""
    manager_id: int | None = await conn.fetchval("SELECT manager_id FROM manager WHERE person_id = $1", person_id)
    return manager_id


async def put(conn: Connection, pairs: Sequence[tuple[int, int]], *, now: datetime) -> None:
    """Set the managers of people, given as (person, manager); nobody else's change."""
    await conn.execute(
        """
        INSERT INTO manager (person_id, manager_id, set_at)
        SELECT person_id, manager_id, $3
          FROM unnest($1::bigint [], $2::bigint []) AS pair (person_id, manager_id)
            ON CONFLICT (person_id) DO UPDATE SET manager_id = excluded.manager_id, set_at = excluded.set_at
        """,
        [person_id for person_id, _ in pairs],
        [manager_id for _, manager_id in pairs],
        now,
    )


async def remove(conn: Connection, person_ids: Sequence[int]) -> None:
    """Leave people without a manager."""
    await conn.execute("DELETE FROM manager WHERE person_id = ANY ($1)", person_ids)


async def lock(conn: Connection) -> None:
    """Let nobody else set managers until the transaction ends; taken before any person's row."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('mfabot.managers'))")


async def every(conn: Connection) -> dict[int, int]:
    """Return all managers by person."""
    rows = await conn.fetch("SELECT person_id, manager_id FROM manager")
    return {row["person_id"]: row["manager_id"] for row in rows}
