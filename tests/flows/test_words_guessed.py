"""Guesses at the word, and a new one in its place (E10)."""

import asyncio
from uuid import uuid4

from bot.core.actions import Guard
from bot.core.enrollment import ConfirmRefusal, StartRefusal
from bot.core.host import HostRefusal
from bot.core.resets import Happened
from bot.core.words import WORDS
from bot.services.break_glass import Glass
from bot.services.enrollment import Confirmed, Started
from bot.services.helpdesk import Helped, NewWord
from bot.services.host import Ask
from bot.services.judging import Judged
from bot.services.resets import Done
from bot.services.words import WrongWord
from tests.support.cast import REASON, Cast
from tests.support.helpdesk_acts import releases
from tests.support.ledger import Ledger
from tests.support.services import make_key, scan
from tests.support.thief import blocks, robs
from tests.support.words import WHO, is_barred, pending, reset_with_word

ASK = Ask("host:root", REASON)
GUESS = " ".join([WORDS[0]] * 5)


async def test_five_wrong_words_end_it_and_the_right_one_comes_too_late(cast: Cast, ledger: Ledger) -> None:
    _, word = await reset_with_word(cast, ledger)
    enrollment_id = await pending(cast)
    phone = await scan(cast.services, enrollment_id)

    async def guess(spelled: str) -> object:
        return await cast.services.enrollments.confirm(
            enrollment_id, by=cast.employee.id, typed=phone.code(), word=spelled
        )

    slips = [await guess(typed) for typed in ("", "tiger", "not a word of ours")]
    guesses = [await guess(GUESS) for _ in range(5)]
    late = await guess(word)
    start = await cast.services.enrollments.start(cast.employee.id, intent=uuid4(), replacing=False)

    assert slips == [WrongWord(None)] * 3
    assert guesses == [WrongWord(4), WrongWord(3), WrongWord(2), WrongWord(1), ConfirmRefusal.NO_WORD]
    assert late is ConfirmRefusal.EXHAUSTED
    assert start is StartRefusal.NO_WORD
    assert [event["wrong"] for event in await ledger.details("word.wrong")] == [1, 2, 3, 4, 5]
    assert "word_ended" in await ledger.told(cast.employee.id)
    assert await is_barred(cast)


async def test_of_many_wrong_words_at_once_five_are_looked_at(cast: Cast, ledger: Ledger) -> None:
    _, word = await reset_with_word(cast, ledger)
    enrollment_id = await pending(cast)
    phone = await scan(cast.services, enrollment_id)

    async def guess(spelled: str) -> object:
        return await cast.services.enrollments.confirm(
            enrollment_id, by=cast.employee.id, typed=phone.code(), word=spelled
        )

    await asyncio.gather(*(guess(" ".join([one] * 5)) for one in WORDS[:20]))
    late = await guess(word)

    assert late is ConfirmRefusal.EXHAUSTED
    assert len(await ledger.details("word.wrong")) == 5


async def test_a_wrong_word_costs_no_code_and_a_wrong_code_no_word(cast: Cast, ledger: Ledger) -> None:
    _, word = await reset_with_word(cast, ledger)
    enrollment_id = await pending(cast)
    phone = await scan(cast.services, enrollment_id)

    async def confirm(typed: str, spelled: str) -> object:
        return await cast.services.enrollments.confirm(enrollment_id, by=cast.employee.id, typed=typed, word=spelled)

    await confirm(phone.wrong_code(), GUESS)
    wrong = await ledger.conn.fetchrow("SELECT wrong FROM enrollment WHERE enrollment_id = $1", enrollment_id)
    await confirm(phone.wrong_code(), word)
    right = await confirm(phone.code(), word)

    assert wrong is not None
    assert wrong["wrong"] == 0
    assert isinstance(right, Confirmed)
    assert len(await ledger.details("word.wrong")) == 1


async def test_a_word_moved_to_another_person_is_worth_nothing(cast: Cast, ledger: Ledger) -> None:
    _, word = await reset_with_word(cast, ledger)
    other = cast.guest.id
    await ledger.conn.execute("UPDATE enrollment_word SET person_id = $1", other)
    await ledger.conn.execute(
        "UPDATE person SET standing = 'member', suspended_at = now(), suspended_why = 'stolen' WHERE person_id = $1",
        other,
    )
    started = await cast.services.enrollments.start(other, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    phone = await scan(cast.services, started.enrollment_id)

    answer = await cast.services.enrollments.confirm(started.enrollment_id, by=other, typed=phone.code(), word=word)

    assert answer == WrongWord(4)


# A new word


async def test_a_release_after_it_makes_a_new_word_and_lets_nobody_in(cast: Cast, ledger: Ledger) -> None:
    thief, word = await reset_with_word(cast, ledger)
    intent, typed = uuid4(), cast.admin.code()

    made = await releases(cast, cast.admin, intent=intent, typed=typed)
    again = await releases(cast, cast.admin, intent=intent, typed=typed)
    by_thief = await thief.tries_to_enroll(word=word)

    assert isinstance(made, NewWord)
    assert made.word != word
    assert again is Helped.WORD
    assert by_thief == WrongWord(4)
    assert await is_barred(cast)
    assert made.word not in await ledger.everything()
    assert await ledger.details("person.released") == []
    assert (await ledger.told(cast.employee.id))[-1] == "word_made"
    await cast.employee.enrolls(word=made.word)


async def test_a_new_word_takes_the_right_to_disable_and_no_part_in_the_suspension(cast: Cast) -> None:
    done = await cast.opens(cast.admin, cast.employee, happened=Happened.STOLEN)
    assert isinstance(done, Done)

    answers = [await releases(cast, one) for one in (cast.agent, cast.approver, cast.admin)]

    assert answers == [Guard.RELEASE_IN_REACH, Guard.RIGHT, Guard.NOT_THE_CAUSE]
    assert isinstance(await releases(cast, cast.second_admin), NewWord)


async def test_the_host_resets_and_makes_a_new_word_and_releases_who_needs_none(cast: Cast, ledger: Ledger) -> None:
    glass = Glass(cast.services.means)
    await robs(cast, ledger, "replaced")
    await blocks(cast, ledger, "replaced")

    refused = await glass.release("U0EMPLOYEE", ASK)
    reset = await glass.reset("U0EMPLOYEE", ASK)
    made = await glass.release("U0EMPLOYEE", ASK)
    barred = await is_barred(cast)

    assert refused is HostRefusal.DISPUTED
    assert isinstance(reset, NewWord)
    assert isinstance(made, NewWord)
    assert made.word != reset.word
    assert barred
    await cast.employee.enrolls(word=made.word)
    assert await glass.release("U0EMPLOYEE", ASK) is HostRefusal.NOT_SUSPENDED
    assert {reset.word, made.word}.isdisjoint((await ledger.everything()).split('"'))


async def test_the_host_releases_a_plain_suspension_at_once(cast: Cast, ledger: Ledger) -> None:
    await cast.asks(happened=Happened.STOLEN)

    released = await Glass(cast.services.means).release("U0EMPLOYEE", ASK)

    key = await make_key(cast.services)
    signed_in = await cast.services.verification.check(key, WHO, typed=cast.employee.code())
    assert released is None
    assert isinstance(signed_in, Judged)
    assert signed_in.accepted
    assert "released" in await ledger.told(cast.employee.id)
    assert "glass_broken" in await ledger.told(cast.admin.id)
