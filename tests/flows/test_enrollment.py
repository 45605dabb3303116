"""Enrollment through the services, on a real database."""

import asyncio
from uuid import uuid4

from bot.core.codes import Verdict
from bot.core.enrollment import ConfirmRefusal, StartRefusal
from bot.core.people import Person
from bot.services.disable import Disabled
from bot.services.enrollment import Confirmed, Started, WrongCode
from bot.services.judging import Judged
from tests.support.services import Services, enroll, scan


async def test_a_right_code_turns_mfa_on_and_shows_ten_recovery_codes(services: Services, ada: Person) -> None:
    confirmed, _ = await enroll(services, ada)

    assert len(set(confirmed.codes)) == 10
    known = await services.people.status(ada.person_id)
    assert known is not None
    assert known[1].factor_id == confirmed.factor_id
    assert known[1].codes_left == 10


async def test_the_confirming_code_is_used_up(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)

    again = await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())

    assert again == Judged(Verdict.CODE_REUSED)


async def test_five_wrong_codes_end_the_enrollment(services: Services, ada: Person) -> None:
    started = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    phone = await scan(services, started.enrollment_id)
    wrong = f"{(int(phone.code(steps=50)) + 1) % 1_000_000:06}"

    answers = [
        await services.enrollments.confirm(started.enrollment_id, by=ada.person_id, typed=wrong) for _ in range(5)
    ]

    assert answers[:4] == [WrongCode(left) for left in (4, 3, 2, 1)]
    assert answers[4] is ConfirmRefusal.EXHAUSTED


async def test_a_code_of_a_clock_that_is_minutes_off_says_so(services: Services, ada: Person) -> None:
    started = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    phone = await scan(services, started.enrollment_id)

    answer = await services.enrollments.confirm(started.enrollment_id, by=ada.person_id, typed=phone.code(steps=-6))

    assert answer == WrongCode(left=4, minutes_off=3)


async def test_with_mfa_on_a_plain_start_is_refused(services: Services, ada: Person) -> None:
    await enroll(services, ada)

    answer = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)

    assert answer is StartRefusal.ALREADY_ON


async def test_a_replacement_keeps_the_old_factor_until_the_new_one_is_confirmed(
    services: Services, ada: Person
) -> None:
    first, old_phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    started = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=old_phone.code())
    assert isinstance(started, Started)
    new_phone = await scan(services, started.enrollment_id)
    during = await services.people.status(ada.person_id)
    confirmed = await services.enrollments.confirm(started.enrollment_id, by=ada.person_id, typed=new_phone.code())

    assert during is not None
    assert during[1].factor_id == first.factor_id
    assert isinstance(confirmed, Confirmed)
    assert confirmed.factor_id != first.factor_id


async def test_of_two_simultaneous_uses_of_a_code_one_is_accepted(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    code = phone.code()

    answers = await asyncio.gather(
        services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=code),
        services.recovery.renew(ada.person_id, intent=uuid4(), typed=code),
    )

    accepted = [answer for answer in answers if answer is Disabled.NOW or not isinstance(answer, Judged)]
    assert len(accepted) == 1
