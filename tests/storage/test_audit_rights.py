"""The program's role adds events and changes nothing else of the audit; the jobs' role appends links alone (K10)."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bot.core.audit import Event, Kind
from storage import audit, schema
from storage.migrations import runner
from storage.migrations.runner import migrate
from storage.pool import Connection
from tests.support.database import Database

AT = datetime(2031, 5, 6, 7, 8, 9, 10, tzinfo=UTC)
EVENT = Event(Kind.MFA_ENABLED, AT, "person:1", "slack", 1, {"factor": 1})
APPEND = """
    SELECT append_audit_link(
        now(), 'k1', $1, $2, $3, decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 32), 'hex')
    )
"""
NOTHING = bytes(32)
OLD_RECORD = """
    WITH written AS (
        INSERT INTO audit_event (at, kind, actor, surface, subject_id, detail)
        SELECT *
          FROM unnest($1::timestamptz [], $2::text [], $3::text [], $4::text [], $5::bigint [], $6::text [])
        RETURNING event_id, at
    )
    INSERT INTO audit_unlinked (event_id, at)
    SELECT event_id, at FROM written
"""
"""How the version before this wrote events."""


@pytest_asyncio.fixture
async def here(bare_database: Database) -> Database:
    """A database that was migrated by this very checkout, so that a defect in its SQL is in it."""
    await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.program, worker_dsn=bare_database.worker)
    return bare_database


@pytest_asyncio.fixture
async def program(here: Database) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(here.program)
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def worker(here: Database) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(here.worker)
    yield conn
    await conn.close()


async def marks(conn: Connection) -> list[int]:
    return [row["event_id"] for row in await conn.fetch("SELECT event_id FROM audit_unlinked ORDER BY event_id")]


async def test_the_programs_role_neither_disowns_nor_moves_nor_appends(program: Connection) -> None:
    await audit.record(program, EVENT)
    statements = [
        "DELETE FROM audit_unlinked",
        "UPDATE audit_unlinked SET at = now()",
        "TRUNCATE audit_unlinked",
        "INSERT INTO audit_link VALUES (1, now(), 'k1', '{1}', '', '', '', 1)",
        "UPDATE audit_link SET total = 1",
        "INSERT INTO audit_head VALUES (true, 1, '', now(), 1, 'k1', '')",
        "UPDATE audit_head SET total = 1",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "INSERT INTO audit_acceptance VALUES (1, now(), 'because of it', 'k1', '', '')",
        "UPDATE audit_event SET actor = 'person:2'",
        "DELETE FROM audit_event",
        "INSERT INTO audit_event (event_id, at, kind, actor, surface, detail) VALUES (9, now(), 'k', 'a', 's', '{}')",
        "INSERT INTO audit_event OVERRIDING SYSTEM VALUE VALUES (9, now(), 'k', 'a', 's', NULL, '{}')",
        "INSERT INTO audit_event_other (at, kind, actor, surface, detail) VALUES (now(), 'k', 'a', 's', '{}')",
        APPEND.replace("$1", "''").replace("$2", "'{1}'").replace("$3", "''"),
        "DELETE FROM event_day",
        "UPDATE event_day SET count = 9",
    ]
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await program.execute(statement)

    assert await marks(program) == [1]


async def test_nobody_makes_marks_by_the_owner_s_trigger_on_a_table_of_their_own(program: Connection) -> None:
    await program.execute("CREATE TEMP TABLE mine (event_id bigint, at timestamptz)")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await program.execute(
            "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS written "
            "FOR EACH STATEMENT EXECUTE FUNCTION mark_audit_events()"
        )


async def test_a_mark_that_the_programs_role_inserts_is_skipped_even_from_a_trigger(program: Connection) -> None:
    await program.execute("INSERT INTO audit_unlinked VALUES (5, now())")
    await program.execute("CREATE TEMP TABLE mine (event_id bigint)")
    await program.execute(
        "CREATE FUNCTION pg_temp.mark() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO public.audit_unlinked VALUES (6, now()); RETURN NULL; END'"
    )
    await program.execute("CREATE TRIGGER mark AFTER INSERT ON mine EXECUTE FUNCTION pg_temp.mark()")
    await program.execute("INSERT INTO mine VALUES (1)")

    assert await marks(program) == []


async def test_each_event_has_its_mark_in_a_month_that_was_made_later_too_also_by_the_version_before(
    program: Connection,
) -> None:
    await audit.record(program, EVENT, EVENT)
    await audit.ensure_months(program, now=datetime(2031, 6, 1, tzinfo=UTC), within_s=5.0)
    await audit.record(program, Event(Kind.MFA_ENABLED, datetime(2031, 6, 5, tzinfo=UTC), "person:1", "slack", 1))
    await program.execute(OLD_RECORD, [AT] * 2, ["k"] * 2, ["a"] * 2, ["s"] * 2, [None] * 2, ["{}"] * 2)

    events = await program.fetch("SELECT event_id, at FROM audit_event ORDER BY event_id")
    assert len(events) == 5
    assert await program.fetch("SELECT event_id, at FROM audit_unlinked ORDER BY event_id") == events


async def test_there_is_no_way_to_write_an_event_without_its_mark(program: Connection) -> None:
    columns = ["at", "kind", "actor", "surface", "detail"]
    await program.copy_records_to_table("audit_event", records=[(AT, "k", "a", "s", "{}")] * 2, columns=columns)
    await program.execute(
        """
        MERGE INTO audit_event AS event
        USING (SELECT 1) AS one ON false
         WHEN NOT MATCHED THEN INSERT (at, kind, actor, surface, detail) VALUES (now(), 'k', 'a', 's', '{}')
        """
    )
    await program.execute(
        "PREPARE one AS INSERT INTO audit_event (at, kind, actor, surface, detail) VALUES (now(), 'k', 'a', 's', '{}')"
    )
    await program.execute("EXECUTE one")
    for setting in ("session_replication_role = replica", "ROLE mfabot_owner"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await program.execute(f"SET {setting}")

    assert await marks(program) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_unlinked",
        "INSERT INTO audit_unlinked VALUES (9, now())",
        "UPDATE audit_head SET total = 1",
        "INSERT INTO audit_link VALUES (1, now(), 'k1', '{1}', '', '', '', 1)",
        "INSERT INTO audit_event (at, kind, actor, surface, detail) VALUES (now(), 'k', 'a', 's', '{}')",
        "SELECT FROM factor",
        "SELECT FROM person",
        "SELECT FROM app_key",
        "SELECT FROM jobs.pgqueuer",
    ],
)
async def test_the_jobs_role_does_nothing_but_link(worker: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await worker.execute(statement)


async def test_a_link_covers_events_that_wait_and_follows_the_head_and_no_other(
    program: Connection, worker: Connection
) -> None:
    await audit.record(program, EVENT, EVENT, EVENT)
    refused = [
        (b"\1" * 32, [1, 2]),  # no such head
        (None, [1, 2]),
        (NOTHING, [1, 9]),  # no such mark
        (NOTHING, [2, 1]),
        (NOTHING, [1, 1]),
        (NOTHING, []),
    ]
    for previous, ids in refused:
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
            await worker.execute(APPEND, previous, ids, bytes(32 * len(ids)))
    with pytest.raises(asyncpg.CheckViolationError):
        await worker.execute(APPEND, NOTHING, [1, 2], bytes(32))
    assert await marks(program) == [1, 2, 3]

    await worker.execute(APPEND, NOTHING, [1, 3], bytes(64))

    assert await marks(program) == [2]
    head = await program.fetchrow("SELECT link_no, mac, total FROM audit_head")
    link = await program.fetchrow("SELECT link_no, mac, total FROM audit_link")
    assert head == link
    assert tuple(head or ()) == (1, b"\xab" * 32, 2)
    for previous, ids in ((NOTHING, [2]), (b"\xab" * 32, [1])):
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
            await worker.execute(APPEND, previous, ids, bytes(32))


async def test_without_its_head_a_chain_is_not_begun_again(
    program: Connection, worker: Connection, here: Database
) -> None:
    await audit.record(program, EVENT, EVENT)
    await worker.execute(APPEND, NOTHING, [1], bytes(32))
    owner = await asyncpg.connect(here.owner)
    await owner.execute("DELETE FROM audit_head")
    await owner.close()

    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await worker.execute(APPEND, NOTHING, [2], bytes(32))


async def test_of_one_role_for_all_the_rights_are_those_of_both_and_a_role_of_its_own_takes_them_away(
    here: Database, program: Connection
) -> None:
    before = await schema.look(program)
    await migrate(owner_dsn=here.owner, program_dsn=here.program)
    as_one = await schema.look(program)
    await migrate(owner_dsn=here.owner, program_dsn=here.program, worker_dsn=here.worker)

    assert (before.links_too, as_one.links_too, (await schema.look(program)).links_too) == (False, True, False)


@pytest.mark.parametrize(("at", "validated"), [("2026-11-24 12:00Z", True), ("294000-01-01 00:00Z", False)])
async def test_a_database_with_events_and_links_is_migrated_and_a_row_beyond_the_bounds_stops_nothing(
    bare_database: Database, tmp_path: Path, at: str, *, validated: bool
) -> None:
    (tmp_path / "versions").mkdir()
    for file in (runner.HERE / "versions").glob("[0-9]*"):
        if file.name < "0018":
            shutil.copy(file, tmp_path / "versions")
    owner = await asyncpg.connect(bare_database.owner)
    await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.owner, scripts=tmp_path)
    for time in ("now()", f"'{at}'"):
        await owner.execute(
            f"INSERT INTO audit_event (at, kind, actor, surface, detail) VALUES ({time}, 'k', 'a', 's', '{{}}')"  # noqa: S608  our own words
        )
    await owner.execute("INSERT INTO audit_unlinked SELECT event_id, at FROM audit_event")

    await migrate(owner_dsn=bare_database.owner, program_dsn=bare_database.owner)

    assert await marks(owner) == [1, 2]
    rows = await owner.fetch("SELECT conname FROM pg_constraint WHERE conname ~ '_bounds$' AND NOT convalidated")
    names = {re.sub("_bounds", "", row["conname"]) for row in rows}
    assert names == (set() if validated else {"audit_event", "audit_unlinked"})
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "INSERT INTO audit_event (at, kind, actor, surface, detail) VALUES ('294000-01-01', 'k', 'a', 's', '{}')"
        )
    await audit.record(owner, EVENT)
    await owner.close()
