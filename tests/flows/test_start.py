"""Starting an enrollment: who may, how often, and with what it replaces."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.core.codes import Verdict
from bot.core.enrollment import ConfirmRefusal, StartRefusal, State
from bot.core.people import Person, Standing
from bot.services.enrollment import PendingKey, Started
from bot.services.judging import Judged
from tests.support.ledger import Ledger
from tests.support.people import ADA
from tests.support.services import Services, enroll, scan


async def start(services: Services, person: Person) -> Started:
    started = await services.enrollments.start(person.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    return started


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [
        (Standing.GUEST, StartRefusal.GUEST),
        (Standing.BOT, StartRefusal.BOT),
        (Standing.STRANGER, StartRefusal.STRANGER),
        (Standing.DELETED, StartRefusal.DELETED),
    ],
)
async def test_who_is_no_full_member_is_refused_and_the_refusal_is_an_event(
    services: Services, ledger: Ledger, standing: Standing, refusal: StartRefusal
) -> None:
    person = await services.people.save(replace(ADA, standing=standing))

    answer = await services.enrollments.start(person.person_id, intent=uuid4(), replacing=False)

    assert answer is refusal
    assert await ledger.details("enrollment.refused") == [{"why": refusal.value}]
    assert "deliver_qr" not in await ledger.jobs()


async def test_a_start_enqueues_the_qr_its_expiry_and_the_page_and_is_an_event(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    await start(services, ada)

    assert await ledger.jobs() == ["deliver_qr", "expire_enrollment", "refresh_home"]
    assert await ledger.events() == ["enrollment.started"]


async def test_one_submission_starts_one_enrollment_however_often_it_arrives(services: Services, ada: Person) -> None:
    intent = uuid4()

    answers = await asyncio.gather(
        *(services.enrollments.start(ada.person_id, intent=intent, replacing=False) for _ in range(8))
    )

    assert len(set(answers)) == 1


async def test_of_two_starts_at_once_the_later_supersedes_the_earlier(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    await asyncio.gather(start(services, ada), start(services, ada))

    states = await ledger.conn.fetch("SELECT state FROM enrollment ORDER BY enrollment_id")
    assert [row["state"] for row in states] == ["superseded", "pending"]
    assert await ledger.details("enrollment.ended") == [{"enrollment": 1, "state": "superseded"}]
    assert "shred_qr" in await ledger.jobs()


async def test_the_sixth_start_of_an_hour_is_refused(services: Services, ada: Person) -> None:
    for _ in range(5):
        await start(services, ada)
    services.clock.forward(minutes=59, seconds=59)
    sixth = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    services.clock.forward(seconds=1)
    after_the_hour = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)

    assert sixth is StartRefusal.TOO_MANY_STARTS
    assert isinstance(after_the_hour, Started)


async def test_at_the_limit_a_replacement_is_refused_before_its_code_is_looked_at(
    services: Services, ada: Person
) -> None:
    for _ in range(4):
        await start(services, ada)
    confirmed, _ = await enroll(services, ada)

    refused = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=confirmed.codes[0])

    assert refused is StartRefusal.TOO_MANY_STARTS
    known = await services.people.status(ada.person_id)
    assert known is not None
    assert known[1].codes_left == 10


async def test_without_mfa_there_is_nothing_to_replace(services: Services, ada: Person) -> None:
    answer = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed="123456")

    assert answer is StartRefusal.NOTHING_TO_REPLACE


async def test_a_replacement_needs_a_right_code_and_takes_a_recovery_code(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)

    answers = [
        await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=typed)
        for typed in ("", phone.wrong_code(), phone.code(), confirmed.codes[0], confirmed.codes[0])
    ]

    assert answers[:3] == [Judged(Verdict.INVALID_FORMAT), Judged(Verdict.WRONG_CODE), Judged(Verdict.CODE_REUSED)]
    assert isinstance(answers[3], Started)
    assert answers[4] == Judged(Verdict.WRONG_CODE)


async def test_a_code_starts_one_replacement_also_of_two_submissions_at_once(services: Services, ada: Person) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    code = phone.code()

    answers = await asyncio.gather(
        *(services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=code) for _ in range(2))
    )

    assert sum(isinstance(answer, Started) for answer in answers) == 1


async def test_a_submission_that_comes_again_is_done_and_its_code_is_not_called_used(
    services: Services, ada: Person
) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    intent, code = uuid4(), phone.code()

    answers = [
        await services.enrollments.start(ada.person_id, intent=intent, replacing=True, typed=code) for _ in range(2)
    ]

    assert isinstance(answers[0], Started)
    assert answers[0] == answers[1]


async def test_the_pending_secret_is_for_its_owner_and_only_while_it_can_be_confirmed(
    services: Services, ada: Person, ben: Person
) -> None:
    started = await start(services, ada)
    phone = await scan(services, started.enrollment_id)

    keys = [await services.enrollments.key(started.enrollment_id, by=by.person_id) for by in (ada, ben)]
    services.clock.forward(minutes=10)
    late = await services.enrollments.key(started.enrollment_id, by=ada.person_id)

    assert isinstance(keys[0], PendingKey)
    assert [keys[0].secret, keys[1]] == [phone.secret, ConfirmRefusal.NOT_YOURS]
    assert phone.secret not in repr(keys[0])
    assert late is ConfirmRefusal.EXPIRED


async def test_one_s_own_enrollment_is_cancelled_and_nobody_else_s(
    services: Services, ada: Person, ben: Person, ledger: Ledger
) -> None:
    started = await start(services, ada)

    answers = [await services.enrollments.cancel(started.enrollment_id, by=by.person_id) for by in (ben, ada, ada)]

    assert answers == [None, State.CANCELLED, State.CANCELLED]
    assert await ledger.details("enrollment.ended") == [{"enrollment": 1, "state": "cancelled"}]
    assert await services.enrollments.cancel(4711, by=ada.person_id) is None
