"""The audit is append-only for everybody, its owner included, and has a place for every month."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from bot.core.audit import Event, Kind
from bot.core.chain import Head, Link
from storage import audit, chain
from storage.pool import Connection
from tests.support.database import Database

EVENT = Event(Kind.MFA_ENABLED, datetime(2031, 5, 6, 7, 8, 9, 10, tzinfo=UTC), "person:1", "slack", 1, {"factor": 1})

LINK = Link(1, "2031-05-06T07:08:10.000000Z", "k1", bytes(32), (1,), bytes(32), 1, bytes(32))
HEAD = Head(1, bytes(32), LINK.linked_at, 1, "k1", bytes(32))


async def partition_of(conn: Connection, event_id: int) -> str:
    return str(await conn.fetchval("SELECT tableoid::regclass FROM audit_event WHERE event_id = $1", event_id))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'person:2'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_event_other SET actor = 'person:2'",
        "DELETE FROM audit_event_other",
        "TRUNCATE audit_event_other",
        "TRUNCATE audit_event_2031_06",
        "UPDATE audit_link SET mac = mac",
        "DELETE FROM audit_link",
        "TRUNCATE audit_link",
    ],
)
async def test_not_even_the_owner_of_the_schema_changes_or_removes_an_event(
    database: Database, program: Connection, statement: str
) -> None:
    await audit.record(program, EVENT)
    await audit.ensure_months(program, now=datetime(2031, 6, 1, tzinfo=UTC), within_s=5.0)
    worker, owner = await asyncpg.connect(database.worker), await asyncpg.connect(database.owner)
    await chain.append(worker, LINK, HEAD)
    await worker.close()

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute(statement)
    await owner.close()

    assert await program.fetchval("SELECT count(*) FROM audit_event") == 1
    assert await program.fetchval("SELECT count(*) FROM audit_link") == 1


async def test_an_event_is_kept_as_it_was_told(program: Connection) -> None:
    await audit.record(program, EVENT)

    row = await program.fetchrow("SELECT at, kind, actor, surface, subject_id, detail FROM audit_event")

    assert row is not None
    assert tuple(row) == (EVENT.at, "mfa.enabled", "person:1", "slack", 1, '{"factor":1}')


async def test_several_events_are_written_at_once_and_none_is_no_statement(program: Connection) -> None:
    await audit.record(program, EVENT, EVENT, EVENT)
    await audit.record(program)

    assert await program.fetchval("SELECT count(*) FROM audit_event") == 3


async def test_the_program_makes_this_month_and_the_next_three_in_utc_and_only_once(program: Connection) -> None:
    await program.execute("SET timezone = 'Pacific/Auckland'")
    for _ in range(2):
        await audit.ensure_months(program, now=datetime(2032, 12, 31, 23, 59, tzinfo=UTC), within_s=5.0)

    places = []
    for at in (
        datetime(2032, 12, 1, tzinfo=UTC),
        datetime(2032, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2033, 1, 1, tzinfo=UTC),
        datetime(2033, 3, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2033, 4, 1, tzinfo=UTC),
    ):
        event_id = await program.fetchval(
            "INSERT INTO audit_event (at, kind, actor, surface, detail) "
            "VALUES ($1, 'k', 'a', 's', '{}') RETURNING event_id",
            at,
        )
        places.append(await partition_of(program, event_id))

    months = ["audit_event_2032_12", "audit_event_2032_12", "audit_event_2033_01", "audit_event_2033_03"]
    assert places == [*months, "audit_event_other"]


async def test_a_month_of_which_events_came_early_stays_where_they_are(program: Connection) -> None:
    await audit.record(program, Event(Kind.MFA_ENABLED, datetime(2040, 3, 5, tzinfo=UTC), "person:1", "slack"))

    await audit.ensure_months(program, now=datetime(2040, 3, 6, tzinfo=UTC), within_s=5.0)
    await audit.record(program, Event(Kind.MFA_ENABLED, datetime(2040, 3, 7, tzinfo=UTC), "person:1", "slack"))

    rows = await program.fetch("SELECT event_id FROM audit_event")
    assert [await partition_of(program, row["event_id"]) for row in rows] == ["audit_event_other"] * 2


async def test_two_processes_make_a_month_at_once(program: Connection, other_program: Connection) -> None:
    now = datetime(2050, 1, 1, tzinfo=UTC)

    await asyncio.gather(*(audit.ensure_months(conn, now=now, within_s=5.0) for conn in (program, other_program)))
