"""Secrets at rest and on their way: moved they do not open (K1), plain they are nowhere (K5), errors tell none (K4)."""

import secrets
import traceback
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.core.codes import Verdict
from bot.core.people import Person
from bot.core.sealing import Keyring, Unopenable
from bot.services.enrollment import Started
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.recovery import NewCodes
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll, make_key, scan


def with_keyring(services: Services, keyring: Keyring) -> Services:
    return Services(replace(services.means, keyring=keyring), services.clock)


async def test_a_secret_that_was_moved_to_another_person_s_row_does_not_open(
    services: Services, ada: Person, ben: Person, ledger: Ledger
) -> None:
    _, phone = await enroll(services, ada)
    await enroll(services, ben)
    key = await make_key(services)
    services.clock.forward(minutes=1)

    await ledger.conn.execute(
        "UPDATE factor SET box = (SELECT box FROM factor WHERE person_id = $1) WHERE person_id = $2",
        ada.person_id,
        ben.person_id,
    )

    with pytest.raises(Unopenable):
        await services.verification.check(key, BySlackId("U0BEN"), typed=phone.code())


async def test_a_pending_secret_that_was_moved_into_a_factor_does_not_open(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, _ = await enroll(services, ada)
    started = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=confirmed.codes[0])
    assert isinstance(started, Started)
    phone = await scan(services, started.enrollment_id)
    services.clock.forward(minutes=1)

    await ledger.conn.execute("UPDATE factor SET box = (SELECT box FROM enrollment WHERE state = 'pending')")

    with pytest.raises(Unopenable):
        await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())


async def test_recovery_codes_that_were_moved_to_another_factor_are_worth_nothing(
    services: Services, ada: Person, ben: Person, ledger: Ledger
) -> None:
    of_ada, _ = await enroll(services, ada)
    of_ben, _ = await enroll(services, ben)
    key = await make_key(services)

    # Ben's live set now holds Ada's hashes.
    await ledger.conn.execute("DELETE FROM recovery_code WHERE recovery_set_id = 2")
    await ledger.conn.execute("UPDATE recovery_code SET recovery_set_id = 2")

    for code in (of_ada.codes[0], of_ben.codes[0]):
        answer = await services.verification.check(key, BySlackId("U0BEN"), typed=code)
        assert answer == Judged(Verdict.WRONG_CODE)


async def test_after_a_new_primary_key_old_secrets_and_codes_work_and_without_the_old_key_nothing_is_judged(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    key = await make_key(services)
    services.clock.forward(minutes=1)
    old, new = services.means.keyring.keys["k1"], secrets.token_bytes(32)

    with_both = with_keyring(services, Keyring("k2", {"k1": old, "k2": new}))
    answers = [
        await with_both.verification.check(key, BySlackId("U0ADA"), typed=typed)
        for typed in (phone.code(), confirmed.codes[0])
    ]
    with_new_alone = with_keyring(services, Keyring("k2", {"k2": new}))
    with pytest.raises(Unopenable):
        await with_new_alone.verification.check(key, BySlackId("U0ADA"), typed=phone.code(steps=1))

    assert [isinstance(answer, Judged) and answer.accepted for answer in answers] == [True, True]
    assert await ledger.conn.fetchval("SELECT failures FROM factor") == 0


async def test_no_plain_secret_code_or_key_is_in_any_table(
    services: Services, ada: Person, ben: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    key = await make_key(services)
    started = await services.enrollments.start(ben.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    phone_of_ben = await scan(services, started.enrollment_id)
    await services.enrollments.confirm(started.enrollment_id, by=ben.person_id, typed=phone_of_ben.wrong_code())
    services.clock.forward(minutes=1)
    typed = [phone.code(), phone.code(steps=1), phone.wrong_code()]
    for code in typed:
        await services.verification.check(key, BySlackId("U0ADA"), typed=code)
    services.clock.forward(minutes=2)
    renewed = await services.recovery.renew(ada.person_id, intent=uuid4(), typed=phone.code())
    assert isinstance(renewed, NewCodes)
    await services.recovery.pasted(ada.person_id, text=renewed.codes[0], cause="1.1")
    await services.recovery.pasted(ada.person_id, text=phone.code(steps=1), cause="1.2")

    dump = (await ledger.everything()).upper()

    codes = [*confirmed.codes, *renewed.codes]
    plain = [phone.secret, phone_of_ben.secret, key.secret, key.spelled, *codes]
    plain += [code.replace("-", "") for code in codes]
    plain += [f'"{code}"' for code in typed]
    master = services.means.keyring.keys["k1"]
    for canary in plain:
        assert canary.upper() not in dump
        assert canary.encode().hex().upper() not in dump
    assert master.hex().upper() not in dump
    assert ada.slack_user_id in dump  # the dump is one


async def test_a_secret_that_does_not_open_is_told_without_itself(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await ledger.conn.execute("UPDATE factor SET box = decode(repeat('ab', 60), 'hex')")

    with pytest.raises(Unopenable) as caught:
        await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())

    told = "".join(traceback.format_exception(caught.value))
    assert phone.secret not in told
    assert phone.code() not in told


async def test_what_services_return_shows_no_secret_in_its_repr(services: Services, ada: Person) -> None:
    started = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    delivery = await services.deliveries.pending(started.enrollment_id)
    phone = await scan(services, started.enrollment_id)
    confirmed = await services.enrollments.confirm(started.enrollment_id, by=ada.person_id, typed=phone.code())
    key = await make_key(services)

    shown = repr((delivery, confirmed, key, services.means))

    assert phone.secret not in shown
    assert "codes" not in shown
    assert key.secret not in shown
