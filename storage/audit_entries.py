"""Table audit_event as the chain covers it, and as it leaves the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.core.audit import by_person
from bot.core.chain import Entry
from storage.audit_marks import Mark
from storage.pool import Connection
from storage.streams import Stream, open_stream

EVENTS_A_FETCH = 2000
# As `spelled_time` does, whatever the session's settings; and no two times alike, even those that no clock ever said.
AT_SPELLED = (
    """coalesce(to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), {0}::text)"""
    " || CASE WHEN {0} < '0001-01-01 00:00:00+00' THEN ' BC' ELSE '' END"
)
_ENTRY = f"event_id, {AT_SPELLED.format('at')} AS at, kind, actor, surface, subject_id, detail"


async def entries(conn: Connection, marks: Sequence[Mark]) -> dict[int, Entry]:
    """Return the events of these *marks*, those that are there, by id."""
    told = [(mark.event_id, mark.at) for mark in marks if mark.at is not None]
    rows = await _of_no_time(conn, [mark.event_id for mark in marks if mark.at is None])
    if told:
        times = [at for _, at in told]
        rows += await conn.fetch(
            f"""
            SELECT {_ENTRY}
              FROM unnest($1::bigint [], $2::timestamptz []) AS mark (event_id, at)
              JOIN audit_event USING (event_id, at)
             WHERE audit_event.at BETWEEN $3 AND $4
            """,  # noqa: S608  our own words
            [event_id for event_id, _ in told],
            times,
            min(times),
            max(times),
        )
    return {row["event_id"]: _entry(row) for row in rows}


async def _of_no_time(conn: Connection, event_ids: Sequence[int]) -> list[asyncpg.Record]:
    """Return the events whose marks have a time that no clock tells, and the driver could not read."""
    if not event_ids:
        return []
    return await conn.fetch(
        f"""
        SELECT {_ENTRY}
          FROM audit_unlinked AS mark
          JOIN audit_event USING (event_id, at)
         WHERE mark.event_id = ANY ($1)
        """,  # noqa: S608  our own words
        event_ids,
    )


async def existing(conn: Connection, event_ids: Sequence[int]) -> frozenset[int]:
    """Return which of these events are there."""
    rows = await conn.fetch("SELECT event_id FROM audit_event WHERE event_id = ANY ($1)", event_ids)
    return frozenset(row["event_id"] for row in rows)


async def count(conn: Connection) -> int:
    """Count all events; reads them all."""
    return int(await conn.fetchval("SELECT count(*) FROM audit_event"))


async def all_entries(conn: Connection) -> Stream[Entry]:
    """Stream all events, in the order of their ids."""
    return await open_stream(
        conn,
        f"SELECT {_ENTRY} FROM audit_event ORDER BY event_id, audit_event.at",  # noqa: S608  our own words
        read=_entry,
        size=EVENTS_A_FETCH,
    )


async def some_entries(
    conn: Connection, *, since: datetime | None, until: datetime | None, person_id: int | None
) -> Stream[Entry]:
    """Stream the events from *since* to before *until* in which a person had a part; None: any."""
    return await open_stream(
        conn,
        f"""
        SELECT {_ENTRY}
          FROM audit_event
         WHERE audit_event.at >= coalesce($1, '-infinity'::timestamptz)
           AND audit_event.at < coalesce($2, 'infinity'::timestamptz)
           AND ($3::bigint IS NULL OR subject_id = $3 OR actor = $4)
         ORDER BY event_id, audit_event.at
        """,  # noqa: S608  our own words
        since,
        until,
        person_id,
        None if person_id is None else by_person(person_id),
        read=_entry,
        size=EVENTS_A_FETCH,
    )


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        row["event_id"], row["at"], row["kind"], row["actor"], row["surface"], row["subject_id"], row["detail"]
    )
