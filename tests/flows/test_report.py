"""The report: who may ask, how often, what is counted, and who has no MFA."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest_asyncio

from bot.core.actions import Guard
from bot.core.audit import Event, Kind
from bot.core.codes import Verdict
from bot.core.people import Person
from bot.core.report import What
from bot.services.chain import Chain, Linked
from bot.services.looking import LOOKS_A_SECOND, LookRefusal, Looks
from bot.services.report import PAGE, Asked, AskRefusal, Reports, Unenrolled
from storage import audit as audit_events
from storage.schema import VERSIONS
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Authenticator, Services, enroll

[MIGRATION] = VERSIONS.glob("*_report.sql")


@pytest_asyncio.fixture
async def chain(services: Services, database: Database) -> AsyncIterator[Chain]:
    made = Chain(services.means, database.worker)
    yield made
    await made.close()


async def asked(reports: Reports, person: Person) -> int:
    told = await reports.ask(by=person.person_id)
    assert isinstance(told, Asked)
    return told.message_id


async def test_who_may_view_users_asks_once_a_minute_and_each_ask_is_a_look(
    services: Services, reports: Reports, ada: Person, viewers_phone: Authenticator, ledger: Ledger
) -> None:
    assert viewers_phone.secret
    first = await reports.ask(by=ada.person_id)
    second = await Reports(services.means, Looks(services.means)).ask(by=ada.person_id)  # another process
    services.clock.forward(minutes=1)
    third = await reports.ask(by=ada.person_id)

    assert [type(one) for one in (first, third)] == [Asked, Asked]
    assert second is AskRefusal.JUST_SENT
    assert (await ledger.jobs()).count("deliver_report") == 2
    assert await ledger.details("looked") == [{"act": "report"}] * 3


async def test_of_many_asks_at_once_one_is_sent(
    services: Services, ada: Person, viewers_phone: Authenticator, ledger: Ledger
) -> None:
    assert viewers_phone.secret
    processes = [Reports(services.means, Looks(services.means)) for _ in range(8)]

    told = await asyncio.gather(*(process.ask(by=ada.person_id) for process in processes))

    assert len([one for one in told if isinstance(one, Asked)]) == 1
    assert (await ledger.jobs()).count("deliver_report") == 1


async def test_who_may_not_view_users_gets_neither_report_nor_page_and_that_is_written_down(
    services: Services, reports: Reports, ada: Person, ledger: Ledger
) -> None:
    await enroll(services, ada)

    refused = await reports.ask(by=ada.person_id), await reports.unenrolled(by=ada.person_id)

    assert refused == (Guard.RIGHT, Guard.RIGHT)
    assert "deliver_report" not in await ledger.jobs()
    assert await ledger.details("look.refused") == [{"act": "report", "why": "right"}] * 2


async def test_a_look_too_many_waits(reports: Reports, ada: Person, viewers_phone: Authenticator) -> None:
    assert viewers_phone.secret
    told = [await reports.unenrolled(by=ada.person_id) for _ in range(LOOKS_A_SECOND + 1)]

    assert told[-1] is LookRefusal.TOO_FAST
    assert await reports.ask(by=ada.person_id) is LookRefusal.TOO_FAST


async def test_each_event_counts_once_on_its_day_when_the_chain_covers_it(
    services: Services, reports: Reports, ada: Person, viewers_phone: Authenticator, chain: Chain, ledger: Ledger
) -> None:
    for typed in (viewers_phone.wrong_code(), viewers_phone.code(steps=1)):
        await services.recovery.renew(ada.person_id, typed=typed, intent=uuid4())
    before = await reports.figures(ada.person_id)
    assert isinstance(await chain.link(), Linked)
    await chain.link()
    services.clock.forward(days=1)
    report = await reports.figures(ada.person_id)

    assert before.total(What.ENABLED) == 0
    yesterday = report.days[-2]
    assert [yesterday.of(what) for what in What] == [1, 1, 1, 0, 0]
    assert [report.total(what, 1) for what in What] == [0] * len(What)
    assert (report.members, report.enrolled) == (1, 1)
    assert len(await ledger.details("verification")) == 2


async def test_after_thirty_days_an_event_is_no_longer_in_the_report(
    services: Services, reports: Reports, ada: Person, viewers_phone: Authenticator, chain: Chain
) -> None:
    assert viewers_phone.secret
    await chain.link()
    services.clock.at += timedelta(days=29)
    last = await reports.figures(ada.person_id)
    services.clock.at += timedelta(days=1)
    after = await reports.figures(ada.person_id)

    assert (last.total(What.ENABLED), after.total(What.ENABLED)) == (1, 0)


async def test_the_pages_hold_every_member_without_mfa_once_and_nobody_else(
    services: Services, reports: Reports, ada: Person, viewers_phone: Authenticator, ledger: Ledger
) -> None:
    assert viewers_phone.secret
    await ledger.conn.execute(
        """
        INSERT INTO person (team_id, slack_user_id, standing, name, seen_at)
        SELECT team, 'UX' || number || team, standing, 'Somebody ' || lpad(number::text, 3, '0'), now()
          FROM generate_series(1, 25) AS number,
               (VALUES ('T0MFA', 'member'), ('T0MFB', 'member')) AS kind (team, standing)
        """
    )
    await ledger.conn.execute("UPDATE person SET standing = 'guest' WHERE name = 'Somebody 007'")
    await ledger.conn.execute("UPDATE person SET standing = 'deleted' WHERE name = 'Somebody 008'")

    async def turn(**place: int | None) -> Unenrolled:
        services.clock.forward(seconds=5)
        found = await reports.unenrolled(by=ada.person_id, **place)
        assert isinstance(found, Unenrolled)
        return found

    there: list[str] = []
    back: list[str] = []
    found = await turn()
    assert found.previous is None
    while True:
        there += [person.name for person in found.people]
        if found.next is None:
            break
        found = await turn(after=found.next)
    while True:
        back = [person.name for person in found.people] + back
        if found.previous is None:
            break
        found = await turn(before=found.previous)

    expected = [f"Somebody {number:03}" for number in range(1, 26) if number not in (7, 8)]
    assert there == back == expected
    assert len(expected) > 2 * PAGE


async def test_the_migration_counts_what_was_linked_before_just_as_linking_does(
    services: Services, ada: Person, viewers_phone: Authenticator, chain: Chain, ledger: Ledger
) -> None:
    verdicts = [{"verdict": verdict.value, "method": None, "purpose": "sign-in"} for verdict in Verdict]
    events = [
        Event(kind, services.clock(), "app:1", "app:1", ada.person_id) for kind in Kind if kind != Kind.VERIFICATION
    ]
    events += [Event(Kind.VERIFICATION, services.clock(), "app:1", "app:1", ada.person_id, one) for one in verdicts]
    async with services.means.pool.transaction() as conn:
        await audit_events.record(conn, *events)
    while isinstance(await chain.link(), Linked):
        pass
    async with services.means.pool.transaction() as conn:
        await audit_events.record(conn, *events)  # nothing links these

    linked = await ledger.conn.fetch("DELETE FROM event_day RETURNING day, what, count")
    [statement] = re.findall(r"INSERT INTO event_day.*?;", MIGRATION.read_text(), re.DOTALL)
    await ledger.conn.execute(statement)

    assert viewers_phone.secret
    counted = await ledger.conn.fetch("SELECT day, what, count FROM event_day")
    assert sorted(map(tuple, counted)) == sorted(map(tuple, linked))
    assert {row["what"] for row in linked} == set(What)
