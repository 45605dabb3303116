"""Table workspace: where the bot is installed."""

from __future__ import annotations

from datetime import datetime

from bot.core.people import Home
from storage.pool import Connection


async def save(conn: Connection, home: Home, *, now: datetime) -> None:
    """Remember *home*, as Slack has just named it."""
    await conn.execute(
        """
        INSERT INTO workspace (team_id, enterprise_id, bot_user_id, seen_at)
        VALUES ($1, $2, $3, $4)
            ON CONFLICT (team_id)
            DO UPDATE SET enterprise_id = excluded.enterprise_id,
                          bot_user_id = excluded.bot_user_id,
                          seen_at = excluded.seen_at
        """,
        home.team_id,
        home.enterprise_id,
        home.bot_user_id,
        now,
    )


async def latest(conn: Connection) -> Home | None:
    """Return the workspace that was seen last, or None before the first time."""
    row = await conn.fetchrow(
        """
        SELECT team_id, enterprise_id, bot_user_id
          FROM workspace
         ORDER BY seen_at DESC
         LIMIT 1
        """
    )
    return None if row is None else Home(row["team_id"], row["enterprise_id"], row["bot_user_id"])


async def every_team(conn: Connection) -> list[str]:
    """Return all workspaces that were ever seen."""
    return [row["team_id"] for row in await conn.fetch("SELECT team_id FROM workspace ORDER BY team_id")]
