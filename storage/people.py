"""Table person: who is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from bot.core.people import Person, Profile, Standing, SuspendedWhy, told_at
from storage.pool import Connection


async def save(conn: Connection, profile: Profile, *, now: datetime) -> Person:
    """Insert or refresh what Slack says of a person; a suspension is left as it stands."""
    [person] = await save_all(conn, [profile], now=now)
    return person


async def save_all(conn: Connection, profiles: Sequence[Profile], *, now: datetime) -> list[Person]:
    """Insert or refresh what Slack says of people, each of them once; suspensions are left as they stand."""
    rows = await conn.fetch(
        """
        INSERT INTO person (
            team_id, slack_user_id, enterprise_id, standing, name, email, tz, slack_updated_at, seen_at
        )
        SELECT *, $9
          FROM unnest(
              $1::text [], $2::text [], $3::text [], $4::text [], $5::text [], $6::text [], $7::text [],
              $8::timestamptz []
          )
            ON CONFLICT ON CONSTRAINT person_slack_identity
            DO UPDATE SET enterprise_id = excluded.enterprise_id,
                          standing = excluded.standing,
                          name = excluded.name,
                          email = excluded.email,
                          tz = excluded.tz,
                          slack_updated_at = greatest(person.slack_updated_at, excluded.slack_updated_at),
                          seen_at = excluded.seen_at
        RETURNING person_id, team_id, slack_user_id, standing, name, email, suspended_at, suspended_why
        """,
        [one.team_id for one in profiles],
        [one.slack_user_id for one in profiles],
        [one.enterprise_id for one in profiles],
        [one.standing for one in profiles],
        [one.name for one in profiles],
        [one.email for one in profiles],
        [one.tz for one in profiles],
        [told_at(one, now=now) for one in profiles],
        now,
    )
    return [person_of(row) for row in rows]


async def lock(conn: Connection, person_ids: Sequence[int]) -> dict[int, Person]:
    """Hold the rows of *person_ids*, in id order, until the transaction ends; not against foreign-key checks."""
    rows = await conn.fetch(
        """
        SELECT person_id, team_id, slack_user_id, standing, name, email, suspended_at, suspended_why
          FROM person
         WHERE person_id = ANY ($1)
         ORDER BY person_id
           FOR NO KEY UPDATE
        """,
        person_ids,
    )
    return {row["person_id"]: person_of(row) for row in rows}


async def hold(conn: Connection, person_ids: Sequence[int]) -> None:
    """Hold rows as `lock` does, of more people than anybody wants to read."""
    await conn.execute("SELECT FROM person WHERE person_id = ANY ($1) ORDER BY person_id FOR NO KEY UPDATE", person_ids)


async def ids_of(conn: Connection, *, team_id: str | None, slack_user_ids: Collection[str]) -> dict[str, int]:
    """Return our ids of those who are known, by workspace as in `by_slack_id`."""
    rows = await conn.fetch(
        """
        SELECT slack_user_id, person_id
          FROM person
         WHERE team_id = coalesce($1, (SELECT team_id FROM workspace ORDER BY seen_at DESC LIMIT 1))
           AND slack_user_id = ANY ($2)
        """,
        team_id,
        list(slack_user_ids),
    )
    return {row["slack_user_id"]: row["person_id"] for row in rows}


async def get(conn: Connection, person_id: int) -> Person | None:
    """Return a person without holding the row."""
    row = await conn.fetchrow(
        """
        SELECT person_id, team_id, slack_user_id, standing, name, email, suspended_at, suspended_why
          FROM person
         WHERE person_id = $1
        """,
        person_id,
    )
    return None if row is None else person_of(row)


async def several(conn: Connection, person_ids: Collection[int]) -> dict[int, Person]:
    """Return people without holding their rows."""
    rows = await conn.fetch(
        """
        SELECT person_id, team_id, slack_user_id, standing, name, email, suspended_at, suspended_why
          FROM person
         WHERE person_id = ANY ($1)
         ORDER BY person_id
        """,
        sorted(person_ids),
    )
    return {row["person_id"]: person_of(row) for row in rows}


async def by_slack_id(conn: Connection, *, team_id: str | None, slack_user_id: str) -> Person | None:
    """Return the person of a Slack id in one workspace; None is the one that Slack named last."""
    row = await conn.fetchrow(
        """
        SELECT person_id, team_id, slack_user_id, standing, name, email, suspended_at, suspended_why
          FROM person
         WHERE team_id = coalesce($1, (SELECT team_id FROM workspace ORDER BY seen_at DESC LIMIT 1))
           AND slack_user_id = $2
        """,
        team_id,
        slack_user_id,
    )
    return None if row is None else person_of(row)


async def seen_at(conn: Connection, person_id: int) -> datetime:
    """Return when what is known of a person was last saved."""
    at: datetime = await conn.fetchval("SELECT seen_at FROM person WHERE person_id = $1", person_id)
    return at


async def tz_of(conn: Connection, person_id: int) -> str | None:
    """Return a person's time zone, an IANA name."""
    found: str | None = await conn.fetchval("SELECT tz FROM person WHERE person_id = $1", person_id)
    return found


async def suspend(conn: Connection, person_id: int, *, why: SuspendedWhy, now: datetime) -> None:
    """Suspend a person, or change why; since when is kept."""
    await conn.execute(
        """
        UPDATE person
           SET suspended_at = coalesce(suspended_at, $3),
               suspended_why = $2
         WHERE person_id = $1
        """,
        person_id,
        why,
        now,
    )


async def release(conn: Connection, person_id: int) -> None:
    """End a suspension."""
    await conn.execute(
        """
        UPDATE person
           SET suspended_at = NULL,
               suspended_why = NULL
         WHERE person_id = $1
        """,
        person_id,
    )


def person_of(row: asyncpg.Record) -> Person:
    """Return the person of a row."""
    return Person(
        person_id=row["person_id"],
        team_id=row["team_id"],
        slack_user_id=row["slack_user_id"],
        standing=Standing(row["standing"]),
        name=row["name"],
        email=row["email"],
        suspended_at=row["suspended_at"],
        suspended_why=None if row["suspended_why"] is None else SuspendedWhy(row["suspended_why"]),
    )
