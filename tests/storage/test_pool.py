"""No wait is endless, an outage is told from a bug, and no error of the database carries a value (K4)."""

import traceback
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from bot.core.faults import AnswerLost, DatabaseAway
from storage.pool import DatabaseFault, Kept, Pool
from tests.support.database import Database
from tests.support.wire import Wire

CANARY = "canary-4711"


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    made = Pool(database.program, size=1)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("statement", "arguments", "says"),
    [
        (
            "INSERT INTO workspace VALUES ($1, NULL, 'U', now()), ($1, NULL, 'U', now())",
            [CANARY],
            "23505 workspace_pkey",
        ),
        ("INSERT INTO app_key (key_id, app_id, digest, created_at) VALUES ($1, 1, '', now())", [CANARY], "23514"),
        ("SELECT $1::text::bigint", [CANARY], "22P02"),
        ("SELECT $1::bigint", [CANARY], "22000"),
        ("SELECT $1::text", [CANARY + "\0"], "22021"),
        (f"SELECT '{CANARY}' FROM", [], "42601"),
        (f'SELECT "{CANARY}"()', [], "42883"),
    ],
)
async def test_a_bug_is_told_by_its_sqlstate_and_never_by_a_value(
    pool: Pool, statement: str, arguments: list[object], says: str
) -> None:
    with pytest.raises(DatabaseFault) as caught:
        async with pool.transaction() as conn:
            await conn.execute(statement, *arguments)

    assert str(caught.value).startswith(says)
    assert CANARY not in repr(caught.value)
    assert CANARY not in "".join(line for line in traceback.format_exception(caught.value) if "execute(" not in line)


async def test_a_statement_that_takes_too_long_is_an_outage(pool: Pool) -> None:
    with pytest.raises(DatabaseAway, match=r"57014|TimeoutError"):
        async with pool.transaction() as conn:
            await conn.execute("SELECT pg_sleep(30)")


async def test_a_row_that_somebody_else_holds_for_too_long_is_an_outage(pool: Pool, database: Database) -> None:
    other = await asyncpg.connect(database.program)
    async with pool.transaction() as conn:
        await conn.execute("INSERT INTO workspace VALUES ('T', NULL, 'U', now())")

    async with other.transaction():
        await other.execute("SELECT FROM workspace FOR UPDATE")
        with pytest.raises(DatabaseAway, match=r"57014|TimeoutError"):
            async with pool.transaction() as conn:
                await conn.execute("SELECT FROM workspace FOR UPDATE")
    await other.close()


async def test_without_a_free_connection_it_is_an_outage(pool: Pool) -> None:
    async with pool.transaction():
        with pytest.raises(DatabaseAway, match="TimeoutError"):
            async with pool.transaction():
                pass


@pytest.mark.parametrize("dsn", ["postgresql://mfabot@127.0.0.1:1/mfabot", "postgresql://mfabot@/x?host=/nonexistent"])
async def test_a_database_that_is_not_there_is_an_outage(dsn: str) -> None:
    pool = Pool(dsn)

    with pytest.raises(DatabaseAway):
        async with pool.transaction():
            pass


async def test_a_schema_that_is_not_there_yet_is_an_outage(bare_database: Database) -> None:
    pool = Pool(bare_database.owner)

    with pytest.raises(DatabaseAway, match="42P01"):
        async with pool.transaction() as conn:
            await conn.execute("SELECT FROM person")
    await pool.close()


async def test_a_connection_that_was_cut_is_an_outage_and_the_next_is_new(pool: Pool, database: Database) -> None:
    superuser = await asyncpg.connect(database.superuser)

    with pytest.raises(DatabaseAway):  # noqa: PT012  the connection is cut while it is held
        async with pool.transaction() as conn:
            await superuser.execute("SELECT pg_terminate_backend($1)", conn.get_server_pid())
            await conn.execute("SELECT 1")
    async with pool.transaction() as conn:
        alive = await conn.fetchval("SELECT 1")
    await superuser.close()

    assert alive == 1


async def test_a_kept_connection_is_one_until_it_breaks_and_then_the_next_is_new(
    pool: Pool, database: Database
) -> None:
    kept = pool.keep()
    superuser = await asyncpg.connect(database.superuser)
    served = []

    for _ in range(2):
        async with kept.transaction() as conn:
            served.append(await conn.fetchval("SELECT pg_backend_pid()"))
    with pytest.raises(DatabaseAway):  # noqa: PT012  the connection is cut while it is held
        async with kept.transaction() as conn:
            await superuser.execute("SELECT pg_terminate_backend($1)", served[-1])
            await conn.execute("SELECT 1")
    async with kept.transaction() as conn:
        served.append(await conn.fetchval("SELECT pg_backend_pid()"))
    await superuser.close()

    assert served[0] == served[1] != served[2]


async def test_what_fails_in_the_block_leaves_nothing_and_passes_through(pool: Pool) -> None:
    with pytest.raises(LookupError):  # noqa: PT012  the block fails after its statement
        async with pool.transaction() as conn:
            await conn.execute("INSERT INTO workspace VALUES ('T', NULL, 'U', now())")
            raise LookupError
    async with pool.transaction() as conn:
        kept = await conn.fetchval("SELECT count(*) FROM workspace")

    assert kept == 0


async def test_a_commit_whose_answer_is_lost_is_told_from_an_outage_before_it(database: Database) -> None:
    async with Wire(database) as wire:
        pool = Pool(wire.program)
        wire.lose_an_answer()
        with pytest.raises(AnswerLost):
            async with pool.transaction() as conn:
                await conn.execute("INSERT INTO workspace VALUES ('T', NULL, 'U', now())")
        wire.mend()
        async with pool.transaction() as conn:
            kept = await conn.fetchval("SELECT count(*) FROM workspace")
        with pytest.raises(DatabaseAway) as before:  # noqa: PT012  the wire is cut while the connection is held
            async with pool.transaction() as conn:
                wire.cut()
                await conn.execute("DELETE FROM workspace")
        await pool.close()

    assert kept == 1
    assert not isinstance(before.value, AnswerLost)


@pytest.mark.parametrize(
    ("body", "says"),
    [("PERFORM pg_sleep(30);", "TimeoutError"), ("RAISE 'ended' USING ERRCODE = '57014';", "57014")],
    ids=["the bot waits no longer", "the server ends it"],
)
@pytest.mark.parametrize("way", ["pool", "kept"])
async def test_a_commit_that_takes_too_long_has_an_unknown_outcome(
    database: Database, way: str, body: str, says: str
) -> None:
    pool = Pool(database.program, connect_s=20, statement_s=0.2)
    connections: Pool | Kept = pool if way == "pool" else pool.keep()
    owner = await asyncpg.connect(database.owner)
    await owner.execute(f"""
        CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} RETURN NULL; END$$;
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON workspace DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION late()
    """)

    with pytest.raises(AnswerLost, match=says):  # noqa: PT012  it is the end of the block that fails
        async with connections.transaction() as conn:
            await conn.execute("SET LOCAL statement_timeout = 0", timeout=20)
            await conn.execute("INSERT INTO workspace VALUES ('T', NULL, 'U', now())", timeout=20)
    await pool.close()
    await owner.execute("DROP TRIGGER late ON workspace; DROP FUNCTION late()")
    await owner.close()
