"""`Block my sign-in`, and `It was me`."""

from uuid import uuid4

import pytest

from bot.core.codes import Verdict
from bot.core.enrollment import ConfirmRefusal, StartRefusal
from bot.core.people import Person, SuspendedWhy
from bot.core.suspension import ReleaseRefusal
from bot.services.enrollment import Started
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.suspension import Released, Stopped
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll, make_key, scan

WHO = BySlackId("U0ADA")


async def stop(services: Services, person: Person, ledger: Ledger, kind: str = "enabled") -> Stopped:
    """Press the button of a notice, long after MFA was set up: nothing is disputed."""
    await ledger.set_up_long_ago(person.slack_user_id)
    return await services.suspension.stop(await ledger.message_id(kind), by=person.person_id)


async def test_the_button_of_a_notice_stops_every_surface(services: Services, ada: Person, ledger: Ledger) -> None:
    confirmed, phone = await enroll(services, ada)
    key = await make_key(services)
    services.clock.forward(minutes=1)

    stopped = await stop(services, ada, ledger)
    answers = [
        await services.verification.check(key, WHO, typed=phone.code()),
        await services.verification.check(key, WHO, typed=confirmed.codes[0]),
        await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code()),
        await services.recovery.renew(ada.person_id, intent=uuid4(), typed=phone.code()),
    ]
    replacing = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=phone.code())

    assert stopped is Stopped.NOW
    assert answers == [Judged(Verdict.SUSPENDED)] * 4
    assert replacing is StartRefusal.SUSPENDED
    assert await ledger.notices() == ["enabled", "suspended"]
    assert await ledger.conn.fetchval("SELECT failures FROM factor") == 0


async def test_without_a_factor_the_answer_is_suspended_and_not_not_enrolled(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, _ = await enroll(services, ada)
    key = await make_key(services)
    await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=confirmed.codes[0])

    await stop(services, ada, ledger, "disabled")

    assert await services.verification.check(key, WHO, typed="123456") == Judged(Verdict.SUSPENDED)
    start = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    assert start is StartRefusal.SUSPENDED


async def test_a_pending_enrollment_ends_with_the_stop(services: Services, ada: Person, ledger: Ledger) -> None:
    confirmed, _ = await enroll(services, ada)
    replacing = await services.enrollments.start(
        ada.person_id, intent=uuid4(), replacing=True, typed=confirmed.codes[0]
    )
    assert isinstance(replacing, Started)
    phone = await scan(services, replacing.enrollment_id)

    await stop(services, ada, ledger)

    answer = await services.enrollments.confirm(replacing.enrollment_id, by=ada.person_id, typed=phone.code())
    assert answer is ConfirmRefusal.CANCELLED


async def test_a_notice_stops_its_owner_alone_and_once(
    services: Services, ada: Person, ben: Person, ledger: Ledger
) -> None:
    await enroll(services, ada)
    await ledger.set_up_long_ago("U0ADA")
    message_id = await ledger.message_id("enabled")

    answers = [await services.suspension.stop(message_id, by=by.person_id) for by in (ben, ada, ada)]
    unknown = await services.suspension.stop(4711, by=ada.person_id)

    assert answers == [Stopped.NOT_YOURS, Stopped.NOW, Stopped.BEFORE]
    assert unknown is Stopped.NOT_YOURS
    assert (await ledger.events()).count("person.suspended") == 1
    assert (await ledger.jobs()).count("edit_message") == 1


async def test_a_message_that_does_not_ask_stops_nobody(services: Services, ada: Person, ledger: Ledger) -> None:
    await services.recovery.pasted(ada.person_id, text="123456", cause="1.1")

    assert await stop(services, ada, ledger, "code_pasted") is Stopped.BEFORE
    found = await services.people.get(ada.person_id)
    assert found is not None
    assert not found.suspended


async def test_a_recovery_code_and_a_current_code_release(services: Services, ada: Person, ledger: Ledger) -> None:
    confirmed, phone = await enroll(services, ada)
    await stop(services, ada, ledger)
    services.clock.forward(minutes=1)

    answer = await services.suspension.release(
        ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0].lower()
    )
    again = await services.suspension.release(
        ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0].lower()
    )

    assert answer is Released.NOW
    assert again is ReleaseRefusal.NOT_SUSPENDED
    assert await ledger.notices() == ["enabled", "suspended", "recovery_code_used", "released"]
    known = await services.people.status(ada.person_id)
    assert known is not None
    assert known[1].codes_left == 9


@pytest.mark.parametrize(
    ("current", "recovery", "verdict"),
    [
        ("right", "none", Verdict.INVALID_FORMAT),
        ("right", "current", Verdict.INVALID_FORMAT),
        ("right", "wrong", Verdict.WRONG_CODE),
        ("wrong", "right", Verdict.WRONG_CODE),
        ("none", "right", Verdict.INVALID_FORMAT),
        ("recovery", "right", Verdict.INVALID_FORMAT),
    ],
)
async def test_one_of_both_does_not_release_and_a_mistyped_one_costs_nothing(
    services: Services, ada: Person, ledger: Ledger, current: str, recovery: str, verdict: Verdict
) -> None:
    confirmed, phone = await enroll(services, ada)
    await stop(services, ada, ledger)
    services.clock.forward(minutes=1)
    currents = {"right": phone.code(), "wrong": phone.wrong_code(), "none": "", "recovery": confirmed.codes[1]}
    recoveries = {"right": confirmed.codes[0], "wrong": "A" * 24, "none": "", "current": phone.code()}

    answer = await services.suspension.release(
        ada.person_id, typed=currents[current], recovery_code=recoveries[recovery]
    )

    assert answer == Judged(verdict)
    afterwards = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0])
    assert afterwards is Released.NOW


async def test_without_a_factor_nobody_releases_themselves(services: Services, ada: Person, ledger: Ledger) -> None:
    confirmed, _ = await enroll(services, ada)
    await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=confirmed.codes[0])
    await stop(services, ada, ledger, "disabled")

    answer = await services.suspension.release(ada.person_id, typed="123456", recovery_code=confirmed.codes[1])

    assert answer is ReleaseRefusal.NO_FACTOR


async def test_a_lock_that_guesses_brought_about_does_not_close_the_way_back(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    await ledger.conn.execute("UPDATE factor SET failures = 100")
    await stop(services, ada, ledger)
    services.clock.forward(minutes=1)

    answer = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0])

    assert answer is Released.NOW
    known = await services.people.status(ada.person_id)
    assert known is not None
    assert known[1].codes_left == 9


async def test_a_recovery_code_ends_a_wait_on_the_way_back_once(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    await stop(services, ada, ledger)
    services.clock.forward(minutes=1)
    for _ in range(5):
        await services.suspension.release(ada.person_id, typed=phone.wrong_code(), recovery_code=confirmed.codes[0])

    wrong = await services.suspension.release(ada.person_id, typed=phone.wrong_code(), recovery_code=confirmed.codes[0])
    same_code = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0])
    another = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[1])

    assert (wrong, same_code) == (Judged(Verdict.WRONG_CODE), Judged(Verdict.WRONG_CODE))
    assert another is Released.NOW


async def test_nobody_else_s_guesses_of_a_day_keep_the_owner_from_releasing_themselves(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    await stop(services, ada, ledger)
    services.clock.forward(minutes=1)
    now = services.clock()
    await ledger.conn.execute("UPDATE factor SET wrong_at = $1", [now] * 20)
    await ledger.conn.execute("INSERT INTO attempt VALUES ($1, 'slack', 20, $2, NULL)", confirmed.factor_id, now)

    answer = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0])

    assert answer is Released.NOW
    assert await ledger.details("throttle.unlocked") == [{"by": "recovery_code"}]


async def test_a_recovery_code_is_not_spent_where_only_a_reset_helps(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    await stop(services, ada, ledger)
    services.clock.forward(minutes=1)
    await ledger.conn.execute("UPDATE factor SET failures = 200")

    answer = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0])

    assert answer == Judged(Verdict.LOCKED)
    known = await services.people.status(ada.person_id)
    assert known is not None
    assert known[1].codes_left == 10
    assert known[0].suspended_why is SuspendedWhy.NOT_ME
