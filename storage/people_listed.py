"""Table person, many rows at once, as Slack's list names them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.core.people import Known, Profile, Standing, told_at
from storage.people import person_of
from storage.pool import Connection

_COLUMNS = (
    "person_id, team_id, slack_user_id, enterprise_id, standing, name, email, tz, seen_at, slack_updated_at,"
    " suspended_at, suspended_why"
)


async def known(conn: Connection, *, team_id: str, slack_user_ids: Collection[str]) -> dict[str, Known]:
    """Return those who are known, by Slack's ids, without holding their rows."""
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM person WHERE team_id = $1 AND slack_user_id = ANY ($2)",  # noqa: S608  our own words
        team_id,
        list(slack_user_ids),
    )
    return {row["slack_user_id"]: _known(row) for row in rows}


async def hold(conn: Connection, person_ids: Collection[int]) -> dict[str, Known]:
    """Hold rows, in id order, until the transaction ends; return them by Slack's ids."""
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM person WHERE person_id = ANY ($1) ORDER BY person_id FOR NO KEY UPDATE",  # noqa: S608  our own words
        sorted(person_ids),
    )
    return {row["slack_user_id"]: _known(row) for row in rows}


async def hold_one(conn: Connection, *, team_id: str, slack_user_id: str) -> Known | None:
    """Hold the row of one person until the transaction ends; None of somebody unknown."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM person WHERE team_id = $1 AND slack_user_id = $2 FOR NO KEY UPDATE",  # noqa: S608  our own words
        team_id,
        slack_user_id,
    )
    return None if row is None else _known(row)


async def touch(conn: Connection, told: Mapping[int, Profile], *, now: datetime) -> None:
    """Note that Slack has just said the same of people, whose rows are held, as before."""
    await conn.execute(
        """
        UPDATE person
           SET seen_at = $3,
               slack_updated_at = greatest(person.slack_updated_at, told.at)
          FROM unnest($1::bigint [], $2::timestamptz []) AS told (person_id, at)
         WHERE person.person_id = told.person_id
        """,
        list(told),
        [told_at(one, now=now) for one in told.values()],
        now,
    )


async def window_end(conn: Connection, *, team_id: str, after: int, window: int) -> int | None:
    """Return the highest of the next *window* ids after one; None where there are none."""
    end: int | None = await conn.fetchval(
        """
        SELECT max(person_id)
          FROM (SELECT person_id FROM person WHERE team_id = $1 AND person_id > $2 ORDER BY person_id LIMIT $3) AS next
        """,
        team_id,
        after,
        window,
    )
    return end


async def unseen(
    conn: Connection, *, team_id: str, since: datetime, standings: Sequence[Standing], after: int, to: int
) -> list[Known]:
    """Return people of whom nothing was heard *since*, of the ids after *after* and up to *to*."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM person
         WHERE team_id = $1
           AND person_id > $2
           AND person_id <= $3
           AND seen_at < $4
           AND standing = ANY ($5)
         ORDER BY person_id
        """,  # noqa: S608  our own words
        team_id,
        after,
        to,
        since,
        list(standings),
    )
    return [_known(row) for row in rows]


def _known(row: asyncpg.Record) -> Known:
    profile = Profile(
        team_id=row["team_id"],
        slack_user_id=row["slack_user_id"],
        enterprise_id=row["enterprise_id"],
        standing=Standing(row["standing"]),
        name=row["name"],
        email=row["email"],
        tz=row["tz"],
        updated_at=row["slack_updated_at"],
    )
    return Known(person_of(row), profile, row["seen_at"])
