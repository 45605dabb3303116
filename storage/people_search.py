"""Table person, searched: in the order of names or of addresses from any place on, and by a part of either.

A place is somebody's own id: who was renamed meanwhile has moved, and the next page begins where they are now. Bots and
strangers are never found. Case is folded as the database's locale does it.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from bot.core.people import Person
from storage.people import person_of
from storage.pool import Connection

WALKED = 500
"""How many people in the order of names are looked at one by one, which finds what many have in common."""
WALKED_FOR_MFA = 20_000
"""How many of them are asked at a time whether they have MFA: 0.1 s where nobody lacks it."""
CANDIDATES = 1000
"""How many whom the index of parts finds are put into order; of more, some are missing."""

_COLUMNS = "person_id, team_id, slack_user_id, standing, name, email, suspended_at, suspended_why"
_NAME = 'lower(name) COLLATE "C"'
_EMAIL = 'lower(email) COLLATE "C"'
_TEXT = "lower(name || ' ' || coalesce(email, ''))"
_SHOWN = "team_id = $1 AND standing NOT IN ('bot', 'stranger')"
_PART = f"{_TEXT} LIKE lower($5) AND NOT starts_with(lower(name), lower($4))"
# What begins with a text is before the text followed by the last of all characters.
_LAST = "chr(1114111)"
# Without a whole group of three the index of parts would be read from end to end. Which characters form groups depends
# on the database's locale.
_USABLE = "(SELECT EXISTS (SELECT FROM unnest(show_trgm(lower($4))) AS gram WHERE gram NOT LIKE '% %'))"


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of an order is asked for: at most *limit* people after *place*, somebody's id, or the beginning.

    *back*: before it, or before the end, and the nearest first.
    """

    limit: int
    place: int | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """People in order; *cut*: there may be more than the search can see."""

    people: list[Person]
    cut: bool = False


async def by_name(conn: Connection, team_id: str, part: Slice, beginning: str = "") -> list[Person]:
    """Return whose names begin so, in the order of names."""
    return await _beginning(conn, _NAME, team_id, part, beginning)


async def by_email(conn: Connection, team_id: str, part: Slice, beginning: str) -> list[Person]:
    """Return whose addresses begin so, in the order of addresses."""
    return await _beginning(conn, _EMAIL, team_id, part, beginning)


async def walk(conn: Connection, team_id: str, part: Slice, text: str) -> Found:
    """Return those of the next people whose name or address holds *text*, though the name does not begin with it."""
    place, order = _place(_NAME, part)
    rows = await conn.fetch(
        f"""
        WITH walked AS MATERIALIZED (
            SELECT {_COLUMNS} FROM person WHERE {_SHOWN} AND {place} ORDER BY {order} LIMIT $6
        )
        SELECT found.*, counted.walked
          FROM (SELECT count(*) AS walked FROM walked) AS counted
          LEFT JOIN (SELECT * FROM walked WHERE {_PART} ORDER BY {order} LIMIT $3) AS found ON true
         ORDER BY {order}
        """,  # noqa: S608  our own words
        team_id,
        part.place,
        part.limit,
        text,
        _pattern(text),
        WALKED,
    )
    return Found(_people(rows), cut=rows[0]["walked"] == WALKED)


async def candidates(conn: Connection, team_id: str, part: Slice, text: str) -> Found:
    """Return the same by the index of parts: of everybody, as long as not too many match."""
    # The place comes after the candidates: within their statement it would tempt the planner to walk from there.
    place, order = _place(_NAME, part)
    rows = await conn.fetch(
        f"""
        WITH matching AS MATERIALIZED (
            SELECT {_COLUMNS} FROM person WHERE {_SHOWN} AND {_PART} AND {_USABLE} LIMIT $6
        )
        SELECT found.*, counted.matching, counted.usable
          FROM (SELECT count(*) AS matching, {_USABLE} AS usable FROM matching) AS counted
          LEFT JOIN (SELECT * FROM matching WHERE {place} ORDER BY {order} LIMIT $3) AS found ON true
         ORDER BY {order}
        """,  # noqa: S608  our own words
        team_id,
        part.place,
        part.limit,
        text,
        _pattern(text),
        CANDIDATES,
    )
    return Found(_people(rows), cut=rows[0]["matching"] == CANDIDATES or not rows[0]["usable"])


async def members_without_factor(
    conn: Connection, team_id: str, part: Slice, *, walked: int = WALKED_FOR_MFA
) -> tuple[list[Person], int | None]:
    """Return those of the next *walked* people who are members without MFA, by name, the nearest first.

    Next to them the id of the last of those people, where the order goes on behind them: there may be more.
    """
    place, order = _place(_NAME, part)
    rows = await conn.fetch(
        f"""
        WITH walked AS MATERIALIZED (
            SELECT {_COLUMNS}, row_number() OVER (ORDER BY {order}) AS number
              FROM person WHERE {_SHOWN} AND {place} ORDER BY {order} LIMIT $4
        )
        SELECT found.*, edge.edge
          FROM (SELECT (SELECT person_id FROM walked WHERE number = $4) AS edge) AS edge
          LEFT JOIN (
              SELECT *
                FROM walked
               WHERE standing = 'member'
                 AND NOT EXISTS (SELECT FROM factor WHERE factor.person_id = walked.person_id AND state = 'active')
               ORDER BY number
               LIMIT $3
          ) AS found ON true
         ORDER BY found.number
        """,  # noqa: S608  our own words
        team_id,
        part.place,
        part.limit,
        walked,
    )
    return _people(rows), rows[0]["edge"]


async def begins_with(conn: Connection, person_id: int, text: str) -> bool:
    """Whether somebody's name begins so."""
    found = await conn.fetchval(
        "SELECT starts_with(lower(name), lower($2)) FROM person WHERE person_id = $1", person_id, text
    )
    return bool(found)


async def _beginning(conn: Connection, key: str, team_id: str, part: Slice, text: str) -> list[Person]:
    place, order = _place(key, part, low="lower($4)", high=f"lower($4) || {_LAST}")
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM person
         WHERE {_SHOWN}
           AND {place}
         ORDER BY {order}
         LIMIT $3
        """,  # noqa: S608  our own words
        team_id,
        part.place,
        part.limit,
        text,
    )
    return [person_of(row) for row in rows]


def _place(key: str, part: Slice, *, low: str = "''", high: str = _LAST) -> tuple[str, str]:
    """Return the condition that holds from the place ($2) on, between *low* and *high*, and the order.

    A scan of an index begins at one bound. So the place stands for the bound on its side, and is not added to it: else
    the scan may begin at the bound and throw away all that lies before the place.
    """
    if part.back:
        place = f"FROM person WHERE person_id = $2 AND {key} < {high}"
        begin = f"(coalesce((SELECT {key} {place}), {high}), coalesce((SELECT person_id {place}), 9223372036854775807))"
        return f"({key}, person_id) < {begin} AND {key} >= {low}", f"{key} DESC, person_id DESC"
    place = f"FROM person WHERE person_id = $2 AND {key} >= {low}"
    begin = f"(coalesce((SELECT {key} {place}), {low}), coalesce((SELECT person_id {place}), 0))"
    return f"({key}, person_id) > {begin} AND {key} < {high}", f"{key} ASC, person_id ASC"


def _pattern(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _people(rows: list[asyncpg.Record]) -> list[Person]:
    return [person_of(row) for row in rows if row["person_id"] is not None]
