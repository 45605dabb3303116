"""Deactivation and return (X7), and what Slack says of people."""

from dataclasses import replace
from uuid import uuid4

import pytest

from bot.core.codes import Verdict
from bot.core.enrollment import ConfirmRefusal
from bot.core.people import Actor, Home, Person, Standing, SuspendedWhy
from bot.core.suspension import ReleaseRefusal
from bot.services.enrollment import Started
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.suspension import Released, Stopped
from tests.support.ledger import Ledger
from tests.support.people import ADA
from tests.support.services import HOME, Services, enroll, make_key

GONE = replace(ADA, standing=Standing.DELETED)


async def test_a_deactivated_account_is_suspended_and_its_enrollment_cancelled(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    started = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)

    gone = await services.people.save(GONE)
    await services.people.save(GONE)

    assert gone.suspended_why is SuspendedWhy.DEACTIVATED
    answer = await services.enrollments.confirm(started.enrollment_id, by=ada.person_id, typed="123456")
    assert answer is ConfirmRefusal.CANCELLED
    assert (await ledger.events()).count("person.suspended") == 1
    assert "shred_qr" in await ledger.jobs()


async def test_while_it_is_gone_neither_sign_in_nor_release_works(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)
    key = await make_key(services)
    services.clock.forward(minutes=1)

    await services.people.save(GONE)

    signed_in = await services.verification.check(key, BySlackId("U0ADA"), typed=phone.code())
    released = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code=confirmed.codes[0])
    assert signed_in == Judged(Verdict.SUSPENDED)
    assert released is ReleaseRefusal.DELETED


async def test_an_account_that_came_back_is_suspended_until_one_current_code(services: Services, ada: Person) -> None:
    _, phone = await enroll(services, ada)
    await services.people.save(GONE)
    services.clock.forward(minutes=1)

    back = await services.people.save(ADA)
    wrong = await services.suspension.release(ada.person_id, typed=phone.wrong_code(), recovery_code="")
    right = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code="")

    assert back.suspended
    assert wrong == Judged(Verdict.WRONG_CODE)
    assert right is Released.NOW


async def test_without_a_factor_an_account_that_came_back_is_free_at_once(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    await services.people.save(GONE)

    back = await services.people.save(ADA)

    assert not back.suspended
    assert back.person_id == ada.person_id
    assert await ledger.events() == ["person.suspended", "person.released"]


async def test_an_account_that_came_back_as_a_guest_stays_suspended(services: Services, ada: Person) -> None:
    await services.people.save(GONE)

    back = await services.people.save(replace(ADA, standing=Standing.GUEST))

    assert back.person_id == ada.person_id
    assert back.suspended


async def test_deactivation_does_not_make_a_stronger_suspension_weaker(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    await enroll(services, ada)
    await services.suspension.stop(await ledger.message_id("enabled"), by=ada.person_id)

    await services.people.save(GONE)
    back = await services.people.save(ADA)

    assert back.suspended_why is SuspendedWhy.NOT_ME


async def test_who_came_back_and_says_that_it_was_not_them_needs_a_recovery_code_too(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    _, phone = await enroll(services, ada)
    await services.people.save(GONE)
    await services.people.save(ADA)
    services.clock.forward(minutes=1)

    await ledger.set_up_long_ago("U0ADA")
    stopped = await services.suspension.stop(await ledger.message_id("enabled"), by=ada.person_id)
    answer = await services.suspension.release(ada.person_id, typed=phone.code(), recovery_code="")

    assert stopped is Stopped.NOW
    assert answer == Judged(Verdict.INVALID_FORMAT)


async def test_a_guest_who_was_a_member_cannot_confirm(services: Services, ada: Person) -> None:
    started = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)

    await services.people.save(replace(ADA, standing=Standing.GUEST))

    answer = await services.enrollments.confirm(started.enrollment_id, by=ada.person_id, typed="123456")
    assert answer is ConfirmRefusal.GUEST


@pytest.mark.parametrize("standing", [Standing.BOT, Standing.STRANGER])
async def test_bots_and_strangers_are_nobody_to_an_app(services: Services, standing: Standing) -> None:
    await services.people.save(replace(ADA, standing=standing))

    answer = await services.verification.check(await make_key(services), BySlackId("U0ADA"), typed="123456")

    assert answer == Judged(Verdict.UNKNOWN_USER)


async def test_a_person_is_found_by_workspace_and_id_and_never_by_name(services: Services, ada: Person) -> None:
    await services.people.save(replace(ADA, slack_user_id="U0EVE", email="ada@example.com"))

    assert await services.people.find(Actor("T0MFA", "U0ADA"), HOME) == ada
    assert await services.people.find(Actor("T0MFA", "Ada Lovelace"), HOME) is None
    assert await services.people.find(Actor("T0MFA", "U0ADA"), Home("T0OTHER", None, "U0BOT")) is None
