"""A database of the first version is brought up to date, and what was kept in it then works today (K1, K3, E5, K7).

The dump was made by `tests/support/dump.py` in a checkout whose newest migration was 0013. Its comments name the
secrets.
"""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes

import asyncpg
import pytest
import pytest_asyncio

from bot.core import enrollment, policy, throttle
from bot.core.apps import Key, read_key
from bot.core.chain import read_head
from bot.core.codes import Verdict
from bot.core.people import Profile, Standing
from bot.core.resets import State
from bot.jobs.chain import Chaining
from bot.sandbox.slack import StandIn
from bot.services.chain import Chain
from bot.services.chain_check import ChainCheck
from bot.services.enrollment import Confirmed
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.means import Means
from bot.services.resets import Done
from storage import schema
from storage.migrations import runner
from storage.migrations.runner import migrate
from tests.support.database import Database
from tests.support.services import HOME, NOON, Authenticator, Clock, Services
from tests.support.settings import KEYRING
from tests.support.timeouts import patient_pool
from tests.support.working import shown, working

DUMP = Path(__file__).parent / "dumps" / "0013.sql"
VERSIONS = Path(runner.__file__).parent / "versions"
API_KEY = "mfabot_5feceb66ffc8_bzjZUnhsbWlsecLbwjndTpG0ZynXOif7V-lrhrJz_zQ"
ADA_SECRET = "2RZV4ORGLYLO5YB7LFYYXG25AMAZYB6Y"
ADA_RECOVERY_CODE = "54WR-E7PD-POKC-XKWQ-MFC6-KSYM"
BEN_SECRET = "HLNJF4ULJTW2HBLC5PYEPRX7AVAA2TCX"
BEN_ENROLLMENT = 9
MANAGER_SECRET = "L6OEVMEMVR2FP2IRDIYOIZSJEBQH5IWB"
REQUEST = 1


@pytest_asyncio.fixture
async def database(bare_database: Database, tmp_path: Path) -> Database:
    """The dump, on the schema that it was made of, and then migrated."""
    shutil.copytree(VERSIONS, tmp_path / "versions", ignore=lambda _, names: [one for one in names if one[:4] > "0013"])
    await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.owner, scripts=tmp_path)
    conn = await asyncpg.connect(bare_database.superuser)
    try:
        assert await schema.revision(conn) == "0013"
        await conn.execute("DELETE FROM role; DELETE FROM lockdown")  # the migrations have made them
        await conn.execute("SET session_replication_role = replica")
        await conn.execute(DUMP.read_text())
        await conn.execute("SET session_replication_role = origin")
        for owned in await conn.fetch(
            """
            SELECT pg_get_serial_sequence(format('%I.%I', nspname, relname), attname) AS sequence,
                   format('%I.%I', nspname, relname) AS place, format('%I', attname) AS name
              FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
              JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE nspname IN ('public', 'jobs') AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
            """
        ):
            if owned["sequence"]:
                await conn.execute(
                    f"SELECT setval('{owned['sequence']}', coalesce(max({owned['name']}), 0) + 1, false)"  # noqa: S608
                    f" FROM {owned['place']}"
                )
    finally:
        await conn.close()
    await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.program, worker_dsn=bare_database.worker)
    return bare_database


@pytest_asyncio.fixture
async def services(database: Database) -> AsyncIterator[Services]:
    """A process of today, eight minutes after the dump begins, with the keyring of then."""
    clock, pool = Clock(NOON + timedelta(minutes=8)), patient_pool(database.program)
    yield Services(
        Means(
            pool=pool,
            keyring=KEYRING,
            now=clock,
            random=token_bytes,
            throttle=throttle.Limits(),
            enrollment=enrollment.Limits(),
            issuer="Acme",
            policy=policy.Limits(right_min_age=timedelta(minutes=5)),
        ),
        clock,
    )
    await pool.close()


@pytest.fixture
def key() -> Key:
    found = read_key(API_KEY)
    assert found is not None
    return found


async def person_id(database: Database, slack_user_id: str) -> int:
    conn = await asyncpg.connect(database.superuser)
    try:
        return int(await conn.fetchval("SELECT person_id FROM person WHERE slack_user_id = $1", slack_user_id))
    finally:
        await conn.close()


def test_the_dump_has_rows_of_every_table() -> None:
    made = re.findall(
        r"CREATE TABLE (?:jobs\.)?([a-z_]+) \(",
        "".join(f.read_text() for f in VERSIONS.glob("*.sql") if f.name[:4] <= "0013"),
    )
    filled = re.findall(r"^INSERT INTO (?:public|jobs)\.([a-z_]+) ", DUMP.read_text(), re.MULTILINE)

    assert set(made) - set(filled) == {"pgqueuer_schedules", "pgqueuer_statistics"}  # nothing of ours uses these


async def test_a_code_a_recovery_code_and_a_key_of_then_sign_in(services: Services, key: Key) -> None:
    phone = Authenticator(ADA_SECRET, services.clock)

    by_code = await services.verification.check(key, BySlackId("U0ADA"), typed=phone.code())
    again = await services.verification.check(key, BySlackId("U0ADA"), typed=phone.code())
    by_recovery_code = await services.verification.check(key, BySlackId("U0ADA"), typed=ADA_RECOVERY_CODE)
    twice = await services.verification.check(key, BySlackId("U0ADA"), typed=ADA_RECOVERY_CODE)
    suspended = await services.verification.check(key, BySlackId("U0OTHER"), typed="123456")

    verdicts = [one.verdict for one in (by_code, again, by_recovery_code, twice, suspended) if isinstance(one, Judged)]
    assert verdicts == [
        Verdict.ACCEPTED,
        Verdict.CODE_REUSED,
        Verdict.ACCEPTED,
        Verdict.WRONG_CODE,
        Verdict.SUSPENDED,
    ]


async def test_an_enrollment_of_then_is_confirmed_by_its_owner(services: Services, database: Database) -> None:
    ben = await person_id(database, "U0BEN")

    confirmed = await services.enrollments.confirm(
        BEN_ENROLLMENT, by=ben, typed=Authenticator(BEN_SECRET, services.clock).code()
    )

    assert isinstance(confirmed, Confirmed)


async def test_a_request_of_then_is_approved(services: Services, database: Database) -> None:
    manager = await person_id(database, "U0MANAGER")
    profiles = [
        Profile(
            HOME.team_id,
            f"U0{name.upper()}",
            None,
            Standing.MEMBER,
            name.title(),
            f"{name}@example.com",
            "Europe/London",
        )
        for name in ("employee", "agent", "manager")
    ]

    outcome = await services.resets.approve(
        REQUEST, by=manager, told=profiles, typed=Authenticator(MANAGER_SECRET, services.clock).code()
    )

    assert isinstance(outcome, Done), outcome
    assert outcome.reset.state is State.EXECUTED


async def test_the_jobs_of_then_are_run(services: Services, database: Database, slack: StandIn) -> None:
    async with working(services.means, database, slack) as jobs:
        jobs.start()

        await slack.until(lambda: "image" in shown(slack, "U0BEN"), 60)


async def test_the_audit_of_then_is_whole_and_is_linked_on(services: Services, database: Database) -> None:
    pool = services.means.pool
    logged = [head for line in DUMP.read_text().splitlines() if (head := read_head(line)) is not None]

    before = await ChainCheck(pool, KEYRING).run(logged)
    chain = Chain(services.means, database.worker)
    await Chaining(chain).round()
    await chain.close()
    after = await ChainCheck(pool, KEYRING).run(logged)

    assert len(logged) == 1
    assert (before.findings, before.covered, before.waiting) == ([], 33, 1)
    assert (after.findings, after.covered, after.waiting) == ([], 34, 0)
