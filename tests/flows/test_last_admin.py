"""Two acts at once, each of which ends one of the last two admins: the second waits for the first, and is refused (A9).

Both are stopped where they write their first audit event, after each has read and judged everything: two that did not
wait for one another would both have found another admin, in every run.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from bot.core.actions import Guard
from bot.core.host import HostRefusal
from bot.core.permissions import Permission
from bot.services.host import Ask, Host
from storage import roles
from tests.support.cast import REASON, Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services, on_this_pool
from tests.support.waiting import awaited, patient, waiting

ASK = Ask("host:root", REASON)
Act = Callable[[Cast, Services, int], Awaitable[object]]


# Of the first, who holds the role "admin"


async def turns_mfa_off(cast: Cast, services: Services, _: int) -> object:
    one = cast.admin
    return await services.disable.disable_own(one.id, factor_id=one.factor_id, typed=one.phone.code())


async def loses_the_role(cast: Cast, services: Services, _: int) -> object:
    return await Host(services.means).revoke("admin", cast.admin.profile.slack_user_id, ASK)


async def blocks_their_sign_in(cast: Cast, services: Services, notice: int) -> object:
    return await services.suspension.stop(notice, by=cast.admin.id)


async def leaves(cast: Cast, services: Services, _: int) -> object:
    return await services.people.save(cast.gone(cast.admin))


# Of the second, who holds the role "keepers"


async def also_turns_mfa_off(cast: Cast, services: Services, _: int) -> object:
    one = cast.second_admin
    return await services.disable.disable_own(one.id, factor_id=one.factor_id, typed=one.phone.code())


async def also_loses_the_role(cast: Cast, services: Services, _: int) -> object:
    return await Host(services.means).revoke("keepers", cast.second_admin.profile.slack_user_id, ASK)


async def holds_less_by_the_role(_: Cast, services: Services, __: int) -> object:
    return await Host(services.means).define("keepers", [Permission.VIEW_AUDIT], ASK)


@pytest.mark.parametrize(
    ("second", "refusal"),
    [
        (also_turns_mfa_off, Guard.ANOTHER_ADMIN),
        (also_loses_the_role, HostRefusal.LAST_ADMIN),
        (holds_less_by_the_role, HostRefusal.LAST_ADMIN),
    ],
)
@pytest.mark.parametrize("first", [turns_mfa_off, loses_the_role, blocks_their_sign_in, leaves])
async def test_of_two_acts_at_once_that_end_the_last_two_admins_the_second_is_refused(
    cast: Cast, ledger: Ledger, database: Database, first: Act, second: Act, refusal: object
) -> None:
    await ledger.define("keepers", Permission.MANAGE_ROLES, Permission.VIEW_USERS)
    await ledger.conn.execute("UPDATE role_grant SET role = 'keepers' WHERE person_id = $1", cast.second_admin.id)
    cast.services.clock.forward(minutes=1)
    notice = await ledger.message_of(cast.admin.id, "enabled")
    pool, other = patient(database), await asyncpg.connect(database.superuser)
    services, acts = on_this_pool(cast.services, pool), list[asyncio.Task[object]]()

    async with asyncio.TaskGroup() as group, other.transaction():
        await other.execute("LOCK TABLE audit_event IN SHARE MODE")
        for act in (first, second):
            acts.append(group.create_task(awaited(act(cast, services, notice))))
            while await waiting(ledger) < len(acts):
                assert not acts[-1].done()
    await other.close()
    async with pool.transaction() as conn:
        left = await roles.able_holders(conn, Permission.MANAGE_ROLES)
    await pool.close()

    assert acts[-1].result() is refusal
    assert left == [cast.second_admin.id]
