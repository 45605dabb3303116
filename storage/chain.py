"""Tables audit_unlinked, audit_link and audit_head: which events no link covers yet, the chain, and its head."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.core.chain import End, Head, Link
from storage.audit_entries import AT_SPELLED, Mark
from storage.pool import Connection
from storage.streams import Stream, open_stream

LOCK = 0x6D666163  # "mfac": one worker at a time
LINKS_A_FETCH = 200


async def take_turn(conn: Connection) -> bool:
    """Be the only one who links until the transaction ends; False where somebody else is."""
    return bool(await conn.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK))


async def take_marks(conn: Connection, *, limit: int) -> list[Mark]:
    """Take the marks of the oldest committed events that no link covers yet."""
    rows = await conn.fetch(
        """
        DELETE FROM audit_unlinked
         WHERE event_id IN (SELECT event_id FROM audit_unlinked ORDER BY event_id LIMIT $1)
        RETURNING event_id, at
        """,
        limit,
    )
    return [Mark(row["event_id"], row["at"]) for row in rows]


async def oldest_unlinked(conn: Connection) -> datetime | None:
    """Return of when the oldest event is that no link covers yet."""
    found: datetime | None = await conn.fetchval("SELECT at FROM audit_unlinked ORDER BY event_id LIMIT 1")
    return found


async def marked(conn: Connection, event_ids: Sequence[int]) -> frozenset[int]:
    """Return which of these events wait to be linked."""
    rows = await conn.fetch("SELECT event_id FROM audit_unlinked WHERE event_id = ANY ($1)", event_ids)
    return frozenset(row["event_id"] for row in rows)


async def marks_without_event(conn: Connection, *, limit: int) -> list[int]:
    """Return events that wait to be linked and are not there, the oldest first."""
    rows = await conn.fetch(
        """
        SELECT event_id
          FROM audit_unlinked AS mark
         WHERE NOT EXISTS (SELECT FROM audit_event AS event WHERE event.event_id = mark.event_id)
         ORDER BY event_id
         LIMIT $1
        """,
        limit,
    )
    return [row["event_id"] for row in rows]


async def append(conn: Connection, link: Link) -> None:
    """Write a link; never over another."""
    await conn.execute(
        """
        INSERT INTO audit_link (link_no, linked_at, key_id, previous, event_ids, digests, total, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        link.number,
        datetime.fromisoformat(link.linked_at),
        link.key_id,
        link.previous,
        link.event_ids,
        link.digests,
        link.total,
        link.mac,
    )


async def end(conn: Connection) -> End | None:
    """Return what the next link has to know of the last one in the table."""
    row = await conn.fetchrow("SELECT link_no, total FROM audit_link ORDER BY link_no DESC LIMIT 1")
    return None if row is None else End(row["link_no"], row["total"])


async def links(conn: Connection) -> Stream[Link]:
    """Stream all links, in their order."""
    return await open_stream(
        conn,
        f"""
        SELECT link_no, {AT_SPELLED.format("linked_at")} AS linked_at, key_id, previous, event_ids, digests, total, mac
          FROM audit_link
         ORDER BY link_no
        """,  # noqa: S608  our own words
        read=_link,
        size=LINKS_A_FETCH,
    )


async def head(conn: Connection) -> Head | None:
    """Return the head."""
    row = await conn.fetchrow(
        f"SELECT link_no, mac, {AT_SPELLED.format('linked_at')} AS linked_at, total, key_id, seal FROM audit_head"  # noqa: S608  our own words
    )
    if row is None:
        return None
    return Head(row["link_no"], row["mac"], row["linked_at"], row["total"], row["key_id"], row["seal"])


async def save_head(conn: Connection, head: Head) -> None:
    """Put this head in the place of the last one."""
    await conn.execute(
        """
        INSERT INTO audit_head (link_no, mac, linked_at, total, key_id, seal)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (one)
            DO UPDATE SET link_no = excluded.link_no,
                          mac = excluded.mac,
                          linked_at = excluded.linked_at,
                          total = excluded.total,
                          key_id = excluded.key_id,
                          seal = excluded.seal
        """,
        head.number,
        head.mac,
        datetime.fromisoformat(head.linked_at),
        head.total,
        head.key_id,
        head.seal,
    )


def _link(row: asyncpg.Record) -> Link:
    return Link(
        number=row["link_no"],
        linked_at=row["linked_at"],
        key_id=row["key_id"],
        previous=row["previous"],
        event_ids=tuple(row["event_ids"]),
        digests=row["digests"],
        total=row["total"],
        mac=row["mac"],
    )
