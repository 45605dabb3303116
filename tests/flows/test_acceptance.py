"""Somebody garbles the head or forges links: the linking stops, and what is acknowledged hides nothing later (K9)."""

import secrets
from dataclasses import replace

import pytest
import structlog

from bot.core import acceptance, chain
from bot.core.acceptance import Acceptance
from bot.core.chain import NOTHING, HeadFault, Link
from bot.core.resets import ReasonFault
from bot.core.sealing import Keyring
from bot.core.tampering import Finding, Kind
from bot.jobs.chain import Chaining
from bot.services.acceptance import Acceptances, Accepted, NotAccepted
from bot.services.chain_check import ChainCheck
from storage import acceptances
from storage import chain as chain_rows
from tests.support.audit import REASON, Audit
from tests.support.tampering_events import insert
from tests.support.tampering_head import forge

GARBLE = "UPDATE audit_head SET total = total + 1"
EDIT = "UPDATE audit_event SET actor = 'person:9' WHERE event_id = 6"


async def kinds(audit: Audit, *, with_log: bool = True) -> set[Kind]:
    return {finding.kind for finding in (await audit.check(with_log=with_log)).findings}


@pytest.mark.parametrize(
    ("garble", "fault", "found"),
    [
        (GARBLE, HeadFault.NOT_GENUINE, Kind.GARBLED),
        ("UPDATE audit_head SET key_id = 'k9'", HeadFault.UNKNOWN_KEY, Kind.GARBLED),
        ("DELETE FROM audit_head", HeadFault.MISSING, Kind.GARBLED),
    ],
)
async def test_a_head_that_does_not_verify_stops_the_linking_and_is_named(
    audit: Audit, garble: str, fault: HeadFault, found: Kind
) -> None:
    await audit.grow(3)
    await audit.conn.execute(garble)
    await audit.write(2)

    with structlog.testing.capture_logs() as lines:
        await Chaining(audit.chain()).round()

    assert [(line["event"], line["log_level"], line["why"]) for line in lines] == [
        ("the audit is not linked", "error", fault.value)
    ]
    assert await audit.conn.fetchval("SELECT count(*) FROM audit_unlinked") == 2
    assert await kinds(audit) == await kinds(audit, with_log=False) == {found}


async def test_an_older_head_put_back_stops_the_linking_too(audit: Audit) -> None:
    await audit.grow(2)
    head = (await audit.copy())["audit_head"]
    await audit.grow(2)
    await audit.conn.execute("TRUNCATE audit_head")
    await audit.conn.copy_records_to_table("audit_head", records=[tuple(head[0].values())])
    await audit.write()

    assert await audit.chain().link() is HeadFault.OVERTAKEN
    assert await kinds(audit) == {Kind.OLDER}
    assert isinstance(await audit.accept(), Accepted)
    await audit.grow(1)
    assert await kinds(audit) == set()


@pytest.mark.parametrize("accept_first", [True, False])
async def test_an_older_copy_put_back_shows_though_the_head_was_garbled_before(
    audit: Audit, *, accept_first: bool
) -> None:
    await audit.grow(4)
    before = await audit.copy()
    await audit.grow(2)
    await audit.conn.execute(GARBLE)
    if accept_first:
        assert isinstance(await audit.accept(), Accepted)
        await audit.grow(2)
        before = await audit.copy()
        await audit.grow(3)

    await audit.put_back(before)

    assert await kinds(audit) == {Kind.OLDER}
    await audit.grow(2)
    assert await kinds(audit) == {Kind.OLDER}


async def test_after_a_beginning_that_an_earlier_version_made_an_older_copy_put_back_still_shows(audit: Audit) -> None:
    await audit.grow(3)
    own = chain.keys(audit.keyring)
    lost = replace(audit.heads()[-1], number=4, mac=secrets.token_bytes(32))
    await audit.write(2)
    audit.clock.forward(seconds=5)
    anew = chain.next_link([(14, None)], head=None, ring=audit.keyring, now=audit.clock())
    anew = replace(anew, number=4, previous=NOTHING, total=14)
    anew = replace(anew, mac=chain.mac(anew, own["k1"]))
    await audit.put_link(anew)
    await chain_rows.save_head(audit.conn, chain.head_of(anew, audit.keyring))
    await audit.grow(1)
    older = await audit.copy()
    await audit.grow(3)
    heads = [*audit.heads(), lost]

    await audit.put_back(older)

    report = await ChainCheck(audit.pool, audit.keyring).run(heads)
    # The head that the beginning took the place of is explained by it; those that were logged later are not.
    assert [finding.head and finding.head.number for finding in report.findings if finding.kind is Kind.OLDER] == [6]
    assert lost not in [finding.head for finding in report.findings]


async def test_a_forged_link_is_named_and_its_events_are_linked_once_somebody_has_acknowledged_it(
    audit: Audit,
) -> None:
    await audit.grow(2)
    forged = await forge(audit)
    await audit.write(1)

    stopped = await audit.chain().link()
    report = await audit.check()
    accepted = await audit.accept()
    await audit.link()

    assert stopped is HeadFault.NOT_GENUINE
    assert report.findings == [Finding(Kind.FORGED, None, (3, 3))]
    assert list(report.unlinked) == list(forged.event_ids)
    assert isinstance(accepted, Accepted)
    assert accepted.marked == 2
    after = await audit.check()
    assert (after.findings, after.accepted, after.unlinked, after.covered) == ([], 1, [], after.events)
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:9' WHERE event_id = $1", forged.event_ids[0])
    assert await kinds(audit) == {Kind.EDITED}


async def test_an_event_that_a_forged_link_claims_in_advance_is_found(audit: Audit) -> None:
    await audit.grow(2)
    await audit.put_link(Link(3, audit.heads()[-1].linked_at, "k1", NOTHING, (777,), bytes(32), 9, bytes(32)))
    assert isinstance(await audit.accept(), Accepted)
    await audit.grow(1)

    await insert(audit, 777)

    assert await kinds(audit) == {Kind.INSERTED}


async def test_who_has_no_key_acknowledges_nothing(audit: Audit) -> None:
    await audit.grow(2)
    await audit.conn.execute(EDIT)
    report = await audit.check()
    foreign = chain.keys(Keyring("k1", {"k1": secrets.token_bytes(32)}))
    forged = Acceptance(1, "2026-11-24T12:00:00.000000Z", REASON, "k1", b"".join(report.places))
    await acceptances.insert(audit.conn, acceptance.made(forged, foreign))

    assert (await audit.check()).findings == [Finding(Kind.FORGED), *report.findings]


async def test_an_acceptance_is_an_event_that_names_it_by_its_mac(audit: Audit) -> None:
    await audit.grow(2)
    await audit.conn.execute(EDIT)

    accepted = await audit.accept()
    await audit.link()

    assert isinstance(accepted, Accepted)
    row = await audit.conn.fetchrow(
        "SELECT actor, surface, detail::jsonb ->> 'mac' AS mac, detail FROM audit_event WHERE kind = 'audit.accepted'"
    )
    assert row is not None
    assert (row["actor"], row["surface"], row["mac"]) == ("host:root", "cli", accepted.acceptance.mac.hex())
    assert REASON not in row["detail"]
    assert (await audit.check()).covered == 9


async def test_there_is_nothing_to_acknowledge_of_a_whole_audit_nor_without_a_reason(audit: Audit) -> None:
    await audit.grow(1)
    whole = await audit.check()
    await audit.conn.execute(GARBLE)
    garbled = await audit.check()
    service = Acceptances(audit.pool, audit.keyring, audit.clock)

    assert await service.accept(whole, reason=REASON, by="host:root") is NotAccepted.NOTHING_FOUND
    assert await service.accept(garbled, reason="short", by="host:root") is ReasonFault.TOO_SHORT
    assert await audit.conn.fetchval("SELECT count(*) FROM audit_acceptance") == 0


async def test_what_changed_since_it_was_checked_is_not_acknowledged(audit: Audit) -> None:
    await audit.grow(1)
    await audit.conn.execute(GARBLE)
    report = await audit.check()
    await audit.conn.execute(GARBLE)

    outcome = await Acceptances(audit.pool, audit.keyring, audit.clock).accept(report, reason=REASON, by="host:root")

    assert outcome is NotAccepted.CHANGED
    assert isinstance(await audit.accept(), Accepted)
