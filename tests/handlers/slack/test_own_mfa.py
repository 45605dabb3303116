"""Disabling, replacing and new recovery codes, as their owner sees them."""

import copy

import pytest

from tests.support.bot import Bot
from tests.support.somebody import Somebody

ENABLE = "Enable Multi-Factor Authentication"
DISABLE = "Disable Multi-Factor Authentication"
WRONG = "That code does not work. Wait for the next one in your authenticator app, then type it here."
FORMS = ["/mfa disable", "/mfa replace", "/mfa recovery-codes"]


@pytest.fixture
async def ada(ada: Somebody) -> Somebody:
    """Her MFA is on, and the code that her phone shows is used."""
    await ada.enables()
    return ada


async def test_a_current_code_disables_and_the_advice_is_to_remove_the_account(ada: Somebody) -> None:
    await ada.opens_home()
    await ada.clicks(DISABLE, place=ada.home)
    asked = ada.submit

    await ada.submits(code=ada.next_code())

    assert asked == "Disable"
    assert "*MFA is off.* Now remove the account from your authenticator app" in ada.modal_text
    assert "Your MFA is off. Now remove the account from your authenticator app" in ada.last
    assert ada.home_buttons == [ENABLE]


async def test_a_recovery_code_disables_as_well_and_its_owner_hears_of_it(ada: Somebody) -> None:
    await ada.types("/mfa disable")

    await ada.submits(code=ada.recovery_codes[3].lower().replace("-", " "))

    assert "*MFA is off.*" in ada.modal_text
    assert any("One of your recovery codes was used in Slack. Left: 9." in text for text in ada.dm)


@pytest.mark.parametrize("form", FORMS)
async def test_a_wrong_and_a_used_code_get_the_same_sentence(ada: Somebody, form: str) -> None:
    await ada.types(form)

    await ada.submits(code=ada.wrong_code())
    wrong = ada.complaint
    await ada.submits(code=ada.code())

    assert wrong == WRONG
    assert ada.complaint == WRONG
    assert DISABLE in ada.home_buttons


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("/mfa disable", "A code has six digits; a recovery code has 24 letters and digits."),
        ("/mfa replace", "A code has six digits; a recovery code has 24 letters and digits."),
        ("/mfa recovery-codes", "A code has six digits."),
    ],
)
async def test_what_is_no_code_is_told_its_form(ada: Somebody, form: str, says: str) -> None:
    await ada.types(form)

    await ada.submits(code="hunter2")

    assert ada.complaint == says


@pytest.mark.parametrize(
    ("form", "way_out"),
    [
        ("/mfa disable", "use a recovery code"),
        ("/mfa replace", "use a recovery code"),
        ("/mfa recovery-codes", "ask your helpdesk to unlock you"),
    ],
)
async def test_after_five_wrong_codes_even_a_right_one_waits_and_is_not_used_up(
    bot: Bot, ada: Somebody, form: str, way_out: str
) -> None:
    await ada.types(form)
    bot.clock.forward(seconds=30)
    for _ in range(5):
        await ada.submits(code=ada.wrong_code())

    await ada.submits(code=ada.code())
    told = ada.complaint
    bot.clock.forward(seconds=30)
    await ada.submits(code=ada.code(steps=-1))

    assert told == f"Too many wrong codes. Wait 30 seconds, or {way_out}."
    assert ada.complaint == ""


async def test_a_recovery_code_gets_past_the_wait(ada: Somebody) -> None:
    await ada.types("/mfa disable")
    for _ in range(5):
        await ada.submits(code=ada.wrong_code())

    await ada.submits(code=ada.recovery_codes[0])

    assert "*MFA is off.*" in ada.modal_text
    assert any("Several wrong codes were typed for you in Slack." in text for text in ada.dm)


@pytest.mark.parametrize(
    ("form", "way_out"),
    [
        ("/mfa disable", "Ask your helpdesk, or use a recovery code."),
        ("/mfa replace", "Ask your helpdesk, or use a recovery code."),
        ("/mfa recovery-codes", "Ask your helpdesk to unlock you."),
    ],
)
async def test_a_lock_says_so_with_the_way_out_that_is_left(bot: Bot, ada: Somebody, form: str, way_out: str) -> None:
    await bot.lock(ada)
    await ada.types(form)

    await ada.submits(code=ada.next_code())

    assert ada.complaint == f"Codes are locked after too many wrong ones. {way_out}"


async def test_replace_keeps_the_old_app_until_the_new_one_is_confirmed(ada: Somebody) -> None:
    await ada.types("/mfa replace")
    asked = ada.submit
    await ada.submits(code=ada.next_code())
    await ada.closes()
    await ada.scans()

    waiting = ada.home_text
    await ada.clicks("Enter the code")
    await ada.submits(code=ada.code())
    await ada.submits()
    await ada.types("/mfa disable")
    await ada.submits(code=ada.code(steps=1, secret=0))
    old = ada.complaint
    await ada.submits(code=ada.next_code())

    assert asked == "Send QR code"
    assert "*On*" in waiting
    assert "A QR code for your new authenticator app waits" in waiting
    assert any("Remove the account from the old one." in text for text in ada.dm)
    assert old == WRONG
    assert "*MFA is off.*" in ada.modal_text


async def test_a_replacement_that_is_given_up_changes_nothing(ada: Somebody) -> None:
    await ada.types("/mfa replace")
    await ada.submits(code=ada.next_code())
    await ada.closes()
    await ada.scans()
    await ada.clicks("Cancel")

    await ada.types("/mfa disable")
    await ada.submits(code=ada.code(steps=1, secret=0))

    assert "*MFA is off.*" in ada.modal_text


async def test_the_form_of_a_replacement_says_what_its_code_does(ada: Somebody) -> None:
    await ada.types("/mfa replace")
    await ada.submits(code=ada.next_code())
    await ada.closes()

    await ada.clicks("Enter the code")

    assert "It moves your MFA to this app: the one before stops working." in ada.modal_text
    assert "turns MFA on" not in ada.modal_text


async def test_the_end_of_a_replacement_says_a_way_to_start_again_that_works(ada: Somebody) -> None:
    await ada.types("/mfa replace")
    await ada.submits(code=ada.next_code())
    await ada.closes()
    shown = copy.deepcopy(ada.messages[-1])
    await ada.clicks("Cancel")
    await ada.clicks("Enter the code", place=shown)
    told = [ada.modal_text, ada.last]
    await ada.closes()

    await ada.types("/mfa")

    assert all("ype `/mfa` to start again" in text for text in told)
    assert "Replace authenticator" in ada.message_buttons


async def test_new_recovery_codes_take_the_place_of_the_old_ones(ada: Somebody) -> None:
    old = ada.recovery_codes
    await ada.types("/mfa recovery-codes")
    await ada.submits(code=ada.next_code())
    submit = ada.submit
    await ada.submits()

    await ada.types("/mfa disable")
    await ada.submits(code=old[0])
    refused = ada.complaint
    await ada.submits(code=ada.recovery_codes[0])

    assert submit == "I saved them"
    assert set(old).isdisjoint(ada.recovery_codes)
    assert refused == WRONG
    assert "*MFA is off.*" in ada.modal_text


async def test_a_recovery_code_makes_no_new_recovery_codes(ada: Somebody) -> None:
    await ada.types("/mfa recovery-codes")

    await ada.submits(code=ada.recovery_codes[0])

    assert ada.complaint == "A code has six digits."


async def test_a_form_for_a_factor_that_was_replaced_meanwhile_does_nothing(bot: Bot, ada: Somebody) -> None:
    await ada.types("/mfa disable")
    left_open = ada.leaves_open()
    await ada.disables()
    bot.clock.forward(hours=1)
    await ada.enables()
    ada.comes_back_to(left_open)

    await ada.submits(code=ada.next_code())

    assert "Your MFA has changed since this window was opened; nothing was done." in ada.modal_text
    assert DISABLE in ada.home_buttons


async def test_saving_codes_that_are_void_says_so_and_home_goes_on_reminding(ada: Somebody) -> None:
    await ada.types("/mfa recovery-codes")
    await ada.submits(code=ada.next_code())
    left_open = ada.leaves_open()
    await ada.types("/mfa recovery-codes")
    await ada.submits(code=ada.next_code())
    await ada.closes()
    ada.comes_back_to(left_open)

    await ada.submits()

    assert "*These recovery codes have stopped working*" in ada.modal_text
    assert "You have not said yet that you saved your recovery codes." in ada.home_text
