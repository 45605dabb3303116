"""Table person, as relying apps name people: several questions in one statement, answered in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.people import Person
from storage.people import person_of
from storage.pool import Connection


async def by_slack_ids(conn: Connection, asked: Sequence[tuple[str | None, str]]) -> list[Person | None]:
    """Return the person of each workspace and Slack id; None for a workspace is the one that Slack named last."""
    rows = await conn.fetch(
        """
        SELECT asked.place, person.person_id, person.team_id, person.slack_user_id, person.standing, person.name,
               person.email, person.suspended_at, person.suspended_why
          FROM unnest($1::text [], $2::text []) WITH ORDINALITY AS asked (team_id, slack_user_id, place)
          JOIN person
            ON person.team_id = coalesce(
                asked.team_id, (SELECT team_id FROM workspace ORDER BY seen_at DESC LIMIT 1)
            )
           AND person.slack_user_id = asked.slack_user_id
        """,
        [team_id for team_id, _ in asked],
        [slack_user_id for _, slack_user_id in asked],
    )
    found = {row["place"]: person_of(row) for row in rows}
    return [found.get(place) for place in range(1, len(asked) + 1)]


async def by_emails(
    conn: Connection,
    asked: Sequence[tuple[str | None, str]],
    *,
    digests: Sequence[tuple[int, bytes]],
    since: datetime,
) -> list[Person | None]:
    """Return the one full member of each workspace, as above, and address.

    None also where more than one has it, and where somebody else had it after *since* (V5): *digests* are the keyed
    hashes of the addresses, each with the place of its question, from 1.
    """
    rows = await conn.fetch(
        """
        SELECT asked.place, found.person_id, found.team_id, found.slack_user_id, found.standing, found.name,
               found.email, found.suspended_at, found.suspended_why,
               EXISTS (
                   SELECT
                     FROM unnest($3::bigint [], $4::bytea []) AS hashed (place, digest)
                     JOIN former_email USING (digest)
                    WHERE hashed.place = asked.place
                      AND former_email.team_id = found.team_id
                      AND former_email.person_id <> found.person_id
                      AND former_email.held_until > $5
               ) AS changed_hands
          FROM unnest($1::text [], $2::text []) WITH ORDINALITY AS asked (team_id, email, place)
         CROSS JOIN LATERAL (
            SELECT person_id, team_id, slack_user_id, standing, name, email, suspended_at, suspended_why
              FROM person
             WHERE person.team_id = coalesce(
                       asked.team_id, (SELECT team_id FROM workspace ORDER BY seen_at DESC LIMIT 1)
                   )
               AND lower(person.email) = lower(asked.email)
               AND person.standing = 'member'
             LIMIT 2
         ) AS found
        """,
        [team_id for team_id, _ in asked],
        [email for _, email in asked],
        [place for place, _ in digests],
        [digest for _, digest in digests],
        since,
    )
    found: dict[int, list[Person | None]] = {}
    for row in rows:
        found.setdefault(row["place"], []).append(None if row["changed_hands"] else person_of(row))
    alone = {place: people[0] for place, people in found.items() if len(people) == 1}
    return [alone.get(place) for place in range(1, len(asked) + 1)]
