"""What each act leaves behind to be read, against one table: its audit events, whole, and who gets which message.

Judged by the design: who acts, from where, about whom and why is in the event (K7); the subject hears (A13, E6), so do
all who manage roles and nobody else who holds a role (A14), the requester and who answered (S13).
"""

from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio

from tests.support import lost_host, lost_known, lost_looks, lost_others, lost_own, lost_work  # noqa: F401  they note what there is
from tests.support.cast import Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.lost import ACTS, Process, World
from tests.support.several import SEVERAL
from tests.support.told import Reader, table
from tests.support.told_cases import CASES


@pytest_asyncio.fixture
async def world(cast: Cast, ledger: Ledger, database: Database) -> World:
    process = Process(cast.services.means, cast.services.clock)
    return World(cast, ledger, process, database.program, database.worker, database.owner)


async def leaves_what_the_table_says(world: World, name: str, send: Callable[[], Awaitable[object]]) -> None:
    since = await Reader.since_now(world.ledger.conn)

    await send()

    assert await since.lines() == table().get(name, [])


@pytest.mark.parametrize("name", ACTS)
async def test_an_act_leaves_the_events_and_messages_of_the_table(world: World, name: str) -> None:
    act = await ACTS[name](world)

    await leaves_what_the_table_says(world, name, act.send)


@pytest.mark.parametrize("name", SEVERAL)
async def test_what_concerns_several_is_told_to_each_of_them(world: World, name: str) -> None:
    send = await SEVERAL[name](world)

    await leaves_what_the_table_says(world, name, send)


@pytest.mark.parametrize("name", CASES)
async def test_what_is_refused_and_what_many_hear_of_is_told_as_the_table_says(world: World, name: str) -> None:
    send = await CASES[name](world)

    await leaves_what_the_table_says(world, name, send)


def test_the_table_names_only_what_there_is() -> None:
    assert set(table()) <= {*ACTS, *SEVERAL, *CASES}
