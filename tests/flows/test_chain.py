"""Events are linked once each, in whatever order they commit, and the head goes into the log (K7)."""

import asyncio
import io
import secrets

import asyncpg
import pytest
import structlog

from bot import logs
from bot.core.audit import Event
from bot.core.audit import Kind as EventKind
from bot.core.chain import HeadFault, read_head
from bot.core.sealing import Keyring
from bot.core.tampering import Finding, Kind
from bot.jobs.chain import Chaining
from bot.services.chain import NotLinked
from storage import audit as audit_events
from storage import chain as chain_rows
from tests.support.audit import Audit
from tests.support.database import Database
from tests.support.wire import Wire


async def linked(audit: Audit) -> list[list[int]]:
    """Return the events of each link."""
    rows = await audit.conn.fetch("SELECT event_ids FROM audit_link ORDER BY link_no")
    return [list(row["event_ids"]) for row in rows]


async def marks(audit: Audit) -> int:
    return int(await audit.conn.fetchval("SELECT count(*) FROM audit_unlinked"))


async def test_an_event_that_commits_late_is_linked_though_later_ones_were_before(
    audit: Audit, database: Database
) -> None:
    slow = await asyncpg.connect(database.program)
    transaction = slow.transaction()
    await transaction.start()
    await audit_events.record(slow, Event(EventKind.MFA_ENABLED, audit.clock(), "person:1", "slack", 1))
    await audit.write(2)
    await audit.link()
    await transaction.commit()
    await slow.close()
    await audit.link()

    assert await linked(audit) == [[2, 3], [1]]
    assert await marks(audit) == 0
    assert (await audit.check()).findings == []


async def test_what_is_rolled_back_is_never_linked(audit: Audit) -> None:
    with pytest.raises(LookupError):  # noqa: PT012  the block fails after its statement
        async with audit.pool.transaction() as conn:
            await audit_events.record(conn, Event(EventKind.MFA_ENABLED, audit.clock(), "person:1", "slack", 1))
            raise LookupError
    await audit.grow(1, events=1)

    assert await linked(audit) == [[2]]


async def test_one_links_at_a_time_and_each_event_once(audit: Audit) -> None:
    audit.events_a_link = 3
    await audit.write(20)
    chain = audit.chain()

    async def work() -> None:
        while await chain.link() is not NotLinked.NOTHING_WAITS:
            pass

    await asyncio.gather(*(work() for _ in range(4)))

    links = await linked(audit)
    assert sorted(event_id for ids in links for event_id in ids) == list(range(1, 21))
    assert [len(ids) for ids in links] == [3] * 6 + [2]
    assert (await audit.check()).findings == []


async def test_while_somebody_else_links_nothing_is_done(audit: Audit) -> None:
    await audit.write()
    async with audit.conn.transaction():
        await chain_rows.take_turn(audit.conn)
        outcome = await audit.chain().link()

    assert outcome is NotLinked.SOMEBODY_ELSE_LINKS
    assert await marks(audit) == 1


async def test_a_backlog_is_linked_in_one_round_of_several_links(audit: Audit) -> None:
    audit.events_a_link = 4
    await audit.write(9)

    await audit.link()

    assert [len(ids) for ids in await linked(audit)] == [4, 4, 1]
    assert [head.number for head in audit.heads()] == [1, 2, 3]
    assert [head.total for head in audit.heads()] == [4, 8, 9]


async def test_after_a_rotation_old_and_new_links_verify_and_without_the_old_key_the_old_do_not(audit: Audit) -> None:
    await audit.grow(2)
    old, new = audit.keyring.keys["k1"], secrets.token_bytes(32)
    audit.keyring = Keyring("k2", {"k1": old, "k2": new})
    await audit.grow(2)

    whole = await audit.check()
    audit.keyring = Keyring("k2", {"k2": new})
    lacking = await audit.check()

    assert whole.findings == []
    assert lacking.findings == [Finding(Kind.REMADE, None, (1, 2))]


async def test_a_process_without_the_heads_key_leaves_the_events_to_those_that_have_it(audit: Audit) -> None:
    await audit.grow(1)
    await audit.write()

    outcome = await audit.chain(Keyring("k2", {"k2": secrets.token_bytes(32)})).link()
    await audit.link()

    assert outcome is HeadFault.UNKNOWN_KEY
    assert (await audit.check()).findings == []


async def test_the_head_is_in_the_log_whatever_its_level_and_nothing_of_it_is_hidden(
    audit: Audit,
    logging_restored: None,  # noqa: ARG001  restores what this configures
) -> None:
    stream = io.StringIO()
    logs.configure("ERROR", stream=stream)
    for _ in range(20):  # so that some MAC has six digits in a row
        await audit.write()
        await Chaining(audit.chain()).round()

    heads = [read_head(line) for line in stream.getvalue().splitlines()]

    rows = await audit.conn.fetch("SELECT link_no, mac FROM audit_link ORDER BY link_no")
    assert [(head.number, head.mac) for head in heads if head] == [(row["link_no"], row["mac"]) for row in rows]
    audit.log = stream.getvalue().splitlines()
    assert (await audit.check()).findings == []


async def test_the_chain_goes_on_after_its_database_was_away_and_says_so_once(audit: Audit, database: Database) -> None:
    async with Wire(database) as wire:
        chaining = Chaining(audit.chain(dsn=wire.worker))
        with structlog.testing.capture_logs() as lines:
            await audit.write()
            await chaining.round()
            wire.cut()
            await audit.write()
            for _ in range(3):
                await chaining.round()
            wire.mend()
            while await marks(audit):
                await chaining.round()
        await chaining.stop()

    assert await linked(audit) == [[1], [2]]
    said = [line["event"] for line in lines]
    assert said == ["audit head", "the audit is not linked", "the audit is linked again", "audit head"]


async def test_who_stops_links_what_waits(audit: Audit) -> None:
    chaining = Chaining(audit.chain(), every_s=3600)
    chaining.start()
    await audit.write(2)

    await chaining.stop()

    assert await marks(audit) == 0


async def test_a_link_that_fails_for_a_bug_is_told_and_tried_again(audit: Audit) -> None:
    chaining = Chaining(audit.chain())
    await audit.write()
    await audit.conn.execute("ALTER TABLE audit_link ADD CONSTRAINT full_up CHECK (total < 0)")
    with structlog.testing.capture_logs() as lines:
        await chaining.round()
    await audit.conn.execute("ALTER TABLE audit_link DROP CONSTRAINT full_up")
    await chaining.round()

    assert [line["event"] for line in lines] == ["linking the audit failed"]
    assert await linked(audit) == [[1]]
