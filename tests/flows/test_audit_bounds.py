"""One row that somebody put beyond all bounds stops nothing else, and a mark that was removed shows (K10, K11)."""

from dataclasses import replace

import asyncpg
import pytest

from bot.core import chain
from bot.core.chain import Link
from bot.core.tampering import Kind
from bot.services.acceptance import Accepted
from bot.services.clock_check import ClockCheck
from bot.services.health import Checkup
from tests.support.audit import Audit
from tests.support.tampering_head import FOREIGN

MOST = (1 << 63) - 1
LATE = "294000-01-01 00:00:00+00"
NEVER = ("294000-01-01 00:00:00+00", "infinity", "-infinity", "4000-01-01 00:00:00+00 BC")


def checkup(audit: Audit) -> Checkup:
    return Checkup(pool=audit.pool, keyring=audit.keyring, now=audit.clock, clock=ClockCheck())


def forged(number: int, linked_at: str) -> Link:
    link = Link(number, linked_at, "k1", bytes(32), (777,), bytes(32), MOST, b"")
    return replace(link, mac=chain.mac(link, chain.keys(FOREIGN)["k1"]))


@pytest.mark.parametrize("at", NEVER)
async def test_an_event_of_a_time_that_no_clock_tells_is_linked_like_any_other(audit: Audit, at: str) -> None:
    await audit.grow(1)
    async with audit.without_bounds():
        program = await asyncpg.connect(audit.database.program)
        await program.execute(
            f"INSERT INTO audit_event (at, kind, actor, surface, detail) VALUES ('{at}', 'k', 'a', 's', '{{}}')"  # noqa: S608  our own words
        )
        await program.close()
        await audit.write(3)

        looked = await checkup(audit).look()
        await audit.link()

        assert 0 < (looked.audit_lag_s or 0) < 10
        assert (await checkup(audit).look()).audit_lag_s == 0
        report = await audit.check()
        assert (report.findings, report.waiting, report.covered) == ([], 0, 8)


@pytest.mark.parametrize("number", [99, MOST])
async def test_a_link_far_beyond_the_head_stops_no_other_and_is_named(audit: Audit, number: int) -> None:
    await audit.grow(2)
    async with audit.without_bounds():
        await audit.put_link(forged(number, audit.heads()[-1].linked_at))

        await audit.grow(3)

        looked = await checkup(audit).look()
        assert (looked.audit_fault, looked.audit_lag_s) == (None, 0)
        report = await audit.check()
        assert (report.links, [finding.links for finding in report.findings]) == (6, [(number, number)])


@pytest.mark.parametrize("change", [f"link_no = {MOST}", f"linked_at = '{LATE}'", f"total = {MOST}"])
async def test_a_head_beyond_all_bounds_is_told_and_acknowledged(audit: Audit, change: str) -> None:
    await audit.grow(2)
    async with audit.without_bounds():
        await audit.conn.execute(f"UPDATE audit_head SET {change}")  # noqa: S608  our own words

        looked = await checkup(audit).look()
        found = (await audit.check()).findings
        accepted = await audit.accept()
        await audit.grow(1)

        assert looked.audit_fault == "head_not_genuine"
        assert [finding.kind for finding in found] == [Kind.GARBLED]
        assert isinstance(accepted, Accepted)
        assert (await audit.check()).findings == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_event (at, kind, actor, surface, detail) VALUES ('{late}', 'k', 'a', 's', '{{}}')",
        "INSERT INTO audit_unlinked VALUES (9, '{late}')",
        "UPDATE audit_link SET link_no = {most}",
        "UPDATE audit_link SET total = {most}",
        "UPDATE audit_link SET linked_at = '{late}'",
        "UPDATE audit_head SET link_no = {most}",
        "UPDATE audit_head SET total = {most}",
        "UPDATE audit_head SET linked_at = '{late}'",
        "UPDATE audit_head SET key_id = ''",
    ],
)
async def test_no_row_beyond_the_bounds_is_taken(audit: Audit, statement: str) -> None:
    await audit.grow(1)

    with pytest.raises(asyncpg.CheckViolationError, match="_bounds"):
        await audit.conn.execute(statement.format(late=LATE, most=MOST))


async def test_an_event_whose_mark_was_removed_shows_in_the_lag_until_somebody_has_acknowledged_it(
    audit: Audit,
) -> None:
    await audit.grow(1)
    await audit.write(2)
    await audit.conn.execute("DELETE FROM audit_unlinked WHERE event_id = 5")
    running = checkup(audit)
    before = await running.look()
    audit.clock.forward(minutes=2)
    await audit.grow(1)
    started_later = await checkup(audit).look()
    # As many later events as are compared are without fault by now, and this process still knows.
    await audit.grow(1, events=1100)
    after = await running.look()

    accepted = await audit.accept()
    await audit.link()

    assert (before.audit_fault, started_later.audit_fault, after.audit_fault) == ("mark_removed",) * 3
    assert all((look.audit_lag_s or 0) > 120 for look in (started_later, after))
    assert isinstance(accepted, Accepted)
    assert accepted.marked == 1
    ended = await running.look()
    assert (ended.audit_fault, ended.audit_lag_s) == (None, 0)
    assert (await audit.check()).findings == []


async def test_events_that_are_linked_late_and_out_of_their_order_are_no_fault(audit: Audit) -> None:
    await audit.write(2)
    slow = await asyncpg.connect(audit.database.program)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute("INSERT INTO audit_event (at, kind, actor, surface, detail) VALUES (now(), 'k', 'a', 's', '{}')")
    await audit.grow(2)
    await transaction.commit()
    await slow.close()

    assert (await checkup(audit).look()).audit_fault is None
    await audit.grow(1)
    looked = await checkup(audit).look()
    assert (looked.audit_fault, looked.audit_lag_s) == (None, 0)
