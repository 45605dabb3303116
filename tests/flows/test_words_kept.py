"""Whatever happens meanwhile, whoever awaits the word gets in with it alone (E10)."""

from datetime import timedelta
from uuid import uuid4

from bot.core.actions import Guard
from bot.core.enrollment import ConfirmRefusal, StartRefusal
from bot.core.resets import Happened
from bot.core.resets import Limits as ResetLimits
from bot.core.sync import Page
from bot.services.enrollment import Started
from bot.services.resets import Done
from bot.services.words import WrongWord
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import HOME, changed, scan
from tests.support.thief import blocks, robs
from tests.support.words import is_barred, pending, reset_with_word


async def test_an_account_that_is_deactivated_and_comes_back_still_needs_the_word(cast: Cast, ledger: Ledger) -> None:
    thief, word = await reset_with_word(cast, ledger)

    await cast.leaves(cast.employee)
    gone = await thief.tries_to_enroll(word=word)
    await cast.services.people.save(cast.employee.profile)
    by_event = await is_barred(cast)
    await is_listed_anew(cast)

    assert gone is StartRefusal.DELETED
    assert by_event
    assert await is_barred(cast)
    assert await thief.tries_to_enroll() == WrongWord(None)
    await cast.employee.enrolls(word=word)


async def is_listed_anew(cast: Cast) -> None:
    """Have the nightly sync read everybody, once as gone and once as back."""
    for profile in (cast.gone(cast.employee), cast.employee.profile):
        cast.services.clock.forward(minutes=1)
        running, _ = await cast.services.syncs.begin(HOME)
        everybody = [profile, *(one.profile for one in cast.everybody if one is not cast.employee)]
        asked_at = cast.services.clock()
        read = await cast.services.syncs.take_page(
            running, Page(tuple(everybody), "", names_bot=True), asked_at=asked_at
        )
        assert read is not None
        assert await cast.services.syncs.finish(read, by="host:root") is not None


async def test_an_enrollment_from_before_the_reset_is_not_the_way_in(cast: Cast, ledger: Ledger) -> None:
    thief = await robs(cast, ledger, "replaced")
    started = await cast.services.enrollments.start(
        cast.employee.id, intent=uuid4(), replacing=True, typed=thief.codes[0]
    )
    assert isinstance(started, Started)
    phone = await scan(cast.services, started.enrollment_id)
    await blocks(cast, ledger, "replaced")
    done = await cast.opens(cast.admin, cast.employee)
    assert isinstance(done, Done)

    answer = await cast.services.enrollments.confirm(
        started.enrollment_id, by=cast.employee.id, typed=phone.code(), word=done.word or ""
    )

    assert answer is ConfirmRefusal.CANCELLED


async def test_a_second_enrollment_asks_for_the_word_as_the_first_did(cast: Cast, ledger: Ledger) -> None:
    thief, word = await reset_with_word(cast, ledger)
    first = await pending(cast)
    asked = await cast.services.enrollments.look(first, by=cast.employee.id)

    by_thief = await thief.tries_to_enroll()
    superseded = await cast.services.enrollments.confirm(first, by=cast.employee.id, typed="123456", word=word)

    assert asked is not None
    assert getattr(asked, "asks_word", False)
    assert by_thief == WrongWord(None)
    assert superseded is ConfirmRefusal.SUPERSEDED


async def test_nothing_is_replaced_by_somebody_who_awaits_the_word(cast: Cast, ledger: Ledger) -> None:
    thief, _ = await reset_with_word(cast, ledger)

    answer = await cast.services.enrollments.start(
        cast.employee.id, intent=uuid4(), replacing=True, typed=thief.codes[0]
    )

    assert answer is StartRefusal.NOTHING_TO_REPLACE


async def test_rights_sleep_until_somebody_wakes_them_word_or_not(cast: Cast, ledger: Ledger) -> None:
    await cast.holds(cast.employee, "auditor")
    await ledger.set_up_long_ago("U0EMPLOYEE")
    asked = await cast.asks(happened=Happened.STOLEN)
    relaxed = changed(cast.services, resets=ResetLimits(hold_privileged=timedelta(0)))
    done = await relaxed.resets.approve(
        asked.request_id,
        by=cast.approver.id,
        told=cast.profiles(*asked.people, cast.approver.id),
        typed=cast.approver.code(),
    )
    assert isinstance(done, Done)
    early = await wakes(cast)

    await cast.employee.enrolls(word=done.word)

    status = await cast.services.people.status(cast.employee.id)
    assert early is Guard.SUBJECT_NOT_SUSPENDED
    assert status is not None
    assert not status[1].rights.since


async def wakes(cast: Cast) -> object:
    told = cast.profiles(cast.admin.id, cast.employee.id)
    return await cast.services.roles.wake(
        by=cast.admin.id, subject_id=cast.employee.id, told=told, typed=cast.admin.code()
    )
