"""Enabling and replacing, from the first button to the recovery codes, as people see it."""

import pytest

from tests.support.bot import Bot
from tests.support.somebody import Somebody

pytestmark = pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)
ENABLE = "Enable Multi-Factor Authentication"
APPS = (
    "Google Authenticator",
    "Microsoft Authenticator",
    "2FAS",
    "Aegis",
    "Ente Auth",
    "1Password",
    "Bitwarden",
)
WRONG = "That code does not work."


async def test_before_they_start_people_are_told_which_apps_to_install(ada: Somebody) -> None:
    await ada.opens_home()

    await ada.clicks(ENABLE)

    assert "Install an authenticator app" in ada.modal_text
    assert all(f"|{app}>" in ada.modal_text for app in APPS)
    assert ada.submit == "Send QR code"


async def test_the_qr_code_comes_as_an_image_in_the_dm_with_its_buttons(ada: Somebody) -> None:
    await ada.types("/mfa enable")

    await ada.submits()

    assert "*Look into the Messages tab of this app.*" in ada.modal_text
    assert ada.submit is None
    await ada.closes()
    await ada.scans()
    assert ada.message_buttons == ["Enter the code", "Can't scan?", "Cancel"]


async def test_only_a_right_code_turns_mfa_on(ada: Somebody) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")
    asked = ada.submit

    await ada.submits(code=ada.wrong_code())
    complaint, still_off = ada.complaint, ada.home_buttons
    await ada.submits(code=ada.code())

    assert asked == "Verify Code"
    assert complaint == f"{WRONG} Wait for the next one in your authenticator app, then type it here. 4 tries left."
    assert ENABLE in still_off
    assert "*MFA is on.*" in ada.modal_text
    assert "Disable Multi-Factor Authentication" in ada.home_buttons


async def test_the_recovery_codes_are_shown_once_and_in_no_message(bot: Bot, ada: Somebody) -> None:
    await ada.enables(saving=False)
    shown, submit = ada.recovery_codes, ada.submit

    await ada.submits()

    assert len(set(shown)) == 10
    assert submit == "I saved them"
    assert ada.modal is None
    said = "".join(str(call.arguments) for call in bot.standin.calls.all())
    assert not any(code in said for code in shown)


async def test_the_message_says_what_became_of_it_and_holds_no_picture_any_more(bot: Bot, ada: Somebody) -> None:
    await ada.enables()

    message = ada.message_with("You set up your authenticator app.")

    assert [block["type"] for block in message.blocks] == ["section", "context"]
    assert all(file.content is None for file in bot.standin.workspace.files.values())


async def test_a_notice_tells_that_mfa_is_on_with_a_way_to_stop_it(ada: Somebody) -> None:
    await ada.enables()

    assert "Your MFA is on." in ada.last
    assert ada.message_buttons == ["Block my sign-in"]


async def test_who_cannot_scan_reads_the_key_in_a_modal_of_their_own(bot: Bot, ada: Somebody) -> None:
    await ada.asks_for_qr()

    await ada.clicks("Can't scan?")

    assert ada.modal_text.replace(" ", "").count(ada.secrets[-1]) == 1
    assert ada.submit is None
    said = [str(call.arguments) for call in bot.standin.calls.all() if call.method != "views.open"]
    assert not any(ada.secrets[-1] in words.replace(" ", "") for words in said)


async def test_cancel_ends_it_and_the_message_says_so(ada: Somebody) -> None:
    await ada.asks_for_qr()

    await ada.clicks("Cancel")

    assert "This QR code was cancelled. Type `/mfa` to start again." in ada.last
    assert ada.message_buttons == []
