"""Table message: what the bot has sent, or is about to send, in a person's DM."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

import asyncpg

from bot.core.audit import Detail, canonical
from bot.core.messages import Kind, Message, Settled
from storage.pool import Connection


async def insert(
    conn: Connection,
    person_id: int,
    kind: Kind,
    *,
    now: datetime,
    detail: Detail | None = None,
    enrollment_id: int | None = None,
    cause: str | None = None,
) -> int | None:
    """Make a message that is yet to be posted; return its id, or None where *cause* has made one already."""
    message_id: int | None = await conn.fetchval(
        """
        INSERT INTO message (person_id, kind, detail, enrollment_id, cause, created_at)
        VALUES ($1, $2, $3::text::jsonb, $4, $5, $6)
            ON CONFLICT ON CONSTRAINT message_one_a_cause DO NOTHING
        RETURNING message_id
        """,
        person_id,
        kind,
        canonical(detail or {}),
        enrollment_id,
        cause,
        now,
    )
    return message_id


async def get(conn: Connection, message_id: int) -> Message | None:
    """Return a message."""
    row = await conn.fetchrow(
        """
        SELECT message_id, person_id, kind, detail::text AS detail, enrollment_id, created_at, channel, ts, complete,
               settled, settled_at
          FROM message
         WHERE message_id = $1
        """,
        message_id,
    )
    return None if row is None else _message(row)


async def of_enrollment(conn: Connection, enrollment_id: int) -> Message | None:
    """Return the message that carries, or carried, an enrollment's QR."""
    row = await conn.fetchrow(
        """
        SELECT message_id, person_id, kind, detail::text AS detail, enrollment_id, created_at, channel, ts, complete,
               settled, settled_at
          FROM message
         WHERE enrollment_id = $1
        """,
        enrollment_id,
    )
    return None if row is None else _message(row)


async def unsettled(conn: Connection, person_id: int, kind: Kind) -> list[int]:
    """Return the messages of *kind* to a person whose question is still open, in id order."""
    rows = await conn.fetch(
        """
        SELECT message_id
          FROM message
         WHERE person_id = $1
           AND kind = $2
           AND settled IS NULL
         ORDER BY message_id
        """,
        person_id,
        kind,
    )
    return [row["message_id"] for row in rows]


async def unsettled_of(conn: Connection, person_id: int, kinds: Collection[Kind]) -> list[int]:
    """Return the messages of any of *kinds* to a person whose question is still open, in id order."""
    rows = await conn.fetch(
        """
        SELECT message_id
          FROM message
         WHERE person_id = $1
           AND kind = ANY ($2::text [])
           AND settled IS NULL
         ORDER BY message_id
        """,
        person_id,
        sorted(kinds),
    )
    return [row["message_id"] for row in rows]


async def save_reference(conn: Connection, message_id: int, *, channel: str, ts: str) -> bool:
    """Remember where in Slack the message is; False where it is somewhere already: the first post is the message."""
    done = await conn.execute(
        "UPDATE message SET channel = $2, ts = $3 WHERE message_id = $1 AND ts IS NULL", message_id, channel, ts
    )
    return bool(done == "UPDATE 1")


async def mark_complete(conn: Connection, message_id: int) -> None:
    """Remember that image and buttons were added to the bare sentence."""
    await conn.execute("UPDATE message SET complete = true WHERE message_id = $1", message_id)


async def settle(conn: Connection, message_id: int, settled: Settled, *, now: datetime) -> None:
    """Remember how a message's question was answered; the first answer stands."""
    await conn.execute(
        "UPDATE message SET settled = $2, settled_at = $3 WHERE message_id = $1 AND settled IS NULL",
        message_id,
        settled,
        now,
    )


def _message(row: asyncpg.Record) -> Message:
    return Message(
        message_id=row["message_id"],
        person_id=row["person_id"],
        kind=Kind(row["kind"]),
        detail=json.loads(row["detail"]),
        enrollment_id=row["enrollment_id"],
        created_at=row["created_at"],
        channel=row["channel"],
        ts=row["ts"],
        complete=row["complete"],
        settled=None if row["settled"] is None else Settled(row["settled"]),
        settled_at=row["settled_at"],
    )
