"""Where no window opens, or a listener takes too long, whoever clicked reads a sentence at the place of the click."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from handlers import edge, errors
from tests.support import signed
from tests.support.bot import Bot
from tests.support.serving import serving
from tests.support.somebody import Somebody
from tests.support.timeouts import troubles

NOT_OPENED = "Slack did not open the window, so nothing was changed. Please try again in a minute."
FAILED = "Something went wrong on our side. Type `/mfa` to see how things stand, then try again."
AWAY = "MFA cannot be reached right now, and nothing was changed. Please try again in a minute."
ENABLE = "Enable Multi-Factor Authentication"
SLACK_WAITS_S = 3.0

slack_troubles = pytest.mark.parametrize("trouble", troubles)


def in_time(somebody: Somebody) -> bool:
    """Whether the stand-in, in a test of a limit as patient as Slack, had its answer and took it."""
    return somebody.replies[-1].ok


@slack_troubles
async def test_under_a_message_the_sentence_is_a_message_for_them_alone(bot: Bot, ada: Somebody, trouble: str) -> None:
    await ada.asks_for_qr()
    getattr(bot.standin.faults, trouble)("views.open")

    await ada.clicks("Enter the code")
    answered, told = in_time(ada), ada.messages[-1]
    await ada.clicks("Enter the code", place=ada.messages[0])

    assert answered
    assert (told.text, told.only_for) == (NOT_OPENED, ada.user)
    assert ada.submit == "Verify Code"


@slack_troubles
async def test_in_home_the_sentence_stands_above_the_buttons_until_home_is_opened_anew(
    bot: Bot, ada: Somebody, trouble: str
) -> None:
    await ada.opens_home()
    getattr(bot.standin.faults, trouble)("views.open")

    await ada.clicks(ENABLE)
    answered, told, buttons = in_time(ada), ada.home_text, ada.home_buttons
    await ada.clicks(ENABLE)
    opened = ada.modal_text
    await ada.closes()
    await ada.opens_home()

    assert answered
    assert NOT_OPENED in told
    assert buttons == [ENABLE]
    assert "Before you start" in opened
    assert NOT_OPENED not in ada.home_text


async def test_a_home_that_was_opened_before_and_comes_later_does_not_take_the_sentence_away(
    bot: Bot, ada: Somebody
) -> None:
    await ada.opens_home()

    async with ada.opening_home_slowly():
        bot.standin.faults.status("views.open")
        await ada.clicks(ENABLE)

    assert NOT_OPENED in ada.home_text


@slack_troubles
async def test_in_a_modal_the_sentence_takes_its_place(bot: Bot, ada: Somebody, trouble: str) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")
    left_open = ada.leaves_open()
    await ada.clicks("Enter the code")
    await ada.submits(code=ada.code())
    await ada.submits()
    ada.comes_back_to(left_open)
    await ada.submits(code=ada.code())
    getattr(bot.standin.faults, trouble)("views.push")

    await ada.clicks("Recovery codes")

    assert in_time(ada)
    assert NOT_OPENED in ada.modal_text


async def test_without_database_and_window_the_sentence_of_the_outage_is_still_said(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()
    bot.standin.faults.status("views.open", times=2)
    bot.wire.cut()

    await ada.clicks("Enter the code")
    told = ada.last
    await ada.clicks(ENABLE, place=ada.home)

    assert told == AWAY
    assert AWAY in ada.home_text


async def test_a_click_that_takes_too_long_is_answered_in_time_and_with_a_sentence(
    bot: Bot, ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ada.asks_for_qr()

    async def never(*_arguments: object, **_more: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(bot.app.services.enrollments, "look", never)
    monkeypatch.setattr(bot.app.services.people, "status", never)
    whole = edge.LISTENER_S + errors.LAST_WORD_S
    monkeypatch.setattr(bot.app.edge, "_listener_s", 0.1)

    await ada.clicks("Enter the code")
    under_message, told = in_time(ada), ada.last
    await ada.clicks(ENABLE, place=ada.home)

    assert whole < SLACK_WAITS_S
    assert under_message
    assert told == FAILED
    assert in_time(ada)
    assert FAILED in ada.home_text


async def test_a_code_that_takes_too_long_to_make_worthless_comes_again(
    bot: Bot, ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ada.enables()

    async def never(*_arguments: object, **_more: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as hanging:
        hanging.setattr(bot.app.services.recovery, "pasted", never)
        hanging.setattr(bot.app.edge, "_listener_s", 0.1)
        reply = await ada.says(ada.recovery_codes[0])
    bot.standin.problems.clear()  # the stand-in counts every answer that Slack takes for a failure
    bot.clock.forward(minutes=1)
    await bot.standin.deliver_due()
    await bot.settle()

    assert reply.status == 503
    assert any("Recovery codes that were typed into a message are void now" in text for text in ada.dm)


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[str, list[str]]]:
    """A server that is not Slack, and what came to it."""
    came: list[str] = []

    async def take(request: web.Request) -> web.Response:
        came.append(request.path)
        return web.Response()

    application = web.Application()
    application.router.add_post("/{any:.*}", take)
    async with serving(application) as url:
        yield url, came


@pytest.mark.parametrize("path", ["/response/1", "//[", "@127.0.0.1/"])
async def test_nothing_is_sent_to_a_response_url_that_is_not_slacks(
    bot: Bot, elsewhere: tuple[str, list[str]], path: str
) -> None:
    url, came = elsewhere
    bot.standin.faults.status("views.open")
    payload = signed.click(response_url=f"{url}{path}" if path.startswith("/r") else f"http:{path}")
    payload["actions"][0]["action_id"] = "mfa_enable"
    body = signed.interaction(payload)

    async with aiohttp.ClientSession() as session:
        headers = signed.headers(body, at=bot.clock().timestamp())
        async with session.post(bot.standin.bot_url, data=body, headers=headers) as answer:
            status = answer.status

    assert status == 200
    assert came == []
