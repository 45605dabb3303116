"""Confirming an enrollment: only a right code, of its owner, in time, for this very secret (E1)."""

import asyncio
from uuid import uuid4

import pytest

from bot.core.enrollment import ConfirmRefusal, State
from bot.core.people import Person
from bot.services.disable import Disabled
from bot.services.enrollment import Confirmed, InvalidFormat, Started, WrongCode
from tests.support.crowd import processes
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Authenticator, Services, enroll, scan


async def pending(services: Services, person: Person) -> tuple[int, Authenticator]:
    started = await services.enrollments.start(person.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    return started.enrollment_id, await scan(services, started.enrollment_id)


async def enrolled(services: Services, person: Person) -> bool:
    known = await services.people.status(person.person_id)
    assert known is not None
    return known[1].factor_id is not None


async def test_somebody_else_cannot_confirm_not_even_with_the_right_code(
    services: Services, ada: Person, ben: Person
) -> None:
    enrollment_id, phone = await pending(services, ada)

    answers = [
        await services.enrollments.confirm(number, by=ben.person_id, typed=phone.code())
        for number in (enrollment_id, 4711)
    ]

    assert answers == [ConfirmRefusal.NOT_YOURS, ConfirmRefusal.NOT_YOURS]
    assert not await enrolled(services, ada)
    assert not await enrolled(services, ben)


async def test_a_code_of_another_pending_secret_is_wrong(services: Services, ada: Person, ben: Person) -> None:
    enrollment_id, _ = await pending(services, ada)
    _, phone_of_ben = await pending(services, ben)

    answer = await services.enrollments.confirm(enrollment_id, by=ada.person_id, typed=phone_of_ben.code())

    assert answer == WrongCode(left=4)
    assert not await enrolled(services, ada)


async def test_a_code_of_a_superseded_secret_does_not_confirm(services: Services, ada: Person) -> None:
    old_id, old_phone = await pending(services, ada)
    new_id, _ = await pending(services, ada)

    answers = [
        await services.enrollments.confirm(number, by=ada.person_id, typed=old_phone.code())
        for number in (old_id, new_id)
    ]

    assert answers == [ConfirmRefusal.SUPERSEDED, WrongCode(left=4)]


async def test_a_right_code_after_ten_minutes_ends_the_enrollment_as_expired(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    enrollment_id, phone = await pending(services, ada)
    services.clock.forward(minutes=10)

    answers = [
        await services.enrollments.confirm(enrollment_id, by=ada.person_id, typed=phone.code()) for _ in range(2)
    ]

    assert answers == [ConfirmRefusal.EXPIRED, ConfirmRefusal.EXPIRED]
    assert await ledger.details("enrollment.ended") == [{"enrollment": enrollment_id, "state": "expired"}]
    assert not await enrolled(services, ada)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "A" * 24])
async def test_what_is_no_six_digits_counts_nowhere(services: Services, ada: Person, typed: str) -> None:
    enrollment_id, phone = await pending(services, ada)

    for _ in range(6):
        assert await services.enrollments.confirm(enrollment_id, by=ada.person_id, typed=typed) == InvalidFormat()

    answer = await services.enrollments.confirm(enrollment_id, by=ada.person_id, typed=phone.code())
    assert isinstance(answer, Confirmed)


async def test_after_five_wrong_codes_not_even_the_right_one_is_looked_at(services: Services, ada: Person) -> None:
    enrollment_id, phone = await pending(services, ada)
    for _ in range(5):
        await services.enrollments.confirm(enrollment_id, by=ada.person_id, typed=phone.wrong_code())

    answer = await services.enrollments.confirm(enrollment_id, by=ada.person_id, typed=phone.code())

    assert answer is ConfirmRefusal.EXHAUSTED
    assert not await enrolled(services, ada)


async def test_of_many_wrong_codes_at_once_five_are_looked_at(
    services: Services, ada: Person, ledger: Ledger, database: Database
) -> None:
    enrollment_id, phone = await pending(services, ada)
    wrong = phone.wrong_code()

    async with processes(services, database, 1) as [patient]:
        answers = await asyncio.gather(
            *(patient.enrollments.confirm(enrollment_id, by=ada.person_id, typed=wrong) for _ in range(9))
        )

    assert sum(isinstance(answer, WrongCode) for answer in answers) == 4
    assert answers.count(ConfirmRefusal.EXHAUSTED) == 5
    assert [detail["wrong"] for detail in await ledger.details("enrollment.wrong_code")] == [1, 2, 3, 4, 5]


async def test_confirming_twice_at_once_makes_one_factor_and_shows_its_codes_once(
    services: Services, ada: Person, ledger: Ledger, database: Database
) -> None:
    enrollment_id, phone = await pending(services, ada)
    code = phone.code()

    async with processes(services, database, 1) as [patient]:
        answers = await asyncio.gather(
            *(patient.enrollments.confirm(enrollment_id, by=ada.person_id, typed=code) for _ in range(8))
        )

    assert sum(isinstance(answer, Confirmed) for answer in answers) == 1
    assert answers.count(ConfirmRefusal.CONFIRMED) == 7
    assert await ledger.notices() == ["enabled"]
    assert (await ledger.events()).count("mfa.enabled") == 1


@pytest.mark.parametrize("end", ["cancel", "expire", "give_up"])
async def test_a_confirmation_and_an_end_at_once_have_one_outcome(
    services: Services, ada: Person, ledger: Ledger, end: str
) -> None:
    for _ in range(4):
        enrollment_id, phone = await pending(services, ada)
        ending = {
            "cancel": services.enrollments.cancel(enrollment_id, by=ada.person_id),
            "expire": services.enrollments.expire(enrollment_id),
            "give_up": services.enrollments.give_up(enrollment_id),
        }
        chosen = ending.pop(end)
        for other in ending.values():
            other.close()

        confirmed, ended = await asyncio.gather(
            services.enrollments.confirm(enrollment_id, by=ada.person_id, typed=phone.code()), chosen
        )

        if isinstance(confirmed, Confirmed):
            assert ended in (State.CONFIRMED, State.PENDING)
            services.clock.forward(minutes=1)
            await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())
        else:
            assert ended in (State.CANCELLED, State.UNDELIVERED)
    ended_once = [detail["enrollment"] for detail in await ledger.details("enrollment.ended")]
    assert ended_once == [1, 2, 3, 4]


async def test_an_enrollment_does_not_expire_before_its_time(services: Services, ada: Person) -> None:
    enrollment_id, _ = await pending(services, ada)

    early = await services.enrollments.expire(enrollment_id)
    services.clock.forward(minutes=10)
    in_time = await services.enrollments.expire(enrollment_id)

    assert (early, in_time) == (State.PENDING, State.EXPIRED)


async def test_every_end_erases_the_secret_and_enqueues_the_shredding(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    cancelled, _ = await pending(services, ada)
    await services.enrollments.cancel(cancelled, by=ada.person_id)
    undelivered, _ = await pending(services, ada)
    await services.enrollments.give_up(undelivered)
    await pending(services, ada)  # superseded by the next
    await enroll(services, ada)

    rows = await ledger.conn.fetch("SELECT state, box FROM enrollment ORDER BY enrollment_id")
    assert [row["state"] for row in rows] == ["cancelled", "undelivered", "superseded", "confirmed"]
    assert [row["box"] for row in rows] == [None] * 4
    assert (await ledger.jobs()).count("shred_qr") == 4


async def test_a_replacement_of_a_factor_that_was_disabled_meanwhile_does_not_confirm(
    services: Services, ada: Person
) -> None:
    confirmed, phone = await enroll(services, ada)
    replacing = await services.enrollments.start(
        ada.person_id, intent=uuid4(), replacing=True, typed=confirmed.codes[0]
    )
    assert isinstance(replacing, Started)
    new_phone = await scan(services, replacing.enrollment_id)
    services.clock.forward(minutes=1)

    disabled = await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())
    answer = await services.enrollments.confirm(replacing.enrollment_id, by=ada.person_id, typed=new_phone.code())

    assert disabled is Disabled.NOW
    assert answer is ConfirmRefusal.CANCELLED
    assert not await enrolled(services, ada)


async def test_a_replacement_voids_the_old_codes_and_tells_the_owner(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    first, _ = await enroll(services, ada)
    replacing = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=first.codes[0])
    assert isinstance(replacing, Started)
    phone = await scan(services, replacing.enrollment_id)

    confirmed = await services.enrollments.confirm(replacing.enrollment_id, by=ada.person_id, typed=phone.code())
    assert isinstance(confirmed, Confirmed)
    with_old = await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=first.codes[1])

    assert with_old is not Disabled.NOW
    assert await ledger.notices() == ["enabled", "recovery_code_used", "replaced"]
    rows = await ledger.conn.fetch("SELECT state, revoked_why, box IS NULL AS erased FROM factor ORDER BY factor_id")
    assert [tuple(row) for row in rows] == [("revoked", "replaced", True), ("active", None, False)]
