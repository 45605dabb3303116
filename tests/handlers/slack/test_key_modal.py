"""The modal with the key shows it until the enrollment ends, however that ends, and not a moment longer (E4)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.slack import View
from handlers.outgoing import Later
from tests.support.bot import Bot
from tests.support.reading import texts_in
from tests.support.somebody import Somebody
from tests.support.working import kept


async def confirms(_bot: Bot, ada: Somebody) -> None:
    await ada.clicks("Enter the code")
    await ada.submits(code=ada.code())
    await ada.submits()


async def cancels(_bot: Bot, ada: Somebody) -> None:
    await ada.clicks("Cancel")


async def starts_again(_bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()


async def types_wrong_codes(_bot: Bot, ada: Somebody) -> None:
    await ada.clicks("Enter the code")
    for _ in range(5):
        await ada.submits(code=ada.wrong_code())
    await ada.closes()


async def lets_it_expire(bot: Bot, _ada: Somebody) -> None:
    await bot.later(minutes=10)


async def is_deactivated(bot: Bot, ada: Somebody) -> None:
    await bot.standin.change_user(ada.user, deleted=True)
    await bot.settle()


def shown(view: View) -> str:
    return "\n".join(texts_in(view.blocks))


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (confirms, "You set up your authenticator app."),
        (cancels, "This QR code was cancelled."),
        (starts_again, "A newer QR code has taken the place of this one."),
        (types_wrong_codes, "This QR code is void after too many wrong codes."),
        (lets_it_expire, "This QR code has expired."),
        (is_deactivated, "This QR code was cancelled."),
    ],
)
async def test_however_it_ends_the_key_is_gone_from_every_modal_that_shows_it(
    bot: Bot, ada: Somebody, ends: Callable[[Bot, Somebody], Awaitable[None]], says: str
) -> None:
    await ada.asks_for_qr()
    key = ada.secrets[-1]
    elsewhere = []
    for _ in range(2):
        await ada.clicks("Can't scan?")
        elsewhere.append(ada.leaves_open())
    before = [shown(view).replace(" ", "") for view in elsewhere]
    bot.standin.workspace.stack("Ada at another device").extend(elsewhere)

    await ends(bot, ada)

    assert all(key in text for text in before)
    for view in elsewhere:
        assert shown(view).startswith(says)
        assert key not in str(view.content).replace(" ", "")


async def test_a_modal_that_was_closed_needs_nothing(ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Can't scan?")
    await ada.closes()

    await ada.clicks("Cancel")

    assert "This QR code was cancelled." in ada.last


async def test_an_end_that_comes_while_the_modal_opens_takes_the_key_out_all_the_same(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()
    late = bot.standin.faults.slow("views.open")
    clicking = asyncio.create_task(ada.clicks("Can't scan?"))
    await late.entered.wait()
    await is_deactivated(bot, ada)

    late.release()
    await clicking

    assert "It was cancelled." in ada.modal_text
    assert ada.secrets[-1] not in ada.modal_text.replace(" ", "")


async def test_a_modal_that_slack_does_not_change_leaves_neither_picture_nor_button(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Can't scan?")
    view = ada.leaves_open()
    bot.standin.workspace.stack("Ada at another device").append(view)
    bot.standin.faults.error("views.update", "internal_error")

    with pytest.raises(Later, match="internal_error"):
        await ada.clicks("Cancel")

    assert "This QR code was cancelled." in ada.last
    assert ada.message_buttons == []
    assert kept(bot.standin) == []


async def test_a_modal_of_somebody_whom_slack_knows_no_more_is_done_with(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Can't scan?")
    await ada.closes()
    bot.standin.faults.error("views.update", "account_inactive")

    await ada.clicks("Cancel")

    assert "This QR code was cancelled." in ada.last
