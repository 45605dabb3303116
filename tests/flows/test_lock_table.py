"""Each act waits for whoever holds what it is about to change, in the design's order (A2, A9).

Every lock is held by somebody else, who releases it once the act waits for it: what it waited for, and in which order,
is the whole of what it locks. Rows lie against the order of their ids, so that an order comes from the statement alone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.support import lost_host, lost_known, lost_looks, lost_others, lost_own, lost_work  # noqa: F401  they note what there is
from tests.support.cast import Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.lock_table import read
from tests.support.lost import ACTS, Process, World
from tests.support.several import SEVERAL
from tests.support.waiting import KINDS, Lock, all_held, all_locks, patient, reverse, states, waited_for

SIGN_INS = ("Batches.", "Verification.")
"""Hold the factor's row alone; whoever changes a factor or a suspension holds it, too."""


@pytest_asyncio.fixture
async def world(cast: Cast, ledger: Ledger, database: Database) -> AsyncIterator[World]:
    """Where an act takes place: its process waits as long as the test wants."""
    pool = patient(database)
    process = Process(replace(cast.services.means, pool=pool), cast.services.clock)
    yield World(cast, ledger, process, database.program, database.worker, database.owner)
    await pool.close()


@pytest.mark.parametrize("name", ACTS)
async def test_an_act_waits_for_what_it_changes_in_the_design_s_order(
    world: World, database: Database, name: str
) -> None:
    act = await ACTS[name](world)

    await waits_as_the_table_says(world, database, name, act.send)


@pytest.mark.parametrize("name", SEVERAL)
async def test_of_several_the_lower_id_is_held_first_however_the_rows_lie(
    world: World, database: Database, name: str
) -> None:
    send = await SEVERAL[name](world)

    await waits_as_the_table_says(world, database, name, send)


def test_the_table_names_every_act_and_no_other() -> None:
    assert set(read()) == {*ACTS, *SEVERAL}


async def waits_as_the_table_says(
    world: World, database: Database, name: str, send: Callable[[], Awaitable[object]]
) -> None:
    conn = world.ledger.conn
    await reverse(conn)
    order, before = await all_locks(conn), await states(conn)

    async with all_held(database, conn) as holders:
        waited = await waited_for(world.ledger, holders, send)

    assert line(name, waited) == read().get(name)
    assert waited == [lock for lock in order if lock in waited]
    changed = {who for who, _ in await states(conn) ^ before}
    for kind in ("factors", "requests") if name.startswith(SIGN_INS) else ("people", "factors", "requests"):
        there = {lock.name for lock in order if lock.kind == kind}
        assert changed & there <= {lock.name for lock in waited if lock.kind == kind}


def line(name: str, waited: list[Lock]) -> str:
    """Return what was waited for as the table has it."""
    columns = [" ".join(lock.name for lock in waited if lock.kind == kind) for kind in KINDS]
    return " ".join(" | ".join([name, *columns]).split())
