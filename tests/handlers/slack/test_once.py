"""One effect, however often a request comes (X3)."""

import asyncio

import pytest

from tests.support.bot import Bot
from tests.support.ledger import open_ledger
from tests.support.office import REASON, Office
from tests.support.somebody import Somebody

pytestmark = pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)
SENT = "*Look into the Messages tab of this app.*"


async def count(bot: Bot, kind: str) -> int:
    """Return how many audit events of *kind* there are."""
    ledger = await open_ledger(bot.database)
    try:
        return (await ledger.events()).count(kind)
    finally:
        await ledger.conn.close()


async def test_a_start_that_comes_twice_sends_one_qr_code(bot: Bot, ada: Somebody) -> None:
    await ada.types("/mfa enable")
    await ada.submits()

    again = await ada.submits_again()

    assert await count(bot, "enrollment.started") == 1
    assert len(ada.messages) == 1
    assert SENT in str(again.body)


async def test_the_right_code_that_comes_twice_shows_the_recovery_codes_to_the_first_alone(
    bot: Bot, ada: Somebody
) -> None:
    await ada.enables(saving=False)

    again = await ada.submits_again()

    assert await count(bot, "mfa.enabled") == 1
    assert "*MFA is on.* Your recovery codes were shown once." in str(again.body)
    assert not any(code in str(again.body) for code in ada.recovery_codes)


async def test_a_disable_that_comes_twice_says_done_twice(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    await ada.types("/mfa disable")
    await ada.submits(code=ada.next_code())

    again = await ada.submits_again()

    assert await count(bot, "mfa.disabled") == 1
    assert "*MFA is off.*" in str(again.body)


async def test_a_replacement_that_comes_twice_sends_one_qr_code(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    await ada.types("/mfa replace")
    await ada.submits(code=ada.next_code())

    again = await ada.submits_again()

    assert await count(bot, "enrollment.started") == 2
    assert SENT in str(again.body)


async def test_new_recovery_codes_that_come_twice_are_made_once(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    await ada.types("/mfa recovery-codes")
    await ada.submits(code=ada.next_code())

    again = await ada.submits_again()

    assert await count(bot, "recovery.made") == 1
    assert "Done: new recovery codes were made, and shown once." in str(again.body)


async def test_a_release_that_comes_twice_releases_once(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    await ada.stops()
    await ada.clicks("It was me", place=ada.home)
    await ada.submits(recovery_code=ada.recovery_codes[0], code=ada.next_code())

    again = await ada.submits_again()

    assert await count(bot, "person.released") == 1
    assert "You are not suspended." in str(again.body)


async def test_the_same_submission_five_times_at_once_has_one_effect(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    await ada.types("/mfa disable")
    await ada.submits(code=ada.next_code())
    delivery = bot.standin.deliveries[-1]

    answers = await asyncio.gather(*(bot.standin.deliver_again(delivery) for _ in range(5)))

    assert await count(bot, "mfa.disabled") == 1
    assert all("*MFA is off.*" in str(answer.body) for answer in answers)


async def test_the_same_start_five_times_at_once_is_one_start(bot: Bot, ada: Somebody) -> None:
    await ada.types("/mfa enable")
    bot.wire.cut()
    await ada.submits()
    delivery = bot.standin.deliveries[-1]
    bot.wire.mend()
    await bot.reconnects()

    answers = await asyncio.gather(*(bot.standin.deliver_again(delivery) for _ in range(5)))
    await bot.settle()

    assert await count(bot, "enrollment.started") == 1
    assert len(ada.messages) == 1
    assert all(SENT in str(answer.body) for answer in answers)


async def test_a_double_click_on_cancel_cancels_once(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Cancel")

    again = await bot.standin.deliver_again(bot.standin.deliveries[-1])

    assert again.status == 200
    assert await count(bot, "enrollment.ended") == 1


async def test_an_unlock_and_a_release_that_come_twice_are_done_twice(bot: Bot) -> None:
    office = Office(bot)
    await office.opens()
    await bot.lock(office.ada)
    await office.hal.types("/mfa-admin unlock @ada")
    await office.hal.submits(reason=REASON, code=office.hal.next_code())
    unlocked_again = await office.hal.submits_again()
    await office.ada.stops()
    await office.amy.types("/mfa-admin release @ada")
    await office.amy.submits(reason=REASON, code=office.amy.next_code())

    released_again = await office.amy.submits_again()

    assert "*Unlocked.*" in str(unlocked_again.body)
    assert "*Released.*" in str(released_again.body)
    assert [await count(bot, kind) for kind in ("throttle.unlocked", "release.offered")] == [1, 1]
    assert [await count(bot, kind) for kind in ("unlock.refused", "release.refused")] == [0, 0]
