"""Disabling one's own MFA (S7)."""

import asyncio
from uuid import uuid4

from bot.core.codes import Verdict
from bot.core.enrollment import ConfirmRefusal
from bot.core.people import Person
from bot.services.disable import Disabled, OtherFactor
from bot.services.enrollment import Confirmed, Started
from bot.services.judging import Judged
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll, scan


async def test_a_current_code_turns_mfa_off_and_leaves_nothing_of_it(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    answer = await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())

    assert answer is Disabled.NOW
    assert await ledger.notices() == ["enabled", "disabled"]
    assert (await ledger.events())[-1] == "mfa.disabled"
    row = await ledger.conn.fetchrow("SELECT state, revoked_why, key_id, box FROM factor")
    assert row is not None
    assert tuple(row) == ("revoked", "disabled", None, None)
    assert await ledger.conn.fetchval("SELECT count(*) FROM recovery_set WHERE void_at IS NULL") == 0


async def test_a_recovery_code_turns_it_off_as_well(services: Services, ada: Person) -> None:
    confirmed, _ = await enroll(services, ada)

    answer = await services.disable.disable_own(
        ada.person_id, factor_id=confirmed.factor_id, typed=confirmed.codes[3].lower()
    )

    assert answer is Disabled.NOW


async def test_without_a_right_code_mfa_stays_on(services: Services, ada: Person, ledger: Ledger) -> None:
    confirmed, phone = await enroll(services, ada)

    answers = [
        await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=typed)
        for typed in ("", phone.wrong_code(), phone.code(), "A" * 24)
    ]

    assert answers == [
        Judged(Verdict.INVALID_FORMAT),
        Judged(Verdict.WRONG_CODE),
        Judged(Verdict.CODE_REUSED),
        Judged(Verdict.WRONG_CODE),
    ]
    assert await ledger.conn.fetchval("SELECT state FROM factor") == "active"
    # The failure counts commit with the refusals, the recovery code's not among them (C6).
    assert await ledger.conn.fetchval("SELECT failures FROM factor") == 2


async def test_somebody_else_s_form_disables_nothing(services: Services, ada: Person, ben: Person) -> None:
    of_ada, _ = await enroll(services, ada)
    of_ben, phone_of_ben = await enroll(services, ben)
    services.clock.forward(minutes=1)

    answers = [
        await services.disable.disable_own(ben.person_id, factor_id=number, typed=phone_of_ben.code())
        for number in (of_ada.factor_id, of_ben.factor_id)
    ]

    assert answers == [OtherFactor.CHANGED, Disabled.NOW]
    known = await services.people.status(ada.person_id)
    assert known is not None
    assert known[1].factor_id == of_ada.factor_id


async def test_a_submission_that_comes_again_is_done(services: Services, ada: Person, ledger: Ledger) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    code = phone.code()

    answers = await asyncio.gather(
        *(services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=code) for _ in range(6))
    )

    assert sorted(answers, key=str) == [Disabled.BEFORE] * 5 + [Disabled.NOW]
    assert (await ledger.notices()).count("disabled") == 1


async def test_a_form_of_a_replaced_factor_disables_nothing(services: Services, ada: Person) -> None:
    first, _ = await enroll(services, ada)
    replacing = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=first.codes[0])
    assert isinstance(replacing, Started)
    phone = await scan(services, replacing.enrollment_id)
    confirmed = await services.enrollments.confirm(replacing.enrollment_id, by=ada.person_id, typed=phone.code())
    assert isinstance(confirmed, Confirmed)
    services.clock.forward(minutes=1)

    answer = await services.disable.disable_own(ada.person_id, factor_id=first.factor_id, typed=phone.code())

    assert answer is OtherFactor.CHANGED


async def test_a_pending_replacement_ends_with_the_disabling(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)
    replacing = await services.enrollments.start(
        ada.person_id, intent=uuid4(), replacing=True, typed=confirmed.codes[0]
    )
    assert isinstance(replacing, Started)
    services.clock.forward(minutes=1)

    await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())

    answer = await services.enrollments.confirm(replacing.enrollment_id, by=ada.person_id, typed="123456")
    assert answer is ConfirmRefusal.CANCELLED


async def test_afterwards_one_may_enroll_again_at_once(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())

    again, _ = await enroll(services, ada)

    assert again.factor_id != confirmed.factor_id
