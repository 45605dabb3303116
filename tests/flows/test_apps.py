"""Keys of relying apps: made anew with an overlap, dead at once where that is said, bound to scope and lookup."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.core.apps import Key, KeyRefusal, ListedApp, LookupBy, Scope
from bot.core.codes import Verdict
from bot.core.people import Person
from bot.services.judging import Judged
from bot.services.lookups import ByEmail, BySlackId, Lookup
from bot.services.verification import NotFound
from storage.pool import Pool
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Clock, Services, make_key, on_this_pool
from tests.support.timeouts import patient_pool

DAY = timedelta(days=1)
NOBODY = BySlackId("U0NOBODY")


@pytest_asyncio.fixture
async def replica(services: Services, database: Database) -> AsyncIterator[Services]:
    """Another process, with a pool of its own and a clock that is two seconds behind."""
    pool = patient_pool(database.program)
    there = on_this_pool(services, pool)
    clock = Clock(services.clock() - timedelta(seconds=2))
    yield Services(replace(there.means, now=clock), clock)
    await pool.close()


async def opens(services: Services, key: Key) -> bool:
    """Whether a key is live, as this process sees it."""
    answer = await services.verification.factor(key, NOBODY)
    assert answer in (NotFound.UNKNOWN_USER, KeyRefusal.NO_KEY)
    return answer is NotFound.UNKNOWN_USER


async def rotate(services: Services, *, overlap: timedelta | None) -> Key:
    key = await services.apps.rotate("payroll", overlap=overlap, by="host:root")
    assert key is not None
    return key


async def listed(services: Services) -> ListedApp:
    [one] = await services.apps.list()
    return one


async def test_after_a_rotation_both_keys_work_until_the_overlap_ends_and_then_the_new_one_alone(
    services: Services,
) -> None:
    old = await make_key(services)
    services.clock.forward(days=100)

    new = await rotate(services, overlap=DAY)
    during = [await opens(services, key) for key in (old, new)]
    services.clock.forward(hours=23, minutes=59)
    just_before = await opens(services, old)
    services.clock.forward(minutes=1)
    after = [await opens(services, key) for key in (old, new)]

    assert during == [True, True]
    assert just_before
    assert after == [False, True]


async def test_the_old_key_ends_at_once_and_on_every_replica_where_that_is_said(
    services: Services, replica: Services
) -> None:
    old = await make_key(services)
    assert await opens(replica, old)

    new = await rotate(services, overlap=None)

    assert [await opens(process, old) for process in (services, replica)] == [False, False]
    assert [await opens(process, new) for process in (services, replica)] == [True, True]


async def test_a_second_rotation_gives_no_key_a_longer_life(services: Services) -> None:
    first = await make_key(services)

    second = await rotate(services, overlap=timedelta(hours=1))
    third = await rotate(services, overlap=DAY)
    services.clock.forward(hours=1)
    after_an_hour = [await opens(services, key) for key in (first, second, third)]
    fourth = await rotate(services, overlap=None)

    assert after_an_hour == [False, True, True]
    assert [await opens(services, key) for key in (first, second, third, fourth)] == [False, False, False, True]


async def test_a_revoked_app_is_dead_with_all_its_keys_on_every_replica_and_is_not_rotated(
    services: Services, replica: Services
) -> None:
    old = await make_key(services)
    new = await rotate(services, overlap=DAY)

    await services.apps.revoke("payroll", by="host:root")
    rotated = await services.apps.rotate("payroll", overlap=DAY, by="host:root")

    assert rotated is None
    assert [await opens(process, key) for process in (services, replica) for key in (old, new)] == [False] * 4


async def test_of_rotations_at_once_only_the_last_key_outlives_the_overlap(services: Services) -> None:
    await make_key(services)

    made = await asyncio.gather(*(rotate(services, overlap=DAY) for _ in range(5)))
    services.clock.forward(days=1)

    assert sorted([await opens(services, key) for key in made]) == [False] * 4 + [True]


async def test_a_rotated_key_waits_where_the_app_waits(services: Services, ada: Person) -> None:
    old = await make_key(services, scopes=frozenset({Scope.READ}), lookups=frozenset({LookupBy.SLACK_ID}))

    new = await rotate(services, overlap=DAY)

    assert ada.email
    for key in (old, new):
        assert await services.verification.check(key, NOBODY, typed="") is KeyRefusal.NO_SCOPE
        assert await services.verification.factor(key, ByEmail(ada.email)) is KeyRefusal.NO_LOOKUP


@pytest.mark.parametrize(
    ("lookups", "allowed", "refused"),
    [
        ({LookupBy.SLACK_ID}, BySlackId("U0ADA"), ByEmail("ada@example.com")),
        ({LookupBy.EMAIL}, ByEmail("ada@example.com"), BySlackId("U0ADA")),
    ],
)
async def test_an_app_names_people_only_as_it_may_known_or_not(
    services: Services, ada: Person, lookups: set[LookupBy], allowed: Lookup, refused: Lookup
) -> None:
    assert ada.email == "ada@example.com"
    key = await make_key(services, lookups=frozenset(lookups))

    assert await services.verification.check(key, allowed, typed="") == Judged(Verdict.NOT_ENROLLED)
    for who in (refused, replace(refused, team_id="T0OTHER")):
        assert await services.verification.check(key, who, typed="") is KeyRefusal.NO_LOOKUP
        assert await services.verification.factor(key, who) is KeyRefusal.NO_LOOKUP


async def test_when_a_key_was_last_used_is_listed_and_no_secret_is(services: Services, replica: Services) -> None:
    old = await make_key(services, scopes=frozenset({Scope.READ}), rate_per_s=7)
    before = await listed(services)
    services.clock.forward(hours=1)
    new = await rotate(services, overlap=DAY)

    await opens(services, old)
    used_at = services.clock()
    services.clock.forward(hours=1)
    await services.apps.save_uses()
    await opens(replica, old)  # its clock is hours behind: the later time stays
    await replica.apps.save_uses()
    after = await listed(services)

    assert (before.last_used_at, after.last_used_at) == (None, used_at)
    assert [(key.key_id, key.last_used_at) for key in after.keys] == [(new.key_id, None), (old.key_id, used_at)]
    assert after.keys[1].expires_at == after.keys[0].created_at + DAY
    assert not any(key.secret in repr(after) for key in (old, new))


async def test_of_a_key_the_database_holds_the_hash_and_nothing_else(services: Services, ledger: Ledger) -> None:
    keys = [await make_key(services), await rotate(services, overlap=DAY)]
    for key in keys:
        await opens(services, key)
    await services.apps.save_uses()

    everything = await ledger.everything()

    assert not any(key.secret in everything or key.secret.encode().hex() in everything for key in keys)
    assert all(hashlib.sha256(key.secret.encode()).hexdigest() in everything for key in keys)


async def test_a_use_that_could_not_be_written_is_written_later(services: Services) -> None:
    key = await make_key(services)
    away = on_this_pool(services, Pool("postgresql://mfabot@127.0.0.1:1/mfabot"))
    await opens(services, key)

    await away.apps.save_uses()
    in_between = (await listed(services)).last_used_at
    await services.apps.save_uses()

    assert in_between is None
    assert (await listed(services)).last_used_at == services.clock()


async def test_who_presents_a_wrong_secret_leaves_no_use(services: Services) -> None:
    key = await make_key(services)

    await opens(services, Key(key.key_id, "A" * 43))
    await services.apps.save_uses()

    assert (await listed(services)).last_used_at is None
