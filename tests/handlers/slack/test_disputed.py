"""A thief in Ada's Slack account, who set up her MFA there: her block, the reset, the word, as each reads it."""

import copy
import re

import pytest

from bot.core.words import WORDS, read
from tests.support.bot import Bot
from tests.support.office import REASON, Office
from tests.support.reading import buttons_in
from tests.support.somebody import Somebody

BLOCK = "Block my sign-in"
ONLY_A_RESET = "The authenticator and recovery codes on your account no longer count. Only a reset ends this:"


def word_in(text: str) -> str:
    """Read the word that a modal shows: the line that is five words of the list."""
    [found] = {read(line) for line in text.splitlines()} - {None}
    assert found is not None
    return found


def confirm_of(somebody: Somebody, notice: str) -> str:
    """Return what Slack asks before the press on a notice counts."""
    [(_, element)] = list(buttons_in(somebody.message_with(notice).blocks))
    asked = element["confirm"]
    return f"{asked['title']['text']} {asked['text']['text']} [{asked['confirm']['text']}] [{asked['deny']['text']}]"


async def test_the_button_asks_first_and_is_not_red_on_a_routine_notice(ada: Somebody) -> None:
    await ada.enables()

    [(_, button)] = list(buttons_in(ada.message_with("Your MFA is on.").blocks))

    assert "style" not in button
    assert confirm_of(ada, "Your MFA is on.") == (
        "Block your sign-in? No one can sign in as you, and neither can you. The authenticator and recovery codes on "
        "your account no longer count then. Only a reset by your helpdesk ends this. [Block my sign-in] [Not now]"
    )


async def test_on_another_notice_it_says_what_decides_how_the_block_ends(ada: Somebody) -> None:
    await ada.enables()
    await ada.says(ada.recovery_codes[0])

    asked = confirm_of(ada, "Recovery codes that were typed into a message are void now")

    assert "in the last 7 days, only a reset by your helpdesk ends this. Otherwise “It was me” does" in asked
    assert len(asked) < 400


async def test_the_block_says_that_only_a_reset_ends_it_and_the_thief_finds_no_way_back(
    ada: Somebody,
) -> None:
    await ada.enables()
    await ada.stops()
    stale_home = copy.deepcopy(ada.home)
    await ada.clicks("It was me", place=ada.home)
    form = ada.leaves_open()
    await ada.clicks("It was me", place=ada.home)
    await ada.submits(recovery_code=ada.recovery_codes[0], code=ada.next_code())
    assert "*Released.*" in ada.modal_text
    await ada.closes()
    await ada.types("/mfa recovery-codes")
    await ada.submits(code=ada.next_code())
    await ada.closes()

    await ada.clicks(BLOCK, place=ada.message_with("New recovery codes were made for you."))

    assert ONLY_A_RESET in ada.modal_text
    await ada.closes()
    assert f"Your sign-in is blocked everywhere. {ONLY_A_RESET}" in ada.last
    assert ONLY_A_RESET in ada.home_text
    assert ada.home_buttons == []
    await ada.clicks("It was me", place=stale_home)
    assert ONLY_A_RESET in ada.modal_text
    assert ada.submit is None
    await ada.closes()
    ada.comes_back_to(form)
    await ada.submits(recovery_code=ada.recovery_codes[0], code=ada.next_code())
    assert ONLY_A_RESET in ada.modal_text


async def test_after_a_week_the_button_says_what_to_do_instead(bot: Bot, ada: Somebody) -> None:
    await ada.enables()
    bot.clock.forward(days=7, seconds=1)

    await ada.clicks(BLOCK, place=ada.message_with("Your MFA is on."))

    assert "This notice is too old to block your sign-in." in ada.modal_text
    assert "contact your helpdesk at once" in ada.modal_text
    await ada.closes()
    assert "Disable Multi-Factor Authentication" in ada.home_buttons


async def test_a_newer_change_takes_the_button_from_the_older_notice(ada: Somebody) -> None:
    await ada.enables()
    await ada.types("/mfa recovery-codes")
    await ada.submits(code=ada.next_code())
    await ada.submits()

    assert [len(list(buttons_in(message.blocks))) for message in ada.messages[-2:]] == [0, 1]
    assert "See the newer notice of" in ada.dm[-2]


async def test_a_veto_offers_to_block_the_sign_in(office: Office) -> None:
    await office.asks(office.hal)
    await office.hal.closes()

    await office.ada.clicks("Stop this request", place=office.ada.message_with("Somebody asked to disable your MFA."))
    await office.ada.closes()

    assert "You stopped the reset of your MFA." in office.ada.last
    assert office.ada.message_buttons == [BLOCK]
    assert office.hal.message_buttons == []
    await office.ada.clicks(BLOCK, place=office.ada.messages[-1])
    assert "*Blocked.*" in office.ada.modal_text


@pytest.mark.parametrize("case", ["owner", "thief"])
async def test_after_the_reset_the_word_decides_who_has_the_account(office: Office, case: str) -> None:
    ada, mia = office.ada, office.mia
    await ada.stops(lately=True)
    await office.asks(office.hal)
    await office.hal.closes()
    await mia.clicks("Approve")
    warned = mia.modal_text
    await mia.submits(code=mia.next_code())
    word = word_in(mia.modal_text)
    await mia.closes()
    await ada.asks_for_qr()
    told = ada.dm
    await ada.clicks("Enter the code", place=ada.messages[-1])
    asked = ada.modal_text

    await ada.submits(code=ada.code(), word=word if case == "owner" else " ".join([WORDS[0]] * 5))

    assert "You are shown that word after you submit this" in warned
    assert any("It asks for a word" in text for text in told)
    assert "Word from your approver" in asked
    if case == "owner":
        assert len(ada.recovery_codes) == 10
        assert "Disable Multi-Factor Authentication" in ada.home_buttons
    else:
        assert "That is not the word." in ada.complaint
        assert "4 tries left." in ada.complaint
        assert ada.home_buttons == ["Enable Multi-Factor Authentication"]


async def test_the_word_goes_to_the_approver_s_modal_and_nowhere_else(office: Office) -> None:
    await office.ada.stops(lately=True)
    await office.asks(office.hal)
    await office.mia.clicks("Approve")
    await office.mia.submits(code=office.mia.next_code())
    word = word_in(office.mia.modal_text)
    modal = office.mia.modal

    again = await office.mia.submits_again()

    assert modal is not None
    assert modal.content.get("submit") is None
    assert list(buttons_in(modal.blocks)) == []
    assert not modal.content.get("notify_on_close")
    assert word not in str(again.body)
    assert "was shown once" in str(again.body)
    everywhere = [call.arguments for call in office.bot.standin.calls.all()]
    assert word not in str(everywhere)


async def test_who_disables_directly_is_shown_it_too_and_a_release_makes_another(office: Office) -> None:
    ada, amy = office.ada, office.amy
    await office.asks(amy, happened="stolen")
    first = word_in(amy.modal_text)
    await amy.closes()
    await office.grants("U0MIA", "admin")

    await office.mia.types("/mfa-admin release @ada")
    await office.mia.submits(reason=REASON, code=office.mia.next_code())
    second = word_in(office.mia.modal_text)
    await office.mia.closes()
    await ada.asks_for_qr()
    await ada.clicks("Enter the code", place=ada.messages[-1])
    await ada.submits(code=ada.code(), word=first)
    stale = ada.complaint
    await ada.submits(code=ada.code(), word=second)

    assert first != second
    assert "That is not the word." in stale
    assert re.search(r"A new word was made for you\.", "\n".join(ada.dm))
    assert len(ada.recovery_codes) == 10


async def test_who_has_no_word_that_works_is_sent_to_the_helpdesk(office: Office) -> None:
    await office.asks(office.amy, happened="stolen")
    await office.ada.asks_for_qr()
    await office.ada.clicks("Enter the code", place=office.ada.messages[-1])
    for _ in range(5):
        await office.ada.submits(code=office.ada.code(), word=" ".join([WORDS[0]] * 5))

    assert "The word no longer works." in office.ada.modal_text
    assert "Contact them to get one." in office.ada.home_text
    assert office.ada.home_buttons == []
    await office.ada.closes()
    await office.ada.types("/mfa enable")
    assert "with a word from your helpdesk" in office.ada.modal_text
    assert any("was entered wrongly too often" in text for text in office.ada.dm)


async def test_the_helpdesk_reads_that_a_disputed_factor_needs_a_reset(office: Office) -> None:
    await office.ada.stops(lately=True)

    await office.hal.types("/mfa-admin show @ada")
    shown = office.hal.modal_text
    await office.hal.closes()
    await office.hal.types("/mfa-admin release @ada")
    await office.hal.submits(reason=REASON, code=office.hal.next_code())

    assert "only a reset ends this" in shown
    assert "so only a reset ends this." in office.hal.modal_text
