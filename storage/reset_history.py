"""Table reset_request: what was asked before, about a person and by one."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.pool import Connection


async def count_executed(conn: Connection, subject_id: int, *, now: datetime, within: timedelta) -> int:
    """Count how often a person's MFA was reset lately."""
    found = await conn.fetchval(
        "SELECT count(*) FROM reset_request WHERE subject_id = $1 AND state = 'executed' AND ended_at > $2",
        subject_id,
        now - within,
    )
    return int(found)


async def count_asked(conn: Connection, requester_id: int, *, now: datetime, within: timedelta) -> int:
    """Count how many requests a requester has opened lately."""
    found = await conn.fetchval(
        "SELECT count(*) FROM reset_request WHERE requester_id = $1 AND opened_at > $2", requester_id, now - within
    )
    return int(found)


async def count_stolen(conn: Connection, requester_id: int, *, now: datetime, within: timedelta) -> int:
    """Count how often a requester, whose row is held, has reported a stolen phone lately."""
    found = await conn.fetchval(
        "SELECT count(*) FROM reset_request WHERE requester_id = $1 AND happened = 'stolen' AND opened_at > $2",
        requester_id,
        now - within,
    )
    return int(found)


async def vetoed_at(conn: Connection, subject_id: int, *, requester_id: int) -> datetime | None:
    """Return when a person last stopped a request of this requester's, other than for a stolen phone."""
    found: datetime | None = await conn.fetchval(
        """
        SELECT max(ended_at)
          FROM reset_request
         WHERE subject_id = $1
           AND requester_id = $2
           AND state = 'vetoed'
           AND happened <> 'stolen'
        """,
        subject_id,
        requester_id,
    )
    return found


async def last_veto(conn: Connection, subject_id: int) -> datetime | None:
    """Return when a person last stopped a request, anybody's; None if they have not since their last reset."""
    row = await conn.fetchrow(
        """
        SELECT state, ended_at
          FROM reset_request
         WHERE subject_id = $1
           AND state IN ('vetoed', 'executed')
         ORDER BY ended_at DESC, request_id DESC
         LIMIT 1
        """,
        subject_id,
    )
    return row["ended_at"] if row is not None and row["state"] == "vetoed" else None
