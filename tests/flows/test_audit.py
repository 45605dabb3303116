"""What happened is told in ids, and commits with its effect or not at all (R1)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest

from bot.core.people import Person, Standing
from bot.services.enrollment import Started
from bot.services.lookups import BySlackId
from bot.services.queue import Queue
from storage.pool import DatabaseFault
from tests.support.ledger import Ledger
from tests.support.people import ADA
from tests.support.services import Services, enroll, make_key, scan

REFUSE = """
    CREATE FUNCTION refuse_everything() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'raise_exception'; END $$
"""
STATE = """
    SELECT (SELECT string_agg(factor::text, ';' ORDER BY factor_id) FROM factor),
           (SELECT string_agg(enrollment::text, ';' ORDER BY enrollment_id) FROM enrollment),
           (SELECT string_agg(recovery_set::text, ';' ORDER BY recovery_set_id) FROM recovery_set),
           (SELECT string_agg(recovery_code::text, ';' ORDER BY digest) FROM recovery_code),
           (SELECT string_agg(person::text, ';' ORDER BY person_id) FROM person),
           (SELECT string_agg(message::text, ';' ORDER BY message_id) FROM message),
           (SELECT string_agg(attempt::text, ';' ORDER BY surface) FROM attempt),
           (SELECT count(*) FROM audit_event),
           (SELECT count(*) FROM jobs.pgqueuer)
"""


async def test_events_hold_ids_and_never_names_addresses_or_codes(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    key = await make_key(services)
    services.clock.forward(minutes=1)
    await services.verification.check(key, BySlackId("U0ADA"), typed=phone.code())
    await services.recovery.pasted(ada.person_id, text=phone.code(steps=1), cause="1.1")
    await services.suspension.stop(await ledger.message_id("enabled"), by=ada.person_id)
    services.clock.forward(minutes=1)
    await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0])

    rows = await ledger.conn.fetch("SELECT whole::text AS row FROM audit_event AS whole")

    told = " ".join(row["row"] for row in rows)
    assert len(rows) >= 7
    for canary in (ada.name, "Ada", "example.com", ada.slack_user_id, "payroll", phone.secret, confirmed.codes[0]):
        assert canary not in told


Act = Callable[[], Awaitable[object]]
Prepare = Callable[[Services, Ledger], Awaitable[Act]]


async def confirm(services: Services, _: Ledger) -> Act:
    started = await services.enrollments.start(1, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    phone = await scan(services, started.enrollment_id)
    return lambda: services.enrollments.confirm(started.enrollment_id, by=1, typed=phone.code())


async def disable(services: Services, _: Ledger) -> Act:
    person = await services.people.get(1)
    assert person is not None
    confirmed, _phone = await enroll(services, person)
    return lambda: services.disable.disable_own(1, factor_id=confirmed.factor_id, typed=confirmed.codes[0])


async def renew(services: Services, _: Ledger) -> Act:
    person = await services.people.get(1)
    assert person is not None
    _confirmed, phone = await enroll(services, person)
    services.clock.forward(minutes=1)
    return lambda: services.recovery.renew(1, intent=uuid4(), typed=phone.code())


async def stop(services: Services, ledger: Ledger) -> Act:
    person = await services.people.get(1)
    assert person is not None
    await enroll(services, person)
    message_id = await ledger.message_id("enabled")
    return lambda: services.suspension.stop(message_id, by=1)


async def wrong_sign_in(services: Services, _: Ledger) -> Act:
    person = await services.people.get(1)
    assert person is not None
    _confirmed, phone = await enroll(services, person)
    key = await make_key(services)
    return lambda: services.verification.check(key, BySlackId("U0ADA"), typed=phone.wrong_code())


@pytest.mark.parametrize(
    ("prepare", "table"),
    [
        *product([confirm, disable, renew, stop], ["audit_event", "jobs.pgqueuer", "message"]),
        (wrong_sign_in, "audit_event"),
    ],
)
async def test_where_event_notice_or_job_cannot_be_written_nothing_is_done(
    services: Services, ada: Person, ledger: Ledger, table: str, prepare: Prepare
) -> None:
    assert ada.person_id == 1
    act = await prepare(services, ledger)
    await ledger.conn.execute(REFUSE)
    await ledger.conn.execute(
        f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_everything()"
    )
    before = await ledger.conn.fetchrow(STATE)

    try:
        with pytest.raises(DatabaseFault):
            await act()
        after = await ledger.conn.fetchrow(STATE)
    finally:
        await ledger.conn.execute("DROP FUNCTION refuse_everything() CASCADE")

    assert after == before


async def test_of_an_account_that_is_gone_event_and_suspension_commit_together(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    await ledger.conn.execute("ALTER TABLE audit_event ADD CONSTRAINT full_up CHECK (kind <> 'person.suspended')")

    try:
        with pytest.raises(DatabaseFault):
            await services.people.save(replace(ADA, standing=Standing.DELETED))
    finally:
        await ledger.conn.execute("ALTER TABLE audit_event DROP CONSTRAINT full_up")

    found = await services.people.get(ada.person_id)
    assert found == ada


async def test_the_audit_s_next_months_are_made_long_before_their_first_event(
    services: Services, queue: Queue, ledger: Ledger
) -> None:
    services.clock.forward(days=365 * 20)

    await queue.make_months()

    made = [await ledger.conn.fetchval(f"SELECT to_regclass('audit_event_2046_{month}')") for month in (11, 12)]
    assert made == ["audit_event_2046_11", "audit_event_2046_12"]
