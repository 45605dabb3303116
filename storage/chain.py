"""Tables audit_link and audit_head: the chain, and its head."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from bot.core.chain import Head, Link, Standing
from storage.audit_entries import AT_SPELLED
from storage.pool import Connection
from storage.streams import Stream, open_stream

LOCK = 0x6D666163  # "mfac": one worker at a time
LINKS_A_FETCH = 200
MOST_LINKS = (1 << 53) - 1
"""As the constraint has it."""


async def take_turn(conn: Connection) -> bool:
    """Be the only one who links until the transaction ends; False where somebody else is."""
    return bool(await conn.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK))


async def wait_for_turn(conn: Connection) -> None:
    """Be the only one who links until the transaction ends, after whoever links now."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)


async def append(conn: Connection, link: Link, head: Head) -> None:
    """Write a link that follows the head, in the place of its events' marks; *head* is the new one."""
    await conn.execute(
        "SELECT append_audit_link($1, $2, $3, $4, $5, $6, $7)",
        datetime.fromisoformat(link.linked_at),
        link.key_id,
        link.previous,
        link.event_ids,
        link.digests,
        link.mac,
        head.seal,
    )


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


async def standing(conn: Connection) -> Standing:
    """Return the head, and what is there of the chain beside it."""
    [row] = await conn.fetch(
        f"""
        SELECT head.link_no, mac, {AT_SPELLED.format("linked_at")} AS linked_at, total, key_id, seal,
               EXISTS (SELECT FROM audit_link) AS links,
               EXISTS (SELECT FROM audit_link WHERE link_no = least(head.link_no, {MOST_LINKS}) + 1) AS overtaken
          FROM (SELECT) AS always
          LEFT JOIN audit_head AS head ON true
        """  # noqa: S608  our own words
    )
    head = None
    if row["link_no"] is not None:
        head = Head(row["link_no"], row["mac"], row["linked_at"], row["total"], row["key_id"], row["seal"])
    return Standing(head, links=row["links"], overtaken=row["overtaken"])


async def save_head(conn: Connection, head: Head | None) -> None:
    """Put this head in the place of the last one; only the owner may. None: the chain has yet to begin."""
    await conn.execute("DELETE FROM audit_head")
    if head is not None:
        await conn.execute(
            "INSERT INTO audit_head (link_no, mac, linked_at, total, key_id, seal) VALUES ($1, $2, $3, $4, $5, $6)",
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
