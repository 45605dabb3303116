"""Table reset_request: one open a subject."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from bot.core.identity_check import IdentityCheck
from bot.core.resets import Happened, Reset, State
from storage.pool import Connection

# Spelled once, since every question asks for all of them.
_COLUMNS = """
    request_id, intent, subject_id, requester_id, factor_id, state, happened, reason, direct, privileged, opened_at,
    expires_at, hold_until, approver_id, ended_at, ended_by, denial, code_accepted_at,
    identity_check
"""


async def insert(conn: Connection, reset: Reset) -> Reset:
    """Store a new request; its id is in the answer."""
    rows = await conn.fetch(
        f"""
        INSERT INTO reset_request (intent, subject_id, requester_id, factor_id, state, happened, reason, direct,
                                   privileged, opened_at, expires_at, hold_until, approver_id, ended_at, ended_by,
                                   identity_check)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        RETURNING {_COLUMNS}
        """,  # noqa: S608  our own words
        reset.intent,
        reset.subject_id,
        reset.requester_id,
        reset.factor_id,
        reset.state,
        reset.happened,
        reset.reason,
        reset.direct,
        reset.privileged,
        reset.opened_at,
        reset.expires_at,
        reset.hold_until,
        reset.approver_id,
        reset.ended_at,
        reset.ended_by,
        reset.identity_check,
    )
    return _reset(rows[0])


async def get(conn: Connection, request_id: int) -> Reset | None:
    """Return a request without holding it."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM reset_request WHERE request_id = $1", request_id)  # noqa: S608  our own words
    return None if row is None else _reset(row)


async def lock(conn: Connection, request_id: int) -> Reset | None:
    """Hold a request until the transaction ends; after the rows of its people."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM reset_request WHERE request_id = $1 FOR NO KEY UPDATE",  # noqa: S608  our own words
        request_id,
    )
    return None if row is None else _reset(row)


async def of_intent(conn: Connection, intent: UUID) -> Reset | None:
    """Return the request that a submission has made already."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM reset_request WHERE intent = $1", intent)  # noqa: S608  our own words
    return None if row is None else _reset(row)


async def lock_open_about(conn: Connection, subject_id: int) -> Reset | None:
    """Hold the request that is open about a person, whose row is held."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS}
          FROM reset_request
         WHERE subject_id = $1
           AND state IN ('awaiting_approval', 'holding')
           FOR NO KEY UPDATE
        """,  # noqa: S608  our own words
        subject_id,
    )
    return None if row is None else _reset(row)


async def hold_open_of(conn: Connection, person_ids: Collection[int]) -> None:
    """Hold, in id order, every open request that people have asked for or approved, or that is about one of them."""
    await conn.execute(
        """
        SELECT request_id
          FROM reset_request
         WHERE (subject_id = ANY ($1) OR requester_id = ANY ($1) OR approver_id = ANY ($1))
           AND state IN ('awaiting_approval', 'holding')
         ORDER BY request_id
           FOR NO KEY UPDATE
        """,
        sorted(person_ids),
    )


async def open_about(conn: Connection, subject_id: int) -> int | None:
    """Return the request that is open about a person, without holding it."""
    found: int | None = await conn.fetchval(
        "SELECT request_id FROM reset_request WHERE subject_id = $1 AND state IN ('awaiting_approval', 'holding')",
        subject_id,
    )
    return found


async def open_with(conn: Connection, person_id: int) -> list[Reset]:
    """Return the open requests that a person has asked for or approved, in id order."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM reset_request
         WHERE (requester_id = $1 OR approver_id = $1)
           AND state IN ('awaiting_approval', 'holding')
         ORDER BY request_id
        """,  # noqa: S608  our own words
        person_id,
    )
    return [_reset(row) for row in rows]


async def count_open_of(conn: Connection, requester_id: int) -> int:
    """Count the open requests of a requester, whose row is held."""
    found = await conn.fetchval(
        """
        SELECT count(*)
          FROM reset_request
         WHERE requester_id = $1
           AND state IN ('awaiting_approval', 'holding')
        """,
        requester_id,
    )
    return int(found)


async def due(conn: Connection, *, now: datetime, limit: int) -> list[Reset]:
    """Return requests whose time has come: to expire, or to take effect after their hold."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM reset_request
         WHERE (state = 'awaiting_approval' AND expires_at <= $1)
            OR (state = 'holding' AND hold_until <= $1)
         ORDER BY request_id
         LIMIT $2
        """,  # noqa: S608  our own words
        now,
        limit,
    )
    return [_reset(row) for row in rows]


async def every_open(conn: Connection, *, limit: int) -> list[Reset]:
    """Return what is open, the oldest first."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM reset_request
         WHERE state IN ('awaiting_approval', 'holding')
         ORDER BY request_id
         LIMIT $1
        """,  # noqa: S608  our own words
        limit,
    )
    return [_reset(row) for row in rows]


async def save(conn: Connection, reset: Reset) -> None:
    """Store where a request has got to."""
    await conn.execute(
        """
        UPDATE reset_request
           SET state = $2,
               hold_until = $3,
               approver_id = $4,
               ended_at = $5,
               ended_by = $6,
               denial = $7
         WHERE request_id = $1
        """,
        reset.request_id,
        reset.state,
        reset.hold_until,
        reset.approver_id,
        reset.ended_at,
        reset.ended_by,
        reset.denial,
    )


async def note_code(conn: Connection, request_id: int, *, now: datetime) -> None:
    """Remember that a code of the subject was accepted, though the request goes on."""
    await conn.execute("UPDATE reset_request SET code_accepted_at = $2 WHERE request_id = $1", request_id, now)


async def mark_reminded(conn: Connection, request_id: int, *, now: datetime) -> bool:
    """Remember that those who could answer were reminded; return whether this was the first time."""
    found = await conn.fetchval(
        "UPDATE reset_request SET reminded_at = $2 WHERE request_id = $1 AND reminded_at IS NULL RETURNING request_id",
        request_id,
        now,
    )
    return found is not None


def _reset(row: asyncpg.Record) -> Reset:
    return Reset(
        request_id=row["request_id"],
        intent=row["intent"],
        subject_id=row["subject_id"],
        requester_id=row["requester_id"],
        factor_id=row["factor_id"],
        state=State(row["state"]),
        happened=Happened(row["happened"]),
        reason=row["reason"],
        direct=row["direct"],
        privileged=row["privileged"],
        opened_at=row["opened_at"],
        expires_at=row["expires_at"],
        hold_until=row["hold_until"],
        approver_id=row["approver_id"],
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        denial=row["denial"],
        code_accepted_at=row["code_accepted_at"],
        identity_check=None if row["identity_check"] is None else IdentityCheck(row["identity_check"]),
    )
