"""Tables audit_event and audit_link: append-only."""

from __future__ import annotations

from datetime import datetime

from bot.core.audit import Event, canonical
from storage.pool import Connection


async def record(conn: Connection, *events: Event) -> None:
    """Write events, in the transaction of what they tell (R1)."""
    if not events:
        return
    await conn.execute(
        """
        INSERT INTO audit_event (at, kind, actor, surface, subject_id, detail)
        SELECT *
          FROM unnest($1::timestamptz [], $2::text [], $3::text [], $4::text [], $5::bigint [], $6::text [])
        """,
        [event.at for event in events],
        [event.kind for event in events],
        [event.actor for event in events],
        [event.surface for event in events],
        [event.subject_id for event in events],
        [canonical(event.detail) for event in events],
    )


async def ensure_months(conn: Connection, *, now: datetime) -> None:
    """Make the partitions of this month and the next."""
    await conn.execute("SELECT ensure_audit_months($1)", now)
