"""`Block my sign-in`, and the ways back, where MFA was set up long before; disputed factors are in a file of theirs."""

import copy

import pytest

from tests.support.bot import Bot
from tests.support.somebody import Somebody

STOP = "Block my sign-in"
SUSPENDED = "Your MFA is suspended."


@pytest.fixture
async def ada(bot: Bot, ada: Somebody) -> Somebody:
    """Her MFA is on for a month, and the code that her phone shows is used."""
    await ada.enables()
    await bot.set_up_long_ago(ada)
    return ada


async def test_the_button_suspends_at_once_and_says_what_to_do(ada: Somebody) -> None:
    await ada.clicks(STOP)

    assert "*Blocked.* No one can sign in as you now" in ada.modal_text
    assert "You blocked your sign-in: 12:00" in ada.dm[-2]
    assert "Your sign-in is blocked everywhere. Tell your helpdesk what happened." in ada.last
    assert ada.home_buttons == ["It was me"]


async def test_without_a_factor_nobody_is_sent_to_a_button_that_is_not_there(ada: Somebody) -> None:
    await ada.disables()
    await ada.clicks(STOP, place=ada.message_with("Your MFA is off."))
    told = [ada.modal_text]
    await ada.closes()
    await ada.types("/mfa enable")
    told.append(ada.modal_text)
    await ada.closes()

    await ada.types("/mfa")

    assert not any("It was me" in text for text in told)
    assert all("ype `/mfa` to see what ends that" in text for text in told)
    assert "ask your helpdesk to release you" in ada.last
    assert (ada.message_buttons, ada.home_buttons) == ([], [])


async def test_a_second_click_on_a_notice_that_was_answered_does_nothing_more(ada: Somebody) -> None:
    stale = copy.deepcopy(ada.messages[-1])
    await ada.clicks(STOP)
    await ada.closes()
    before = len(ada.messages)

    await ada.clicks(STOP, place=stale)

    assert "This was answered before." in ada.modal_text
    assert len(ada.messages) == before


async def test_nobody_stops_somebody_else(ada: Somebody, ben: Somebody) -> None:
    await ben.forges_a_click(ada.messages[-1], STOP)

    assert "This message is not yours." in ben.modal_text
    assert "Disable Multi-Factor Authentication" in ada.home_buttons


@pytest.mark.parametrize("word", ["enable", "disable", "replace", "recovery-codes"])
async def test_while_suspended_nothing_opens(ada: Somebody, word: str) -> None:
    await ada.stops()

    await ada.types(f"/mfa {word}")

    assert SUSPENDED in ada.modal_text
    assert ada.submit is None


@pytest.mark.parametrize("word", ["disable", "replace", "recovery-codes"])
async def test_a_form_that_was_open_when_it_happened_is_refused(ada: Somebody, word: str) -> None:
    await ada.types(f"/mfa {word}")
    left_open = ada.leaves_open()
    await ada.stops()
    ada.comes_back_to(left_open)

    await ada.submits(code=ada.next_code())

    assert SUSPENDED in ada.modal_text
    assert ada.home_buttons == ["It was me"]


async def test_what_was_pending_is_cancelled(ada: Somebody) -> None:
    await ada.types("/mfa replace")
    await ada.submits(code=ada.next_code())
    await ada.closes()

    await ada.stops()

    assert any("This QR code was cancelled." in text for text in ada.dm)
    assert "Enter the code" not in ada.buttons


async def test_it_was_me_takes_a_recovery_code_and_a_current_code(ada: Somebody) -> None:
    await ada.stops()
    await ada.clicks("It was me", place=ada.home)
    asked = ada.submit

    await ada.submits(recovery_code=ada.recovery_codes[0], code=ada.next_code())

    assert asked == "Release"
    assert "*Released.* Applications let you in again." in ada.modal_text
    assert "Disable Multi-Factor Authentication" in ada.home_buttons
    assert "Recovery codes left: 9." in ada.home_text
    assert STOP in ada.message_buttons


async def test_a_mistyped_code_beside_it_costs_no_recovery_code(ada: Somebody) -> None:
    await ada.stops()
    await ada.clicks("It was me", place=ada.home)
    await ada.submits(recovery_code=ada.recovery_codes[0], code=ada.wrong_code())
    refused = ada.complaint

    await ada.submits(recovery_code=ada.recovery_codes[0], code=ada.next_code())

    assert refused.startswith("These codes do not work together.")
    assert "*Released.*" in ada.modal_text


async def test_a_right_code_with_a_wrong_recovery_code_does_not_release(ada: Somebody) -> None:
    await ada.stops()
    await ada.clicks("It was me", place=ada.home)

    await ada.submits(recovery_code="AAAA-BBBB-CCCC-DDDD-EEEE-FFFF", code=ada.next_code())

    assert ada.complaint.startswith("These codes do not work together.")
    assert ada.home_buttons == ["It was me"]


async def test_who_came_back_from_a_deactivation_needs_one_current_code(bot: Bot, ada: Somebody) -> None:
    await bot.standin.change_user(ada.user, deleted=True)
    bot.clock.forward(seconds=1)
    await bot.standin.change_user(ada.user, deleted=False)
    await ada.opens_home()
    home = ada.home_text

    await ada.clicks("It was me", place=ada.home)
    await ada.submits(code=ada.next_code())

    assert "Your Slack account was deactivated and is back. One current code ends this." in home
    assert "*Released.*" in ada.modal_text


async def test_with_mfa_off_nothing_can_prove_who_it_is(ada: Somebody) -> None:
    await ada.disables()

    await ada.stops("Your MFA is off.")
    await ada.opens_home()

    assert "There is no factor that could prove it is you: ask your helpdesk" in ada.home_text
    assert ada.home_buttons == []


async def test_somebody_who_is_not_suspended_has_nothing_to_release(ada: Somebody) -> None:
    await ada.stops()
    stale = copy.deepcopy(ada.home)
    await ada.clicks("It was me", place=ada.home)
    await ada.submits(recovery_code=ada.recovery_codes[0], code=ada.next_code())
    await ada.closes()

    await ada.clicks("It was me", place=stale)

    assert "You are not suspended." in ada.modal_text
