"""Whatever somebody does to the audit past its triggers is found and named (K7)."""

import pytest

from bot.core.tampering import Finding, Kind
from storage import audit_entries
from tests.support import tampering
from tests.support.audit import Audit

ROUNDS = 2
WAYS = [(kind, way) for kind, ways in tampering.WAYS.items() for way in ways]


async def test_what_waits_to_be_linked_is_no_tampering(audit: Audit) -> None:
    await audit.grow(2)
    await audit.write(3)

    report = await audit.check()

    assert report.findings == []
    assert (report.events, report.covered, report.waiting, report.links) == (11, 8, 3, 2)


async def test_an_audit_in_which_nothing_ever_happened_is_whole(audit: Audit) -> None:
    report = await audit.check()

    assert (report.findings, report.events, report.head) == ([], 0, None)


@pytest.mark.parametrize(("kind", "way"), WAYS, ids=[way.__name__ for _, way in WAYS])
async def test_each_kind_of_tampering_is_found_and_named(audit: Audit, kind: Kind, way: tampering.Tamper) -> None:
    for seed in range(ROUNDS):
        await audit.begin_anew()
        await audit.grow(6)

        await way(audit, tampering.chance(seed))

        report = await audit.check()
        assert {finding.kind for finding in report.findings} - tampering.BESIDES.get(way, set()) == {kind}


@pytest.mark.parametrize(("kind", "way"), WAYS, ids=[way.__name__ for _, way in WAYS])
async def test_only_what_leaves_a_whole_chain_needs_the_log(audit: Audit, kind: Kind, way: tampering.Tamper) -> None:
    await audit.grow(6)

    await way(audit, tampering.chance(1))

    report = await audit.check(with_log=False)
    assert bool(report.findings) is (way not in tampering.ONLY_IN_THE_LOG), kind


@pytest.mark.parametrize(
    "at", ["infinity", "-infinity", "2026-11-24 12:00:00.000005+00 BC", "294276-12-31 23:59:59+00"]
)
async def test_a_time_that_no_clock_tells_is_an_edit(audit: Audit, at: str) -> None:
    await audit.grow(1)

    async with audit.without_bounds():
        await audit.conn.execute(f"UPDATE audit_event SET at = '{at}' WHERE event_id = 2")  # noqa: S608  our own words

    assert (await audit.check()).findings == [Finding(Kind.EDITED, (2, 2), (1, 1))]


async def test_times_are_chained_as_they_are_spelled_elsewhere_whatever_the_session_s_settings(audit: Audit) -> None:
    await audit.write()
    await audit.conn.execute("SET timezone = 'Pacific/Auckland'; SET datestyle = 'SQL, DMY'")

    async with audit.conn.transaction():
        [entry] = await (await audit_entries.all_entries(audit.conn)).fetch()

    assert entry.at == audit_time(audit)


def audit_time(audit: Audit) -> str:
    return audit.clock().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
