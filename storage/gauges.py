"""What is counted over whole tables for whoever watches the bot, each by an index that holds little else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.pool import Connection, be_patient


@dataclass(frozen=True, slots=True)
class JobCount:
    """The jobs of one name and state in the queue. *overdue_s*: for how long the oldest of them could have run."""

    name: str
    state: str
    count: int
    overdue_s: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """The members of the home workspace, and how many of them have MFA."""

    members: int
    enrolled: int


async def jobs(conn: Connection) -> list[JobCount]:
    """Count the queue."""
    rows = await conn.fetch(
        """
        SELECT entrypoint,
               status::text AS state,
               count(*) AS count,
               greatest(0, extract(epoch FROM now() - min(execute_after)))::float8 AS overdue_s
          FROM jobs.pgqueuer
         GROUP BY entrypoint, status
        """
    )
    return [JobCount(row["entrypoint"], row["state"], row["count"], row["overdue_s"]) for row in rows]


async def unshredded(conn: Connection) -> tuple[int, datetime | None]:
    """Count the QR files of ended enrollments that Slack may still hold; since when the oldest should be gone (E4)."""
    [row] = await conn.fetch(
        """
        SELECT count(*) AS count, min(enrollment.ended_at) AS oldest
          FROM qr_file
          JOIN enrollment USING (enrollment_id)
         WHERE qr_file.deleted_at IS NULL
           AND enrollment.state <> 'pending'
        """
    )
    return row["count"], row["oldest"]


async def open_requests(conn: Connection) -> dict[str, int]:
    """Count the open reset requests by state; a state without any is missing."""
    rows = await conn.fetch(
        """
        SELECT state, count(*) AS count
          FROM reset_request
         WHERE state IN ('awaiting_approval', 'holding')
         GROUP BY state
        """
    )
    return {row["state"]: row["count"] for row in rows}


async def coverage(conn: Connection, *, team_id: str | None, within_s: float | None = None) -> Coverage:
    """Count the members of a workspace (None: the one that Slack named last), with MFA and without.

    It reads them all, half a second a million. *within_s*: what it may take, where that is more than a statement may.
    """
    if within_s is not None:
        await be_patient(conn, within_s)
    [row] = await conn.fetch(
        """
        SELECT count(*) AS members, count(factor.person_id) AS enrolled
          FROM person
          LEFT JOIN factor ON factor.person_id = person.person_id AND factor.state = 'active'
         WHERE person.team_id = coalesce($1, (SELECT team_id FROM workspace ORDER BY seen_at DESC LIMIT 1))
           AND person.standing = 'member'
        """,
        team_id,
        timeout=within_s,
    )
    return Coverage(row["members"], row["enrolled"])
