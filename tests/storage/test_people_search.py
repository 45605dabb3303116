"""The orders in which people are found, in both directions, and that an index gives them."""

import json
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import cast

import asyncpg
import pytest
import pytest_asyncio

from bot.core.people import Person
from storage import people_search
from storage.people_search import CANDIDATES, WALKED, Found, Slice
from storage.pool import Connection
from tests.support.database import Database

TEAM = "T0MFA"
CAST = [
    ("Ada Lovelace", "ada@example.com", "member"),
    ("ada King", "king@example.com", "guest"),
    ("Ben Trovato", "ben@example.com", "member"),
    ("Bela Lovas", None, "deleted"),
    ("100% Real", "x_y@example.com", "member"),
    ("Émile Zola", "emile@example.org", "member"),
    ("Adabot", "bot@example.com", "bot"),
    ("Ada Stranger", "ada@elsewhere.com", "stranger"),
]


@pytest_asyncio.fixture
async def everybody(program: Connection) -> None:
    await add(program, CAST)
    await add(program, [("Ada Elsewhere", "ada@example.com", "member")], team_id="T0OTHER")


async def add(conn: Connection, people: Sequence[tuple[str, str | None, str]], *, team_id: str = TEAM) -> None:
    await conn.execute(
        """
        INSERT INTO person (team_id, slack_user_id, standing, name, email, seen_at)
        SELECT $1, 'U' || nextval(pg_get_serial_sequence('person', 'person_id')), standing, name, email, now()
          FROM unnest($2::text [], $3::text [], $4::text []) AS somebody (name, email, standing)
        """,
        team_id,
        *map(list, zip(*people, strict=True)),
    )


def names(found: Found | list[Person]) -> list[str]:
    return [person.name for person in (found.people if isinstance(found, Found) else found)]


async def whole(conn: Connection, text: str = "", *, limit: int = 1, back: bool = False) -> list[str]:
    """Go through the order of names from one end to the other, *limit* people at a time."""
    seen: list[str] = []
    place: int | None = None
    while found := await people_search.by_name(conn, TEAM, Slice(limit, place, back), text):
        seen += [person.name for person in found]
        place = found[-1].person_id
    return seen


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize("limit", [1, 2, 20])
async def test_everybody_of_the_workspace_but_bots_and_strangers_is_met_once_in_either_direction(
    program: Connection, limit: int
) -> None:
    forwards = await whole(program, limit=limit)

    assert forwards == ["100% Real", "ada King", "Ada Lovelace", "Bela Lovas", "Ben Trovato", "Émile Zola"]
    assert await whole(program, limit=limit, back=True) == forwards[::-1]


async def test_people_of_one_name_are_met_once_each(program: Connection) -> None:
    await add(program, [("Ada", None, "member")] * 7)

    for back in (False, True):
        assert len(await whole(program, limit=2, back=back)) == 7


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("ADA", ["ada King", "Ada Lovelace"]),
        ("b", ["Bela Lovas", "Ben Trovato"]),
        ("lov", []),
        ("100%", ["100% Real"]),
        ("%", []),
        ("_", []),
        ("É", ["Émile Zola"]),
    ],
)
async def test_a_beginning_finds_names_that_begin_so(program: Connection, beginning: str, found: list[str]) -> None:
    assert await whole(program, beginning) == found
    assert await whole(program, beginning, back=True) == found[::-1]


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize(
    ("beginning", "found"),
    [("ADA@", ["Ada Lovelace"]), ("b", ["Ben Trovato"]), ("x_", ["100% Real"]), ("x%", []), ("example", [])],
)
async def test_the_beginning_of_an_address_finds_its_owner(
    program: Connection, beginning: str, found: list[str]
) -> None:
    assert names(await people_search.by_email(program, TEAM, Slice(20), beginning)) == found


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("LOV", ["Ada Lovelace", "Bela Lovas"]),
        ("ada", []),
        ("x_y", ["100% Real"]),
        ("x%y", []),
        ("\\", []),
        ("ovat", ["Ben Trovato"]),
        ("example.org", ["Émile Zola"]),
        ("a l", ["Ada Lovelace", "Bela Lovas"]),
    ],
)
async def test_a_part_finds_whose_name_or_address_holds_it_and_does_not_begin_with_it(
    program: Connection, part: str, found: list[str]
) -> None:
    walked = await people_search.walk(program, TEAM, Slice(20), part)
    known = await people_search.candidates(program, TEAM, Slice(20), part)
    backwards = await people_search.candidates(program, TEAM, Slice(20, back=True), part)

    assert (names(walked), walked.cut) == (found, False)
    if not known.cut:
        assert names(known) == found
        assert names(backwards) == found[::-1]


@pytest.mark.usefixtures("everybody")
async def test_a_part_is_found_after_and_before_a_place(program: Connection) -> None:
    [lovelace] = await people_search.by_email(program, TEAM, Slice(1), "ada@")

    for find in (people_search.walk, people_search.candidates):
        after = await find(program, TEAM, Slice(20, lovelace.person_id), "lov")
        before = await find(program, TEAM, Slice(20, lovelace.person_id, back=True), "example")
        assert names(after) == ["Bela Lovas"]
        assert names(before) == ["ada King", "100% Real"]


async def test_what_the_search_cannot_see_to_its_end_is_said_to_be_cut(program: Connection) -> None:
    await add(program, [(f"Person {n}", None, "member") for n in range(CANDIDATES)] + [("Zoe Last", None, "member")])

    walked = await people_search.walk(program, TEAM, Slice(11), "last")
    common = await people_search.candidates(program, TEAM, Slice(11), "ers")
    without_letters = await people_search.candidates(program, TEAM, Slice(11), "---")

    assert (names(walked), walked.cut) == ([], True)
    assert CANDIDATES > WALKED
    assert (len(common.people), common.cut) == (11, True)
    assert (names(without_letters), without_letters.cut) == ([], True)


class Explaining:
    """Has what is fetched explained instead."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.plan: dict[str, object] = {}

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        explained = await self._conn.fetchval(f"EXPLAIN (FORMAT json) {sql}", *arguments)
        self.plan = json.loads(explained)[0]["Plan"]
        return await self._conn.fetch(sql, *arguments)


Ordered = Callable[[Connection, str, Slice, str], Awaitable[object]]


@pytest.mark.parametrize(
    ("ordered", "index"),
    [
        (people_search.by_name, "person_by_name"),
        (people_search.by_email, "person_by_email"),
        (people_search.walk, "person_by_name"),
        (people_search.candidates, "person_by_part"),
    ],
)
@pytest.mark.parametrize("back", [True, False])
async def test_each_order_is_read_from_its_index(
    database: Database,
    program: Connection,
    ordered: Ordered,
    index: str,
    back: bool,  # noqa: FBT001  a parameter
) -> None:
    await add(program, [(f"Name {n}{n * 7}", f"mail{n * 13}@example.com", "member") for n in range(5000)])
    owner = await asyncpg.connect(database.owner)
    await owner.execute("VACUUM ANALYZE person")  # which also files what waits to be put into the index of parts
    await owner.close()
    explaining = Explaining(program)

    await ordered(cast("Connection", explaining), TEAM, Slice(11, 300, back), "997")

    assert index in indexes(explaining.plan)


def indexes(plan: dict[str, object]) -> set[object]:
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    found = {name for inner in below for name in indexes(inner)}
    return found | ({plan["Index Name"]} if "Index Name" in plan else set())


async def test_the_order_is_that_of_bytes_whatever_the_locale(program: Connection) -> None:
    await add(program, [(name, None, "member") for name in ("b", "a-z", "ab", "a b", "É", "z", "Ä")])

    found = await whole(program, limit=3)

    assert all(one.lower().encode() <= other.lower().encode() for one, other in pairwise(found[:5]))


@pytest.mark.parametrize("back", [False, True])
async def test_members_without_mfa_are_found_in_order_however_far_apart(program: Connection, *, back: bool) -> None:
    await add(program, [(f"Somebody {number:02}", None, "member") for number in range(20)])
    await program.execute(
        """
        INSERT INTO factor (person_id, key_id, box, last_step, created_at)
        SELECT person_id, 'k', 'box', 0, now() FROM person WHERE name NOT IN ('Somebody 02', 'Somebody 13')
        """
    )

    met: list[str] = []
    place, walks = None, 0
    while True:
        found, place = await people_search.members_without_factor(program, TEAM, Slice(5, place, back), walked=3)
        met += names(found)
        walks += 1
        if place is None:
            break

    expected = ["Somebody 02", "Somebody 13"]
    assert met == (expected[::-1] if back else expected)
    assert walks == 7
