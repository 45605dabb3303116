"""A database that is cut off, goes dead, is slow, or takes no writes: 503 in time, and nothing about anybody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from bot.core.people import Person
from storage.pool import Pool
from tests.support.api import Answer, RelyingApp, api_of
from tests.support.database import PROGRAM, Database
from tests.support.people import BEN
from tests.support.services import Services, enroll, on_this_pool
from tests.support.serving import serving
from tests.support.wire import Wire

WITHIN_S = 3
"""What docs/integration.md tells applications to wait."""


@asynccontextmanager
async def over(dsn: str, services: Services, payroll: RelyingApp) -> AsyncIterator[RelyingApp]:
    """Yield the same application, at a process that reaches its database by *dsn*."""
    pool = Pool(dsn)
    try:
        async with serving(api_of(on_this_pool(services, pool))) as url:
            yield RelyingApp(payroll.http, url, payroll.key)
    finally:
        await pool.close()


async def everything(app: RelyingApp, code: str) -> list[Answer]:
    """Ask about somebody with MFA, without, and unknown; all at once."""
    async with asyncio.timeout(WITHIN_S):
        return list(
            await asyncio.gather(
                app.verify(code),
                app.verify(code, slack_id="U0BEN"),
                app.verify(code, email="nobody@example.com"),
                app.factor(),
                app.factor("slack_id=U0BEN"),
                app.factor("slack_id=U0NOBODY"),
                app.post("{"),
            )
        )


def assert_nothing_was_said(answers: list[Answer]) -> None:
    assert [one.status for one in answers] == [503] * len(answers)
    assert {one.headers["Retry-After"] for one in answers} == {"1"}
    assert len({str(one.body) for one in answers}) == 1


@pytest.mark.parametrize("harm", [Wire.cut, Wire.go_dead])
async def test_while_the_database_is_away_nothing_is_said_and_afterwards_the_code_is_still_good(
    payroll: RelyingApp, services: Services, ada: Person, wire: Wire, harm: Callable[[Wire], None]
) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    async with over(wire.program, services, payroll) as app:
        before = await app.factor()
        harm(wire)
        during = await everything(app, phone.code())
        wire.mend()
        after = await until_answered(lambda: app.verify(phone.code()))

    assert before.status == 200
    assert_nothing_was_said(during)
    assert after.body["result"] == "accepted"


async def test_while_every_statement_is_slow_nothing_is_said(
    payroll: RelyingApp, services: Services, ada: Person, database: Database
) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    holder = await asyncpg.connect(database.superuser)

    async with over(database.program, services, payroll) as app:
        try:
            async with holder.transaction():
                await holder.execute("LOCK TABLE person, factor, app_key IN ACCESS EXCLUSIVE MODE")
                during = await everything(app, phone.code())
        finally:
            await holder.close()
        after = await app.verify(phone.code())

    assert_nothing_was_said(during)
    assert after.body["result"] == "accepted"


async def test_a_database_that_takes_no_writes_judges_nobody_and_calls_nobody_not_enrolled(
    payroll: RelyingApp, services: Services, ada: Person, database: Database
) -> None:
    _, phone = await enroll(services, ada)
    await services.people.save(BEN)
    services.clock.forward(minutes=1)
    owner = await asyncpg.connect(database.superuser)

    await owner.execute(f'ALTER ROLE {PROGRAM} IN DATABASE "{database.name}" SET default_transaction_read_only = on')
    try:
        async with over(database.program, services, payroll) as app:
            enrolled, not_enrolled, unknown, status = await asyncio.gather(
                app.verify(phone.code()),
                app.verify(phone.code(), slack_id="U0BEN"),
                app.verify(phone.code(), slack_id="U0NOBODY"),
                app.factor(),
            )
    finally:
        await owner.execute(f'ALTER ROLE {PROGRAM} IN DATABASE "{database.name}" RESET default_transaction_read_only')
        await owner.close()

    assert (enrolled.status, not_enrolled.status) == (503, 503)
    assert unknown.body["reason"] == "unknown_user"
    assert status.body["enrolled"] is True
    assert (await payroll.verify(phone.code())).body["result"] == "accepted"


async def test_a_schema_that_is_older_than_the_program_is_an_outage(payroll: RelyingApp, database: Database) -> None:
    owner = await asyncpg.connect(database.superuser)

    await owner.execute("ALTER TABLE relying_app RENAME COLUMN lookups TO not_yet")
    try:
        during = await everything(payroll, "123456")
    finally:
        await owner.execute("ALTER TABLE relying_app RENAME COLUMN not_yet TO lookups")
        await owner.close()

    assert_nothing_was_said(during)


async def until_answered(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    while True:
        answer = await ask()
        if answer.status != 503:
            return answer


async def test_a_secret_that_does_not_open_is_no_word_about_the_code_and_no_fault_of_the_application(
    payroll: RelyingApp, services: Services, ada: Person, database: Database
) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    owner = await asyncpg.connect(database.superuser)
    await owner.execute("UPDATE factor SET box = decode(repeat('ab', 60), 'hex')")
    await owner.close()

    assert_nothing_was_said([await payroll.verify(phone.code())])
