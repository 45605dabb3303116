"""What is held, in which order, whatever leads to it: else two acts could wait for each other, or miss one another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from bot.services import authority
from bot.services.host import Ask, Host
from bot.services.roles import Changed, give
from tests.support.cast import REASON, Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services, on_this_pool
from tests.support.timeouts import patient_pool
from tests.support.waiting import awaited, waiting

ASK = Ask("host:root", REASON)
Act = Callable[[Cast, Services], Awaitable[object]]


@pytest_asyncio.fixture
async def patient(cast: Cast, database: Database) -> AsyncIterator[Services]:
    """The same services, on statements that wait for a held row as long as the test wants."""
    pool = patient_pool(database.program)
    yield on_this_pool(cast.services, pool)
    await pool.close()


async def leaves(cast: Cast, services: Services) -> object:
    return await services.people.save(cast.gone(cast.admin))


async def approves_though_both_have_left(cast: Cast, services: Services) -> object:
    told = [cast.second_admin.profile, cast.gone(cast.agent), cast.gone(cast.admin)]
    return await services.resets.approve(3, by=cast.second_admin.id, told=told, typed="")


@pytest.mark.parametrize("act", [leaves, approves_though_both_have_left])
async def test_the_lower_request_is_held_before_the_higher(
    cast: Cast, patient: Services, ledger: Ledger, database: Database, act: Act
) -> None:
    asked = [
        await cast.asks(cast.admin, cast.approver),
        await cast.asks(cast.agent, cast.employee),
        await cast.asks(cast.admin, cast.agent),
    ]
    assert [reset.request_id for reset in asked] == [1, 2, 3]
    other = await asyncpg.connect(database.superuser)

    async with other.transaction():
        await other.execute("SELECT FROM reset_request WHERE request_id = 1 FOR UPDATE")
        acting = asyncio.create_task(awaited(act(cast, patient)))
        while not await waiting(ledger):
            assert not acting.done()
        free = await ledger.conn.fetch("SELECT FROM reset_request WHERE request_id > 1 FOR UPDATE NOWAIT")
    await acting
    await other.close()

    assert len(free) == 2
    ended = await ledger.conn.fetch("SELECT request_id FROM reset_request WHERE state = 'refused' ORDER BY request_id")
    assert [row["request_id"] for row in ended] == ([1, 3] if act is leaves else [1, 2, 3])


async def test_a_definition_waits_for_a_grant_and_then_counts_the_new_holder(
    cast: Cast, patient: Services, ledger: Ledger, database: Database
) -> None:
    host = Host(patient.means)
    await host.define("readers", ["security.users.view", "security.resets.request"], ASK)
    other = patient_pool(database.program)

    async with other.transaction() as conn:
        await authority.hold(conn, cast.services.means, [cast.employee.id], admins=True)
        await give(conn, cast.employee.id, "readers", by=ASK.by, now=cast.services.clock())
        defining = asyncio.create_task(awaited(host.define("readers", ["security.users.view"], ASK)))
        while not await waiting(ledger):
            assert not defining.done()
    defined = await defining
    await other.close()

    assert defined is Changed.NOW
    assert await ledger.told(cast.employee.id) == ["role_granted", "role_defined"]


async def test_a_grant_in_slack_waits_for_whoever_changes_who_holds_what(
    cast: Cast, patient: Services, ledger: Ledger, database: Database
) -> None:
    other, typed = patient_pool(database.program), cast.admin.code()

    async with other.transaction() as conn:
        await authority.hold_roles(conn)
        granting = asyncio.create_task(
            awaited(
                patient.roles.grant(
                    by=cast.admin.id,
                    subject_id=cast.employee.id,
                    role="auditor",
                    told=cast.profiles(cast.admin.id, cast.employee.id),
                    reason=REASON,
                    typed=typed,
                )
            )
        )
        while not await waiting(ledger):
            assert not granting.done()
    await other.close()

    assert await granting is Changed.NOW
