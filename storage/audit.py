"""Table audit_event: append-only."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from bot.core.audit import Event, Kind, canonical
from storage.pool import Connection, be_patient

_NEWEST = 1 << 62
SUBMITTED_WITHIN = timedelta(days=1)
"""A form that was left open for longer is not submitted twice."""


async def record(conn: Connection, *events: Event) -> None:
    """Write events, in the transaction of what they tell (R1); a trigger marks each as not linked yet (K7, K10)."""
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


async def ensure_months(conn: Connection, *, now: datetime, within_s: float) -> None:
    """Make the partitions of this month and the next three, with a patience of their own.

    What lies in the default partition is read whole for a new month: that takes its time if there is much of it. Its
    lock is not waited for, since every reader of events would wait behind.
    """
    await be_patient(conn, within_s)
    await conn.execute("SET LOCAL lock_timeout = '400ms'")
    await conn.execute("SELECT ensure_audit_months($1)", now, timeout=within_s)


async def is_beyond_months(conn: Connection) -> bool:
    """Whether the default partition was ever used: no partition can be made for the months of its events."""
    return bool(await conn.fetchval("SELECT pg_relation_size('public.audit_event_other') > 0"))


async def lately(conn: Connection, subject_id: int, kind: Kind, *, now: datetime, within: timedelta) -> list[datetime]:
    """Return when the latest events of one kind about a person happened."""
    rows = await conn.fetch(
        "SELECT at FROM audit_event WHERE subject_id = $1 AND kind = $2 AND at > $3", subject_id, kind, now - within
    )
    return [row["at"] for row in rows]


async def was_done(
    conn: Connection, subject_id: int, kinds: Collection[Kind], *, actor: str, intent: UUID, now: datetime
) -> Kind | None:
    """Return which of *kinds* the submission of this *intent* has led to within a day, if *actor* carried it out."""
    found = await conn.fetchval(
        """
        SELECT kind
          FROM audit_event
         WHERE subject_id = $1
           AND kind = ANY($2::text [])
           AND at > $3
           AND actor = $4
           AND detail::jsonb ->> 'intent' = $5
        """,
        subject_id,
        list(kinds),
        now - SUBMITTED_WITHIN,
        actor,
        str(intent),
    )
    return None if found is None else Kind(found)


async def page(
    conn: Connection, *, subject_id: int | None, before: int | None, after: int | None, limit: int
) -> list[tuple[int, Event]]:
    """Return events by id, newest first: those next before *before*, or next after *after*, or the newest."""
    about = "TRUE" if subject_id is None else "subject_id = $1"
    # Two ends of the same index: which one, and whether a person is asked for, must be plain to the planner.
    where, order = ("event_id > $2", "ASC") if after is not None else ("event_id < $2", "DESC")
    rows = await conn.fetch(
        f"""
        SELECT event_id, at, kind, actor, surface, subject_id, detail
          FROM audit_event
         WHERE {about}
           AND $1::bigint IS NOT DISTINCT FROM $1::bigint
           AND {where}
         ORDER BY event_id {order}
         LIMIT $3
        """,  # noqa: S608  our own words
        subject_id,
        after if after is not None else before or _NEWEST,
        limit,
    )
    found = [(row["event_id"], _event(row)) for row in rows]
    return sorted(found, key=lambda one: one[0], reverse=True)


def _event(row: asyncpg.Record) -> Event:
    return Event(
        kind=Kind(row["kind"]),
        at=row["at"],
        actor=row["actor"],
        surface=row["surface"],
        subject_id=row["subject_id"],
        detail=json.loads(row["detail"]),
    )
