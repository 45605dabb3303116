"""How long a page of the search of people takes, among 1,000 and among SCALE (100,000 unless the environment says)."""

import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import asyncpg
import pytest
import pytest_asyncio
from rich.console import Console
from rich.table import Table

from bot.core.people import Person
from bot.services.looking import Looks
from bot.services.users import Page, Users
from storage import roles
from storage.pool import Pool
from tests.support import database as databases
from tests.support.database import Database
from tests.support.people import ADA
from tests.support.services import HOME, Services, enroll, on_this_pool

FEW = 1_000
MANY = int(os.environ.get("SCALE", "100000"))
ROUNDS = 60
MOST_TIMES = 2.0
MOST_MS = 10.0


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words("""
    Maria James Anna Robert Linda Michael Sofia David Elena Daniel Laura Thomas Julia Peter Sarah Paul Emma Martin Clara
    Jonas Nina Lukas Lea Felix Ida Oscar Vera Hugo Alma Leon Rosa Emil Ines Adam Nora Ivan Olga Yusuf Aisha Kofi Mei Wei
    Hiro Yuki Raj Priya Omar Leila Diego Lucia Pedro Ana Bruno Carla Dario Edith Franz Greta Henrik Inga
""")
SYLLABLES = _words("""
    ab ber bi bo cas che chi cor dal del den dor du el en er fal fen fi gar ger gi ham han hart hof ing iv jan jo kar
    ken kov kra lan lem lin lo mac man mar mei mor nas nel no ov pal pe pol quin ram ren ri ros sa schu sen shi ski son
    sta tan ter to ul va ven vin wal wei win xu yam yo zan zi
""")
PARTS = ("ann", "kov", "schu", "example", "mar", "inga sch", "999", "qqq", "ulxuyo", "zizan")


def people(count: int, chance: random.Random) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield rows: a few names that many have, and many that few have."""
    last = ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3)))).capitalize() for _ in range(20_000)]
    firsts = chance.choices(FIRST, [1 / (n + 10) for n in range(len(FIRST))], k=count)
    lasts = chance.choices(last, [1 / (n + 100) for n in range(len(last))], k=count)
    for number, (one, other) in enumerate(zip(firsts, lasts, strict=True)):
        yield "T0MFA", f"U{number:08}", "member", f"{one} {other}", f"{one}.{other}.{number}@example.com".lower()


@dataclass
class Place:
    """A database with people in it, somebody who may search them, and how long that took."""

    services: Services
    users: Users
    looker: Person
    count: int
    took: dict[str, list[float]] = field(default_factory=dict)

    async def ask(self, what: str, text: str, **place: int) -> Page:
        """Ask for a page, and note the milliseconds under *what*."""
        self.services.clock.forward(seconds=5)
        began = time.perf_counter()
        found = await self.users.page(by=self.looker.person_id, text=text, **place)
        self.took.setdefault(what, []).append((time.perf_counter() - began) * 1000)
        assert isinstance(found, Page)
        return found

    def of(self, group: str) -> list[float]:
        """Return all times of one group."""
        return [took for what, times in self.took.items() if what.startswith(f"{group}:") for took in times]

    async def round(self, chance: random.Random) -> None:
        """Ask for everything once."""
        somebody = chance.randrange(2, self.count)
        await self.ask("paging: from the first", "")
        await self.ask("paging: on from anywhere", "", after=somebody)
        await self.ask("paging: back from anywhere", "", before=somebody)
        shown = (await self.ask("paging: on again", "", after=somebody)).rows
        name, email = shown[0].person.name, shown[0].person.email or ""
        await self.ask("prefix: a letter", name[0])
        await self.ask("prefix: two letters", name[:2])
        await self.ask("prefix: on from anywhere", name[:2], after=shown[0].person.person_id)
        await self.ask("e-mail: whole", email)
        await self.ask("e-mail: beginning", email.partition("@")[0] + "@")
        for part in PARTS:
            found = await self.ask(f"substring: “{part}”", part)
            if found.next is not None:
                await self.ask(f"substring: “{part}”, on", part, after=found.next)
        await self.ask("substring: a surname", name.partition(" ")[2])
        await self.ask("substring: a whole name", name)


async def make(services: Services, database: Database, count: int) -> Place:
    """Fill the database of *services*, and let somebody search it."""
    await services.people.save_home(HOME)
    looker = await services.people.save(ADA)
    await enroll(services, looker)
    async with services.means.pool.transaction() as conn:
        await roles.grant(conn, looker.person_id, "helpdesk", by="host:root", now=services.clock())
    conn = await asyncpg.connect(database.superuser)
    try:
        rows = ((*row, services.clock()) for row in people(count - 1, random.Random(1)))  # noqa: S311  names
        columns = ["team_id", "slack_user_id", "standing", "name", "email", "seen_at"]
        await conn.copy_records_to_table("person", records=rows, columns=columns)
        await conn.execute("VACUUM ANALYZE person")
    finally:
        await conn.close()
    return Place(services, Users(services.means, Looks(services.means)), looker, count)


@pytest_asyncio.fixture
async def other_database(template: Database) -> AsyncIterator[Database]:
    made = await databases.create(template.server, "bench_search", template=template.name)
    yield made
    await databases.drop(made)


@pytest.mark.timeout(1800)
async def test_a_page_takes_as_long_among_many_as_among_few(
    services: Services, database: Database, other_database: Database
) -> None:
    pool = Pool(other_database.program)
    few = await make(services, database, FEW)
    many = await make(on_this_pool(services, pool), other_database, MANY)

    for number in range(ROUNDS):
        for place in (few, many):  # in turn: what else the machine does meanwhile slows both
            await place.round(random.Random(number))  # noqa: S311  places
    await pool.close()

    table = Table("median (95th of 100), ms", f"{FEW:,} people", f"{MANY:,} people")
    for group in ("paging", "prefix", "e-mail", "substring"):
        table.add_row(f"[bold]{group}", *(told(place.of(group)) for place in (few, many)))
    for what in many.took:
        table.add_row(what, *(told(place.took.get(what, [])) for place in (few, many)))
    Console(width=100).print(table)
    for group in ("paging", "prefix", "e-mail"):
        assert statistics.median(many.of(group)) <= MOST_TIMES * statistics.median(few.of(group)), group
    assert statistics.median(many.of("substring")) < MOST_MS


def told(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} ({sorted(times)[int(len(times) * 0.95)]:.2f})" if times else ""
