"""After the reset of a disputed or stolen factor nobody gets in by enrolling first: it takes the word (E10)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bot.core.enrollment import StartRefusal
from bot.core.resets import Happened, Reset, State
from bot.core.resets import Limits as ResetLimits
from bot.core.words import WORDS
from bot.services.helpdesk import NewWord
from bot.services.judging import Judged
from bot.services.resets import Done
from bot.services.suspension import Stopped
from bot.services.words import WrongWord
from tests.support.cast import Cast
from tests.support.helpdesk_acts import releases
from tests.support.ledger import Ledger
from tests.support.services import Services, changed, make_key
from tests.support.thief import WAYS, blocks, robs
from tests.support.words import WHO, is_barred, reset_with_word

GUESS = " ".join([WORDS[0]] * 5)


@pytest.mark.parametrize("way", WAYS)
async def test_the_thief_enrolls_first_and_has_no_word_the_owner_has_it(cast: Cast, ledger: Ledger, way: str) -> None:
    thief, word = await reset_with_word(cast, ledger, way)
    after_the_reset = await is_barred(cast)

    by_thief = [await thief.tries_to_enroll(), await thief.tries_to_enroll(word=GUESS)]
    meanwhile = await is_barred(cast)
    await cast.employee.enrolls(word=word.upper())

    assert after_the_reset
    assert by_thief == [WrongWord(None), WrongWord(4)]
    assert meanwhile
    key = await make_key(cast.services)
    signed_in = await cast.services.verification.check(key, WHO, typed=cast.employee.code())
    assert signed_in.accepted if isinstance(signed_in, Judged) else False
    assert await ledger.details("person.released") == [{"why": "not_me", "by": "word"}]


async def test_a_thief_who_presses_the_owner_s_own_block_does_not_make_it_a_sign_in_by_password(
    cast: Cast, ledger: Ledger
) -> None:
    await ledger.set_up_long_ago("U0EMPLOYEE")
    assert await blocks(cast, ledger, "enabled") is Stopped.NOW

    done = await cast.opens(cast.admin, cast.employee, happened=Happened.LOST)

    assert isinstance(done, Done)
    assert done.word is not None
    assert await is_barred(cast)
    await cast.employee.enrolls(word=done.word)


async def test_who_disables_directly_after_a_theft_is_shown_the_word(cast: Cast, ledger: Ledger) -> None:
    done = await cast.opens(cast.admin, cast.employee, happened=Happened.STOLEN)

    assert isinstance(done, Done)
    assert done.reset.state is State.EXECUTED
    assert done.word is not None
    assert await is_barred(cast)
    assert await ledger.details("person.suspended") == [{"why": "stolen", "request": done.reset.request_id}]
    await cast.employee.enrolls(word=done.word)


async def test_a_reset_of_a_lost_phone_asks_for_no_word(cast: Cast) -> None:
    done = await cast.opens(cast.admin, cast.employee, happened=Happened.LOST)

    assert isinstance(done, Done)
    assert (done.word, done.asks_word) == (None, False)
    await cast.employee.enrolls()


async def test_the_word_is_shown_once_and_is_nowhere_else(cast: Cast, ledger: Ledger) -> None:
    await robs(cast, ledger, "replaced")
    await blocks(cast, ledger, "replaced")
    asked, typed = await cast.asks(), cast.manager.code()

    first = await cast.approves(asked, cast.manager, typed=typed)
    again = await cast.approves(asked, cast.manager, typed=typed)

    assert isinstance(first, Done)
    assert first.word is not None
    assert again == Done(first.reset, suspended=True, word=None, asks_word=True)
    everything = (await ledger.everything()).casefold()
    assert first.word not in everything
    assert not all(word in everything for word in first.word.split())
    assert first.word not in repr(first)


# Where the reset is held


async def held(cast: Cast, ledger: Ledger, happened: Happened = Happened.STOLEN) -> tuple[Services, Done]:
    """Have the manager approve a reset that is then held for an hour."""
    await ledger.set_up_long_ago("U0EMPLOYEE")
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(hours=1)))
    asked = await cast.asks(happened=happened)
    done = await slow.resets.approve(
        asked.request_id,
        by=cast.manager.id,
        told=cast.profiles(*asked.people, cast.manager.id),
        typed=cast.manager.code(),
    )
    assert isinstance(done, Done)
    assert done.reset.state is State.HOLDING
    return slow, done


async def over(cast: Cast, slow: Services, reset: Reset) -> None:
    cast.services.clock.forward(hours=1)
    told = cast.profiles(*reset.people, cast.manager.id)
    await slow.reset_times.execute(reset.request_id, told=told)


async def test_a_held_reset_shows_the_word_at_its_approval(cast: Cast, ledger: Ledger) -> None:
    slow, done = await held(cast, ledger)
    early = await cast.services.enrollments.start(cast.employee.id, intent=uuid4(), replacing=False)

    await over(cast, slow, done.reset)

    assert done.word is not None
    assert early is StartRefusal.SUSPENDED
    assert await is_barred(cast)
    await cast.employee.enrolls(word=done.word)


async def test_a_block_during_the_hold_leaves_no_word_until_somebody_makes_one(cast: Cast, ledger: Ledger) -> None:
    slow, done = await held(cast, ledger, Happened.LOST)
    assert await blocks(cast, ledger, "enabled") is Stopped.NOW

    await over(cast, slow, done.reset)
    start = await cast.services.enrollments.start(cast.employee.id, intent=uuid4(), replacing=False)
    made = await releases(cast, cast.admin)

    assert done.word is None
    assert start is StartRefusal.NO_WORD
    assert isinstance(made, NewWord)
    assert await is_barred(cast)
    await cast.employee.enrolls(word=made.word)


async def test_a_word_of_a_held_reset_that_is_stopped_is_worth_nothing(cast: Cast, ledger: Ledger) -> None:
    slow, done = await held(cast, ledger)
    await slow.resets.deny(done.reset.request_id, by=cast.approver.id, reason="It was found after all")

    rows = await ledger.conn.fetch("SELECT digest, ended_at IS NOT NULL AS ended, awaited_at FROM enrollment_word")

    assert [tuple(row) for row in rows] == [(None, True, None)]
