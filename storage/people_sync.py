"""Table people_sync: how far the sync of a workspace's people has come."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from bot.core.sync import Counts, Sync
from storage.pool import Connection

_COLUMNS = """
    sync_id, team_id, due_at, started_at, next_cursor, paged_at, bot_listed, listed, taken_in, changed, deactivated,
    read_at, finished_at, compared_at, expected
"""


async def ensure(conn: Connection, team_id: str, *, due_at: datetime) -> Sync:
    """Return the row of a workspace that is known, as it is now; a new one is due at *due_at*."""
    found = await _of(conn, team_id)
    if found is not None:
        return found
    await conn.execute(
        "INSERT INTO people_sync (team_id, due_at) VALUES ($1, $2) ON CONFLICT (team_id) DO NOTHING", team_id, due_at
    )
    made = await _of(conn, team_id)
    if made is None:
        raise LookupError("a row of people_sync that is never deleted")
    return made


async def hold(conn: Connection, sync_id: int) -> Sync | None:
    """Hold a row until the transaction ends. It comes before all other locks, and only syncs take it."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM people_sync WHERE sync_id = $1 FOR NO KEY UPDATE",  # noqa: S608  our own words
        sync_id,
    )
    return None if row is None else _sync(row)


async def latest(conn: Connection) -> Sync | None:
    """Return the row of the workspace that Slack named last, if it has one."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS}
          FROM people_sync
         WHERE team_id = (SELECT team_id FROM workspace ORDER BY seen_at DESC LIMIT 1)
        """  # noqa: S608  our own words
    )
    return None if row is None else _sync(row)


async def save(conn: Connection, sync: Sync) -> None:
    """Save a row that is held."""
    await conn.execute(
        """
        UPDATE people_sync
           SET due_at = $2,
               started_at = $3,
               next_cursor = $4,
               paged_at = $5,
               bot_listed = $6,
               listed = $7,
               taken_in = $8,
               changed = $9,
               deactivated = $10,
               read_at = $11,
               finished_at = $12,
               compared_at = $13,
               expected = $14
         WHERE sync_id = $1
        """,
        sync.sync_id,
        sync.due_at,
        sync.started_at,
        sync.cursor,
        sync.paged_at,
        sync.bot_listed,
        sync.counts.listed,
        sync.counts.taken_in,
        sync.counts.changed,
        sync.counts.deactivated,
        sync.read_at,
        sync.finished_at,
        sync.compared_at,
        sync.expected,
    )


async def _of(conn: Connection, team_id: str) -> Sync | None:
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM people_sync WHERE team_id = $1", team_id)  # noqa: S608  our own words
    return None if row is None else _sync(row)


def _sync(row: asyncpg.Record) -> Sync:
    return Sync(
        sync_id=row["sync_id"],
        team_id=row["team_id"],
        due_at=row["due_at"],
        started_at=row["started_at"],
        cursor=row["next_cursor"],
        paged_at=row["paged_at"],
        bot_listed=row["bot_listed"],
        counts=Counts(row["listed"], row["taken_in"], row["changed"], row["deactivated"]),
        read_at=row["read_at"],
        finished_at=row["finished_at"],
        compared_at=row["compared_at"],
        expected=row["expected"],
    )
