"""Table enrollment: at most one pending a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from bot.core.enrollment import Enrollment, State
from bot.core.sealing import Sealed
from storage.pool import Connection

_HOUR = timedelta(hours=1)


async def next_id(conn: Connection) -> int:
    """Take the id of an enrollment to come: its secret is sealed for that very row (K1)."""
    return int(await conn.fetchval("SELECT nextval(pg_get_serial_sequence('enrollment', 'enrollment_id'))"))


async def insert(conn: Connection, enrollment: Enrollment) -> None:
    """Make a pending enrollment."""
    if enrollment.sealed is None:
        raise ValueError("a pending enrollment has a secret")
    await conn.execute(
        """
        INSERT INTO enrollment (enrollment_id, person_id, intent, replaces, key_id, box, started_at, expires_at,
                                keeps_age)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        enrollment.enrollment_id,
        enrollment.person_id,
        enrollment.intent,
        enrollment.replaces,
        enrollment.sealed.key_id,
        enrollment.sealed.box,
        enrollment.started_at,
        enrollment.expires_at,
        enrollment.keeps_age,
    )


async def get(conn: Connection, enrollment_id: int) -> Enrollment | None:
    """Return an enrollment. It is safe to act on only while its person's row is held."""
    row = await conn.fetchrow(
        """
        SELECT enrollment_id, person_id, intent, state, replaces, key_id, box, wrong, started_at, expires_at, ended_at,
               keeps_age
          FROM enrollment
         WHERE enrollment_id = $1
        """,
        enrollment_id,
    )
    return None if row is None else _enrollment(row)


async def pending_of(conn: Connection, person_id: int) -> Enrollment | None:
    """Return the pending enrollment of a person, or None."""
    row = await conn.fetchrow(
        """
        SELECT enrollment_id, person_id, intent, state, replaces, key_id, box, wrong, started_at, expires_at, ended_at,
               keeps_age
          FROM enrollment
         WHERE person_id = $1
           AND state = 'pending'
        """,
        person_id,
    )
    return None if row is None else _enrollment(row)


async def by_intent(conn: Connection, person_id: int, intent: UUID) -> Enrollment | None:
    """Return what this very submission started already, or None."""
    row = await conn.fetchrow(
        """
        SELECT enrollment_id, person_id, intent, state, replaces, key_id, box, wrong, started_at, expires_at, ended_at,
               keeps_age
          FROM enrollment
         WHERE person_id = $1
           AND intent = $2
        """,
        person_id,
        intent,
    )
    return None if row is None else _enrollment(row)


async def count_lately(conn: Connection, person_id: int, *, now: datetime) -> int:
    """Count the starts of the last hour."""
    return int(
        await conn.fetchval(
            "SELECT count(*) FROM enrollment WHERE person_id = $1 AND started_at > $2", person_id, now - _HOUR
        )
    )


async def save(conn: Connection, enrollment: Enrollment) -> None:
    """Save the state, the count of wrong codes, and whether there is still a secret."""
    await conn.execute(
        """
        UPDATE enrollment
           SET state = $2,
               wrong = $3,
               ended_at = $4,
               key_id = $5,
               box = $6
         WHERE enrollment_id = $1
        """,
        enrollment.enrollment_id,
        enrollment.state,
        enrollment.wrong,
        enrollment.ended_at,
        enrollment.sealed.key_id if enrollment.sealed else None,
        enrollment.sealed.box if enrollment.sealed else None,
    )


async def overdue(conn: Connection, *, now: datetime, limit: int) -> list[int]:
    """Return pending enrollments past their time, longest overdue first."""
    rows = await conn.fetch(
        """
        SELECT enrollment_id
          FROM enrollment
         WHERE state = 'pending'
           AND expires_at <= $1
         ORDER BY expires_at
         LIMIT $2
        """,
        now,
        limit,
    )
    return [row["enrollment_id"] for row in rows]


async def unshredded(conn: Connection, *, ended_before: datetime, limit: int) -> list[int]:
    """Return ended enrollments of which something may still be in Slack, longest ago first."""
    rows = await conn.fetch(
        """
        SELECT enrollment_id
          FROM enrollment
         WHERE state <> 'pending'
           AND shredded_at IS NULL
           AND ended_at <= $1
         ORDER BY ended_at
         LIMIT $2
        """,
        ended_before,
        limit,
    )
    return [row["enrollment_id"] for row in rows]


async def mark_shredded(conn: Connection, enrollment_id: int, *, now: datetime) -> None:
    """Remember that Slack holds nothing of it any more."""
    await conn.execute(
        "UPDATE enrollment SET shredded_at = $2 WHERE enrollment_id = $1 AND state <> 'pending'", enrollment_id, now
    )


def _enrollment(row: asyncpg.Record) -> Enrollment:
    return Enrollment(
        enrollment_id=row["enrollment_id"],
        person_id=row["person_id"],
        intent=row["intent"],
        state=State(row["state"]),
        replaces=row["replaces"],
        sealed=None if row["box"] is None else Sealed(row["key_id"], row["box"]),
        wrong=row["wrong"],
        started_at=row["started_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        keeps_age=row["keeps_age"],
    )


async def mark_unshredded(conn: Connection, enrollment_id: int) -> None:
    """Remember that something of it may have come into Slack again."""
    await conn.execute("UPDATE enrollment SET shredded_at = NULL WHERE enrollment_id = $1", enrollment_id)
