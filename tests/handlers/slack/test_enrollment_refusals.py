"""Codes and buttons that are wrong, late, of an older QR code, or somebody else's, while enabling."""

import copy

import pytest

from tests.support.bot import Bot
from tests.support.somebody import Somebody

ENABLE = "Enable Multi-Factor Authentication"
WRONG = "That code does not work."


@pytest.mark.parametrize("spelled", ["{0}{1}", "{0} {1}", "{0}-{1}", "  {0}{1}  "])
async def test_a_code_may_be_typed_with_blanks_and_hyphens(ada: Somebody, spelled: str) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")
    code = ada.code()

    await ada.submits(code=spelled.format(code[:3], code[3:]))

    assert "*MFA is on.*" in ada.modal_text


@pytest.mark.parametrize(
    "typed", ["12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "12 34\u00a056"]
)
async def test_what_is_no_code_is_said_so_and_costs_no_try(ada: Somebody, typed: str) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")

    for _ in range(6):
        await ada.submits(code=typed)
    complaint = ada.complaint
    await ada.submits(code=ada.code())

    assert complaint == "A code has six digits."
    assert "*MFA is on.*" in ada.modal_text


async def test_a_phone_whose_clock_is_off_is_told_so(ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")

    await ada.submits(code=ada.code(steps=-6))

    assert "Your phone's clock is about 3 minutes off. Set it to automatic time" in ada.complaint


async def test_after_five_wrong_codes_the_qr_code_is_void(ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")

    for _ in range(5):
        await ada.submits(code=ada.wrong_code())

    assert "Too many wrong codes; this QR code is void. Type `/mfa` to start again" in ada.modal_text
    assert ada.submit is None
    assert "This QR code is void after too many wrong codes." in ada.last


async def test_a_modal_left_open_past_the_expiry_says_so(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")
    bot.clock.forward(minutes=10)

    await ada.submits(code=ada.code())

    assert "Its time is over. Nothing was changed; type `/mfa` to start again." in ada.modal_text
    assert ada.submit is None
    assert ENABLE in ada.home_buttons


async def test_a_qr_code_that_nobody_used_expires_by_itself(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()

    await bot.later(minutes=10, seconds=1)

    assert "This QR code has expired." in ada.last
    assert ada.message_buttons == []


@pytest.mark.parametrize("button", ["Enter the code", "Can't scan?", "Cancel"])
async def test_a_button_that_is_still_on_screen_after_the_end_says_how_it_ended(ada: Somebody, button: str) -> None:
    await ada.asks_for_qr()
    stale = copy.deepcopy(ada.messages[-1])
    await ada.clicks("Cancel")

    await ada.clicks(button, place=stale)

    assert ada.replies[-1].ok
    if button == "Cancel":
        assert "This QR code was cancelled." in ada.last
    else:
        assert "It was cancelled. Nothing was changed; type `/mfa` to start again." in ada.modal_text


async def test_who_cancels_what_was_confirmed_meanwhile_reads_that_mfa_is_on(ada: Somebody) -> None:
    await ada.asks_for_qr()
    stale = copy.deepcopy(ada.messages[-1])
    await ada.clicks("Enter the code")
    await ada.submits(code=ada.code())
    await ada.submits()

    await ada.clicks("Cancel", place=stale)

    assert "*MFA is on.*" in ada.modal_text


async def test_starting_again_while_one_is_pending_makes_the_newer_one_count(ada: Somebody) -> None:
    await ada.asks_for_qr()
    older = copy.deepcopy(ada.messages[-1])
    await ada.asks_for_qr()

    await ada.clicks("Enter the code", place=older)
    refused = ada.modal_text
    await ada.closes()
    await ada.clicks("Enter the code")
    await ada.submits(code=ada.code())

    assert "A newer QR code has taken its place." in refused
    assert "A newer QR code has taken the place of this one." in ada.dm[0]
    assert "*MFA is on.*" in ada.modal_text


async def test_a_code_of_the_older_qr_code_does_not_confirm_the_newer(ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")

    await ada.submits(code=ada.code(secret=0))

    assert ada.complaint.startswith(WRONG)


async def test_a_sixth_start_within_an_hour_is_refused_until_it_is_over(bot: Bot, ada: Somebody) -> None:
    for _ in range(5):
        await ada.asks_for_qr()

    await ada.types("/mfa enable")
    await ada.submits()
    refused = ada.modal_text
    await ada.closes()
    await bot.later(hours=1)
    await ada.asks_for_qr()

    assert "You started too often within an hour. Please wait an hour" in refused
    assert len(ada.secrets) == 6


async def test_a_start_in_a_window_from_before_mfa_went_on_is_refused(ada: Somebody) -> None:
    await ada.types("/mfa enable")
    left_open = ada.leaves_open()
    await ada.enables()
    ada.comes_back_to(left_open)

    await ada.submits()

    assert "Your MFA is on already." in ada.modal_text


@pytest.mark.parametrize("button", ["Enter the code", "Can't scan?", "Cancel"])
async def test_somebody_else_cannot_use_the_buttons_of_a_qr_code(ada: Somebody, ben: Somebody, button: str) -> None:
    await ada.asks_for_qr()

    await ben.forges_a_click(ada.messages[-1], button)

    assert "This QR code is not yours. Type `/mfa` to see your own MFA." in ben.modal_text
    assert ada.message_buttons == ["Enter the code", "Can't scan?", "Cancel"]


async def test_somebody_elses_code_does_not_turn_on_mfa(ada: Somebody, ben: Somebody) -> None:
    await ada.asks_for_qr()
    await ben.asks_for_qr()
    await ben.clicks("Enter the code")
    assert ben.modal is not None
    ben.modal.content["private_metadata"] = "1"  # a payload that was tampered with: Ada's enrollment

    await ben.submits(code=ada.code())

    assert "This QR code is not yours." in ben.modal_text
    assert ENABLE in ada.home_buttons


async def test_who_cannot_be_sent_files_reads_that_starting_again_alone_will_not_help(bot: Bot, ada: Somebody) -> None:
    bot.standin.faults.error("files.getUploadURLExternal", "file_uploads_disabled", times=None)

    await ada.types("/mfa enable")
    await ada.submits()

    assert "Slack did not take the QR code. Ask your helpdesk why" in ada.last
    assert ada.message_buttons == []
    assert ada.home_buttons == [ENABLE]
