"""Table lockdown: one row, first in the order of locks."""

from __future__ import annotations

from datetime import datetime

from bot.core.actions import Lockdown
from storage.pool import Connection


async def share(conn: Connection) -> Lockdown | None:
    """Return the lockdown that stands, and hold it as it is until the transaction ends."""
    row = await conn.fetchrow("SELECT since, by_person FROM lockdown FOR SHARE")
    return None if row is None or row["since"] is None else Lockdown(row["since"], row["by_person"])


async def hold(conn: Connection) -> Lockdown | None:
    """Return the lockdown that stands, and hold it alone: for starting and lifting."""
    row = await conn.fetchrow("SELECT since, by_person FROM lockdown FOR UPDATE")
    return None if row is None or row["since"] is None else Lockdown(row["since"], row["by_person"])


async def look(conn: Connection) -> Lockdown | None:
    """Return the lockdown that stands, for showing."""
    row = await conn.fetchrow("SELECT since, by_person FROM lockdown")
    return None if row is None or row["since"] is None else Lockdown(row["since"], row["by_person"])


async def start(conn: Connection, *, by_person: int | None, reason: str, now: datetime) -> None:
    """Begin a lockdown."""
    await conn.execute("UPDATE lockdown SET since = $1, by_person = $2, reason = $3", now, by_person, reason)


async def end(conn: Connection) -> None:
    """End it."""
    await conn.execute("UPDATE lockdown SET since = NULL, by_person = NULL, reason = NULL")
