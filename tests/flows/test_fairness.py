"""One hot person, one busy application and any number of made-up keys keep nobody else waiting (R4)."""

import asyncio
from collections import Counter

import pytest

from bot.core.apps import Key, KeyRefusal
from bot.core.codes import Verdict
from bot.core.faults import DatabaseAway
from bot.services import batches
from bot.services.batches import MOST_A_LANE, MOST_WAITING
from bot.services.judging import Judged, Method
from tests.support.services import Services, make_key
from tests.support.signing import Member, members, sign_in

ACCEPTED = Judged(Verdict.ACCEPTED, Method.TOTP)


async def test_a_hundred_guesses_at_one_person_let_another_go_first(services: Services) -> None:
    key, [ada, ben] = await make_key(services), await members(services, 2)
    answered: list[str] = []

    async def ask(member: Member, typed: str) -> object:
        answer = await sign_in(services, key, member, typed)
        answered.append(member.slack_id)
        return answer

    *guesses, other = await asyncio.gather(
        *(ask(ada, ada.phone.wrong_code()) for _ in range(100)), ask(ben, ben.phone.code())
    )

    assert other == ACCEPTED
    assert answered.index(ben.slack_id) < 3
    assert Counter(guesses) == {Judged(Verdict.WRONG_CODE): 5, Judged(Verdict.THROTTLED, wait_s=30): 95}


async def test_beyond_so_many_at_one_person_nothing_is_said_about_the_code(services: Services) -> None:
    key, [ada, ben] = await make_key(services), await members(services, 2)
    guess = ada.phone.wrong_code()

    *guesses, other = await asyncio.gather(
        *(sign_in(services, key, ada, guess) for _ in range(MOST_A_LANE + 44)),
        sign_in(services, key, ben),
        return_exceptions=True,
    )

    told = Counter(type(guess) for guess in guesses)
    assert set(told) == {Judged, DatabaseAway}
    assert told[DatabaseAway] >= 44
    assert sum(guess == Judged(Verdict.WRONG_CODE) for guess in guesses) == 5
    assert other == ACCEPTED


async def test_any_number_of_made_up_keys_keeps_no_known_application_waiting(services: Services) -> None:
    key, [ada, ben] = await make_key(services), await members(services, 2)
    await sign_in(services, key, ben)
    made_up = [Key(f"{number:012}", "A" * 43) for number in range(MOST_WAITING + 50)]
    answered: list[Key] = []

    async def ask(key: Key) -> object:
        try:
            return await sign_in(services, key, ada)
        finally:
            answered.append(key)

    *strangers, known = await asyncio.gather(*map(ask, made_up), ask(key), return_exceptions=True)

    assert known == ACCEPTED
    assert answered.index(key) < MOST_WAITING / 2  # it goes first, but some strangers' answers take less time
    assert set(map(type, strangers)) == {KeyRefusal, DatabaseAway}


async def test_who_has_waited_too_long_is_not_judged_any_more(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, [ada] = await make_key(services), await members(services, 1)

    with monkeypatch.context() as patched:
        patched.setattr(batches, "PATIENCE_S", -1.0)
        with pytest.raises(DatabaseAway):
            await sign_in(services, key, ada)

    assert await sign_in(services, key, ada) == ACCEPTED
