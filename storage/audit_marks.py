"""Table audit_unlinked: the events that no link covers yet. A trigger makes marks, `append_audit_link` removes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.pool import Connection

COMPARED = 1000
"""The latest events, and the first marks, among which the lag looks."""
IN_BOUNDS = "{0} >= '2000-01-01 00:00:00+00' AND {0} < '2200-01-01 00:00:00+00'"
"""As the constraints have it; a row beyond them, of before there were any, must stop nothing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An event that no link covers yet; *at* is None where it is no time that a clock tells."""

    event_id: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Lag:
    """The oldest event that no link covers, and an event that has no mark either, though none covers it."""

    oldest: datetime | None
    unmarked: int | None


async def first(conn: Connection, *, limit: int) -> list[Mark]:
    """Return the marks of the events that wait to be linked, in the order of their ids."""
    rows = await conn.fetch(
        f"""
        SELECT event_id, CASE WHEN {IN_BOUNDS.format("at")} THEN at END AS at
          FROM audit_unlinked
         ORDER BY event_id
         LIMIT $1
        """,  # noqa: S608  our own words
        limit,
    )
    return [Mark(row["event_id"], row["at"]) for row in rows]


async def lag(conn: Connection) -> Lag:
    """Compare the latest events with marks and links, so that a mark which somebody removed shows all the same."""
    row = await conn.fetchrow(
        f"""
        WITH latest AS MATERIALIZED (
            SELECT event_id, at FROM audit_event ORDER BY event_id DESC LIMIT $1
        ), linked AS (
            SELECT unnest(event_ids) AS event_id
              FROM audit_link
             WHERE event_ids[cardinality(event_ids)] >= (SELECT min(event_id) FROM latest)
        ), bare AS (
            SELECT event_id, at
              FROM latest
             WHERE NOT EXISTS (SELECT FROM linked WHERE linked.event_id = latest.event_id)
               AND NOT EXISTS (SELECT FROM audit_unlinked AS mark WHERE mark.event_id = latest.event_id)
        ), waiting AS (
            SELECT event_id, at FROM audit_unlinked ORDER BY event_id LIMIT $1
        )
        SELECT (SELECT min(at) FROM (SELECT at FROM bare UNION ALL SELECT at FROM waiting) AS unlinked
                 WHERE {IN_BOUNDS.format("at")}) AS oldest,
               (SELECT min(event_id) FROM bare) AS unmarked
        """,  # noqa: S608  our own words
        COMPARED,
    )
    return Lag(row["oldest"], row["unmarked"]) if row else Lag(None, None)


async def marked(conn: Connection, event_ids: Sequence[int]) -> frozenset[int]:
    """Return which of these events wait to be linked."""
    rows = await conn.fetch("SELECT event_id FROM audit_unlinked WHERE event_id = ANY ($1)", event_ids)
    return frozenset(row["event_id"] for row in rows)


async def without_event(conn: Connection, *, limit: int) -> list[int]:
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


async def mark(conn: Connection, event_ids: Sequence[int]) -> None:
    """Have these events linked, those that are there within the bounds; only the owner may."""
    await conn.execute(
        f"""
        INSERT INTO audit_unlinked (event_id, at)
        SELECT event_id, at
          FROM audit_event
         WHERE event_id = ANY ($1)
           AND {IN_BOUNDS.format("at")}
            ON CONFLICT (event_id) DO NOTHING
        """,  # noqa: S608  our own words
        event_ids,
    )
