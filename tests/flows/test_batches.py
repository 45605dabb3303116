"""Sign-ins that wait together: one commit, and yet each as if it were alone, whatever happens to another."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from structlog.testing import capture_logs

from bot.core.apps import Key, KeyRefusal
from bot.core.codes import Verdict
from bot.core.faults import AnswerLost, DatabaseAway
from bot.core.sealing import Unopenable
from bot.services.judging import Judged, Method
from bot.services.lookups import ByEmail
from storage.pool import DatabaseFault, Pool
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services, make_key, on_this_pool
from tests.support.signing import Member, members, sign_in, stuck
from tests.support.timeouts import patient_pool
from tests.support.wire import Wire

ACCEPTED = Judged(Verdict.ACCEPTED, Method.TOTP)


async def together(services: Services, key: Key, those: list[Member]) -> list[object]:
    """Let everybody sign in at once; return the answers, or what came in their place."""
    return await asyncio.gather(*(sign_in(services, key, one) for one in those), return_exceptions=True)


async def commits(ledger: Ledger, kind: str = "verification") -> Counter[str]:
    """Return how many events of a kind each transaction has written."""
    rows = await ledger.conn.fetch("SELECT xmin::text AS xact FROM audit_event WHERE kind = $1", kind)
    return Counter(row["xact"] for row in rows)


async def test_those_who_wait_together_are_answered_by_one_commit(services: Services, ledger: Ledger) -> None:
    key, those = await make_key(services), await members(services, 8)

    answers = await together(services, key, those)

    assert answers == [ACCEPTED] * 8
    assert list((await commits(ledger)).values()) == [8]
    assert await together(services, key, those) == [Judged(Verdict.CODE_REUSED)] * 8


async def test_of_one_person_a_batch_judges_one_attempt_however_they_are_named(
    services: Services, ledger: Ledger
) -> None:
    keys = [await make_key(services, f"app-{number}") for number in range(3)]
    [ada, ben] = await members(services, 2)
    names = [ada.who, ByEmail(ada.email), ByEmail(ada.email.upper()), ByEmail(ada.email, "T0MFA")]

    answers = await asyncio.gather(
        *(services.verification.check(key, who, typed=ada.phone.code()) for key in keys for who in names),
        sign_in(services, keys[0], ben),
    )

    assert Counter(answers) == {ACCEPTED: 2, Judged(Verdict.CODE_REUSED): 11}
    assert answers[-1] == ACCEPTED
    assert await ledger.conn.fetchval("SELECT failures FROM factor WHERE person_id = $1", ada.id) == 11


async def test_a_busy_row_holds_nobody_else_up_and_is_judged_when_it_is_free(
    services: Services, database: Database
) -> None:
    key, [ada, ben] = await make_key(services), await members(services, 2)
    holder = await asyncpg.connect(database.owner)
    holding = holder.transaction()
    await holding.start()
    await holder.execute("SELECT FROM factor WHERE person_id = $1 FOR UPDATE", ada.id)

    with capture_logs() as log:
        busy = asyncio.create_task(sign_in(services, key, ada))
        await asyncio.sleep(0)
        other = await sign_in(services, key, ben)
        early = busy.done()
    await holding.rollback()
    await holder.close()

    assert (other, log) == (ACCEPTED, [])
    assert not early
    assert await busy == ACCEPTED


@asynccontextmanager
async def spoiled(ledger: Ledger, person_id: int) -> AsyncIterator[None]:
    """Have no write to somebody's factor succeed."""
    await ledger.conn.execute(
        f"ALTER TABLE factor ADD CONSTRAINT spoiled CHECK (person_id <> {person_id} OR last_step = 1) NOT VALID"
    )
    try:
        yield
    finally:
        await ledger.conn.execute("ALTER TABLE factor DROP CONSTRAINT spoiled")


async def test_a_row_that_cannot_be_written_spoils_nobody_elses_sign_in(services: Services, ledger: Ledger) -> None:
    key, those = await make_key(services), await members(services, 4)
    async with spoiled(ledger, those[2].id):
        answers = await together(services, key, those)

    assert isinstance(answers.pop(2), DatabaseFault)
    assert answers == [ACCEPTED] * 3
    assert await commits(ledger) == Counter(dict.fromkeys(await commits(ledger), 1))
    assert (await commits(ledger)).total() == 3
    assert await sign_in(services, key, those[2]) == ACCEPTED


async def test_a_batch_that_fails_lets_nobody_ask_more_often_than_the_key_may(
    services: Services, ledger: Ledger
) -> None:
    key, those = await make_key(services, rate_per_s=2), await members(services, 5)
    async with spoiled(ledger, those[0].id):
        answers = await together(services, key, those)

    assert isinstance(answers.pop(0), DatabaseFault)
    assert answers == [ACCEPTED, *[KeyRefusal.TOO_FAST] * 3]


async def test_a_secret_that_does_not_open_is_one_persons_trouble(services: Services, ledger: Ledger) -> None:
    key, those = await make_key(services), await members(services, 3)
    await ledger.conn.execute("UPDATE factor SET box = substr(box, 2) WHERE person_id = $1", those[0].id)

    answers = await together(services, key, those)

    assert isinstance(answers[0], Unopenable)
    assert answers[1:] == [ACCEPTED] * 2
    assert list((await commits(ledger)).values()) == [2]


async def test_where_the_answer_to_the_commit_is_lost_nothing_is_said_and_nobody_is_judged_again(
    services: Services, database: Database, ledger: Ledger
) -> None:
    key, those = await make_key(services), await members(services, 4)
    async with Wire(database) as wire:
        pool = patient_pool(wire.program)
        wired = on_this_pool(services, pool)
        wire.lose_an_answer()

        answers = await together(wired, key, those)
        wire.mend()
        judged = (await commits(ledger)).total()
        again = await together(wired, key, those)
        await pool.close()

    assert [type(answer) for answer in answers] == [AnswerLost] * 4
    assert judged == 4
    assert again == [Judged(Verdict.CODE_REUSED)] * 4


async def test_a_batch_that_is_cut_off_before_its_commit_has_used_no_code(
    services: Services, database: Database, ledger: Ledger
) -> None:
    key, those = await make_key(services), await members(services, 3)
    async with Wire(database) as wire:
        pool = patient_pool(wire.program)
        wired = on_this_pool(services, pool)
        async with stuck(database) as held:
            asking = asyncio.create_task(together(wired, key, those))
            await held.reached()
            wire.cut()
            answers = await asking
            await held.go_on()
        wire.mend()
        again = await together(wired, key, those)
        await pool.close()

    assert all(isinstance(answer, DatabaseAway) and not isinstance(answer, AnswerLost) for answer in answers)
    assert again == [ACCEPTED] * 3
    assert (await commits(ledger)).total() == 3


async def test_without_a_database_everybody_hears_that_nothing_is_known(services: Services) -> None:
    key, those = await make_key(services), await members(services, 3)
    away = on_this_pool(services, Pool("postgresql://mfabot@127.0.0.1:1/mfabot"))

    answers = await together(away, key, those)

    assert [type(answer) for answer in answers] == [DatabaseAway] * 3


async def test_who_hangs_up_in_time_is_not_judged_and_later_it_is_nobody_elses_trouble(
    services: Services, database: Database
) -> None:
    key, [ada, ben, cyd] = await make_key(services), await members(services, 3)

    async with stuck(database) as held:
        leaving, staying = (asyncio.create_task(sign_in(services, key, one)) for one in (ada, ben))
        await held.reached()
        waiting = asyncio.create_task(sign_in(services, key, cyd))
        await asyncio.sleep(0)
        leaving.cancel()
        waiting.cancel()
        await held.go_on()

    assert await staying == ACCEPTED
    assert {type(gone) for gone in await asyncio.gather(leaving, waiting, return_exceptions=True)} == {
        asyncio.CancelledError
    }
    assert await sign_in(services, key, ada) == Judged(Verdict.CODE_REUSED)
    assert await sign_in(services, key, cyd) == ACCEPTED


async def test_draining_answers_those_who_wait_and_takes_nobody_new(services: Services, database: Database) -> None:
    key, [ada, ben, cyd] = await make_key(services), await members(services, 3)

    async with stuck(database) as held:
        first = asyncio.create_task(sign_in(services, key, ada))
        await held.reached()
        second = asyncio.create_task(sign_in(services, key, ben))
        await asyncio.sleep(0)
        draining = asyncio.create_task(services.verification.drain())
        await asyncio.sleep(0)
        with pytest.raises(DatabaseAway):
            await sign_in(services, key, cyd)
        early = draining.done()
        await held.go_on()
        await draining

    assert not early
    assert (first.done(), second.done()) == (True, True)
    assert [await first, await second] == [ACCEPTED] * 2
