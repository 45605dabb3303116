"""What an unlock does to a factor, whoever unlocks: the helpdesk, a recovery code, or break-glass (C10)."""

from __future__ import annotations

from datetime import datetime

from bot.core import throttle
from bot.core.factors import Factor
from bot.core.throttle import Limits
from storage import attempts, factors
from storage.pool import Connection


async def helps(conn: Connection, factor: Factor, limits: Limits, *, now: datetime) -> bool:
    """Return whether a lock or a wait stands that an unlock ends; the transaction holds the factor's row."""
    waits = await attempts.any_waits(conn, factor.factor_id, now=now)
    return throttle.unlock_helps(factor.count, now, limits, waits=waits)


async def unlock(conn: Connection, factor: Factor, limits: Limits, *, now: datetime) -> None:
    """End the lock and every wait, not the counts."""
    await _unlock(conn, factor, limits, now=now, verified_at=None)


async def by_recovery_code(conn: Connection, factor: Factor, limits: Limits, *, now: datetime) -> bool:
    """Save that a recovery code was accepted; return whether it ended a lock or a wait.

    It is the way out that no attacker can close: it counts as an unlock, but no number of unlocks refuses it (C5).
    """
    if await helps(conn, factor, limits, now=now):
        await _unlock(conn, factor, limits, now=now, verified_at=now)
        return True
    await factors.save_count(conn, factor.factor_id, factor.count, verified_at=now)
    return False


async def _unlock(
    conn: Connection, factor: Factor, limits: Limits, *, now: datetime, verified_at: datetime | None
) -> None:
    count = throttle.after_unlock(factor.count, now, limits)
    await factors.save_count(conn, factor.factor_id, count, verified_at=verified_at)
    await attempts.end_waits(conn, factor.factor_id)
