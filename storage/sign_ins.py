"""What stands around a sign-in, read for several people in one statement while their factors are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.people import Person
from bot.core.throttle import SurfaceCount
from storage.people import person_of
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Around:
    """A person, what is counted on the surface that asks, and whether a reset of them is open."""

    person: Person
    count: SurfaceCount
    reset_open: bool


async def around(conn: Connection, asked: Sequence[tuple[int, int, str]]) -> dict[int, Around]:
    """Return by person what stands around each person, factor and surface; each person once."""
    rows = await conn.fetch(
        """
        SELECT person.person_id, person.team_id, person.slack_user_id, person.standing, person.name, person.email,
               person.suspended_at, person.suspended_why, attempt.failures, attempt.failed_at, attempt.not_before,
               EXISTS (
                   SELECT
                     FROM reset_request
                    WHERE reset_request.subject_id = asked.person_id
                      AND reset_request.state IN ('awaiting_approval', 'holding')
               ) AS reset_open
          FROM unnest($1::bigint [], $2::bigint [], $3::text []) AS asked (person_id, factor_id, surface)
          JOIN person USING (person_id)
          LEFT JOIN attempt
            ON attempt.factor_id = asked.factor_id
           AND attempt.surface = asked.surface
        """,
        [person_id for person_id, _, _ in asked],
        [factor_id for _, factor_id, _ in asked],
        [surface for _, _, surface in asked],
    )
    return {
        row["person_id"]: Around(
            person=person_of(row),
            count=SurfaceCount()
            if row["failures"] is None
            else SurfaceCount(row["failures"], row["failed_at"], row["not_before"]),
            reset_open=row["reset_open"],
        )
        for row in rows
    }
