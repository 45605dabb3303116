"""A suspension that commits between the first look at somebody and the judging of their code counts (C8)."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import cast as typing_cast

import asyncpg
import pytest
import pytest_asyncio

from bot.core.codes import Verdict
from bot.core.people import SuspendedWhy
from bot.services.judging import Judged, Method
from storage import factors, people
from storage.pool import Connection, Kept, Pool
from tests.support.cast import Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services, changed, make_key
from tests.support.signing import Member, members, sign_in
from tests.support.stepping import SteppingPool, done_or_held_up
from tests.support.timeouts import LONG_S


class Stepping(SteppingPool):
    """Steps through the batches' transactions, too."""

    def keep(self) -> Kept:
        return typing_cast("Kept", self)


@pytest_asyncio.fixture
async def stepping(database: Database) -> AsyncIterator[Stepping]:
    pool = Stepping(database.program, connect_s=LONG_S, statement_s=LONG_S)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def other(database: Database) -> AsyncIterator[Pool]:
    pool = Pool(database.program, connect_s=LONG_S, statement_s=LONG_S)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def looking(database: Database) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(database.superuser)
    yield conn
    await conn.close()


class SuspendingAt:
    """Suspends the employee before one statement, and goes on once that is done or waits for the sign-in."""

    def __init__(self, step: int, cast: Cast, ledger: Ledger, looking: Connection) -> None:
        self._step, self._cast, self._ledger, self._looking = step, cast, ledger, looking
        self._task: asyncio.Task[object] | None = None
        self.came_first = False

    async def __call__(self, step: int) -> None:
        if step == self._step:
            self._task = asyncio.create_task(self._suspend())
            await done_or_held_up(self._task, self._looking)
            self.came_first = self._task.done()

    async def _suspend(self) -> object:
        person_id = self._cast.employee.id
        notice = await self._ledger.message_of(person_id, "enabled")
        return await self._cast.services.suspension.stop(notice, by=person_id)

    async def is_over(self) -> bool:
        """Wait for its end; return whether there was such a statement."""
        if self._task is None:
            return False
        await self._task
        return True


@pytest.mark.parametrize("batched", [True, False])
async def test_a_suspension_between_any_two_statements_of_a_sign_in_counts_or_waits(
    cast: Cast, ledger: Ledger, stepping: Stepping, looking: Connection, *, batched: bool
) -> None:
    services = changed(cast.services, pool=stepping, batched=batched)
    key, employee = await make_key(cast.services), cast.employee
    member = Member(employee.id, employee.profile.slack_user_id, "", employee.phone, ())
    came_first = []

    for step in itertools.count(1):
        cast.services.clock.forward(minutes=1)
        suspending = stepping.meanwhile = SuspendingAt(step, cast, ledger, looking)
        answer = await sign_in(services, key, member)
        stepping.meanwhile = None
        if not await suspending.is_over():
            break
        assert answer == (
            Judged(Verdict.SUSPENDED) if suspending.came_first else Judged(Verdict.ACCEPTED, Method.TOTP)
        ), step
        came_first.append(suspending.came_first)
        await put_back(ledger, employee.id)

    # At first it comes before everything, before the factor is held too; afterwards it waits for the answer.
    assert came_first == sorted(came_first, reverse=True)
    assert came_first.count(True) >= 3
    assert False in came_first


async def put_back(ledger: Ledger, person_id: int) -> None:
    await ledger.conn.execute(
        "UPDATE person SET suspended_at = NULL, suspended_why = NULL WHERE person_id = $1", person_id
    )
    await ledger.conn.execute("UPDATE message SET settled = NULL, settled_at = NULL WHERE kind = 'enabled'")


@pytest.mark.parametrize("batched", [True, False])
async def test_a_sign_in_that_waited_for_the_factor_reads_the_suspension_that_held_it(
    services: Services, ledger: Ledger, other: Pool, *, batched: bool
) -> None:
    key, [ada] = await make_key(services), await members(services, 1)
    on = changed(services, batched=batched)

    async with other.transaction() as conn:
        await people.lock(conn, [ada.id])
        await factors.lock_active(conn, [ada.id])
        await people.suspend(conn, ada.id, why=SuspendedWhy.NOT_ME, now=services.clock())
        signing_in = asyncio.create_task(sign_in(on, key, ada))
        while not await ledger.conn.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            assert not signing_in.done()

    assert await signing_in == Judged(Verdict.SUSPENDED)
