"""Slack away, slow or rate-limiting, and the database away: a plain sentence in time, and nothing half done (R3)."""

from collections.abc import Callable

import pytest

from tests.support.bot import Bot
from tests.support.somebody import Somebody
from tests.support.timeouts import DATABASE_SILENT, troubles
from tests.support.wire import Wire

AWAY = "MFA cannot be reached right now, and nothing was changed. Please try again in a minute."
ENABLE = "Enable Multi-Factor Authentication"
DISABLE = "Disable Multi-Factor Authentication"

pytestmark = pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)
database_troubles = pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Wire.cut, id="cut"),
        pytest.param(Wire.go_dead, id="dead", marks=pytest.mark.timeouts(DATABASE_SILENT)),
    ],
)
slack_troubles = pytest.mark.parametrize("trouble", troubles)


def in_time(somebody: Somebody) -> bool:
    """Whether the stand-in, in a test of a limit as patient as Slack, had its answer and took it."""
    return somebody.replies[-1].ok


@database_troubles
async def test_a_command_is_answered_without_the_database(
    bot: Bot, ada: Somebody, trouble: Callable[[Wire], None]
) -> None:
    await ada.opens_home()
    trouble(bot.wire)

    await ada.types("/mfa")

    assert in_time(ada)
    assert ada.last == AWAY


@database_troubles
async def test_a_button_is_answered_without_the_database(
    bot: Bot, ada: Somebody, trouble: Callable[[Wire], None]
) -> None:
    await ada.opens_home()
    trouble(bot.wire)

    await ada.clicks(ENABLE)

    assert in_time(ada)
    assert AWAY in ada.modal_text


@database_troubles
async def test_a_submission_is_answered_without_the_database_and_its_code_is_still_good(
    bot: Bot, ada: Somebody, trouble: Callable[[Wire], None]
) -> None:
    await ada.enables()
    await ada.types("/mfa disable")
    trouble(bot.wire)
    await ada.submits(code=ada.next_code())
    answered, told = in_time(ada), ada.modal_text

    bot.wire.mend()
    await bot.reconnects()
    await ada.closes()
    await ada.types("/mfa disable")
    await ada.submits(code=ada.code())

    assert answered
    assert AWAY in told
    assert "*MFA is off.*" in ada.modal_text


async def test_a_start_without_the_database_sends_no_qr_code(bot: Bot, ada: Somebody) -> None:
    await ada.types("/mfa enable")
    bot.wire.cut()

    await ada.submits()
    told = ada.modal_text
    bot.wire.mend()
    await bot.settle()

    assert AWAY in told
    assert ada.messages == []


async def test_events_are_taken_without_the_database(bot: Bot, ada: Somebody) -> None:
    bot.wire.cut()

    replies = [await ada.opens_home(), await ada.says("hello"), await bot.standin.change_user(ada.user, tz="UTC")]

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert AWAY in ada.home_text


async def test_a_code_pasted_while_the_database_is_away_is_worthless_once_it_is_back(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    bot.standin.settings.patience_s = 1.0  # by socket the bot refuses by saying nothing
    bot.wire.cut()
    reply = await ada.says(ada.recovery_codes[0])
    problems = list(bot.standin.problems)
    bot.standin.problems.clear()  # the stand-in counts every answer that Slack takes for a failure

    bot.wire.mend()
    await bot.reconnects()
    bot.clock.forward(minutes=1)
    sent_again = await bot.standin.deliver_due()
    await bot.settle()
    await ada.types("/mfa disable")
    await ada.submits(code=ada.recovery_codes[0])

    assert not reply.ok
    assert problems in (["event: the app answered 503"] * 2, ["event: the app answered http_timeout"] * 2)
    assert sent_again == 1
    assert any("Recovery codes that were typed into a message are void now" in text for text in ada.dm)
    assert ada.complaint.startswith("That code does not work.")


async def test_of_a_commit_whose_answer_was_lost_nobody_says_that_nothing_was_changed(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    await ada.types("/mfa disable")
    bot.wire.lose_an_answer()

    await ada.submits(code=ada.next_code())
    told = ada.modal_text
    bot.wire.mend()
    await bot.reconnects()
    again = await ada.submits_again()

    assert "may or may not have been saved" in told
    assert "nothing was changed" not in told
    assert "*MFA is off.*" in str(again.body)


@slack_troubles
async def test_a_command_whose_modal_slack_does_not_open_says_so(bot: Bot, ada: Somebody, trouble: str) -> None:
    getattr(bot.standin.faults, trouble)("views.open")

    await ada.types("/mfa enable")

    assert in_time(ada)
    assert ada.last == "Slack did not open the window, so nothing was changed. Please try again in a minute."


@slack_troubles
async def test_a_start_is_refused_while_slack_does_not_say_who_it_is(bot: Bot, ada: Somebody, trouble: str) -> None:
    await ada.types("/mfa enable")
    bot.standin.calls.clear()
    getattr(bot.standin.faults, trouble)("users.info", times=None)

    await ada.submits()

    assert in_time(ada)
    assert len(bot.standin.calls.of("users.info")) <= 1  # one that hangs is not over yet
    assert "Slack did not tell us who you are, so nothing was changed." in ada.modal_text
    assert ada.messages == []


async def test_stopping_works_though_slack_cannot_show_it(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    await bot.set_up_long_ago(ada)
    bot.standin.faults.status("views.open", 503)

    await ada.clicks("Block my sign-in")

    assert in_time(ada)
    assert any(text.startswith("*Blocked.* No one can sign in as you now") for text in ada.dm)
    assert ada.home_buttons == ["It was me"]


async def test_an_unforeseen_error_is_a_sentence_and_nothing_of_its_text(
    bot: Bot, ada: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ada.enables()
    await ada.types("/mfa disable")

    async def fails(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("marmalade")

    monkeypatch.setattr(bot.app.services.disable, "disable_own", fails)

    await ada.submits(code=ada.next_code())

    assert in_time(ada)
    assert "Something went wrong on our side. Type `/mfa` to see how things stand" in ada.modal_text
    assert "marmalade" not in ada.modal_text
    assert DISABLE in ada.home_buttons
