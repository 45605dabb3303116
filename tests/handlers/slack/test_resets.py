"""Helpdesk asks, a manager approves, an admin disables: as the people concerned see it (S9 to S13, A3, A10, A13)."""

import pytest

from tests.support.office import DISABLE, REASON, Office
from tests.support.timeouts import troubles

STOP = "Stop this request"
BLOCK = "Block my sign-in"


async def test_an_admin_disables_directly_and_everybody_concerned_is_told(office: Office) -> None:
    await office.amy.types("/mfa-admin disable @ada")
    assert "Ada Byron (U0ADA)" in office.amy.last
    await office.amy.clicks(DISABLE)
    assert office.amy.submit == "Disable"

    await office.amy.submits(happened="lost", identity_check="seen", reason=REASON, code=office.amy.next_code())

    assert "*Done.*" in office.amy.modal_text
    assert "Your MFA was disabled by somebody else." in office.ada.last
    assert office.ada.home_buttons == ["Enable Multi-Factor Authentication"]


async def test_helpdesk_asks_the_manager_approves_with_a_code_and_no_button_is_left(office: Office) -> None:
    await office.asks(office.hal)
    assert "*Sent.*" in office.hal.modal_text
    await office.hal.closes()
    assert STOP in office.ada.buttons
    assert office.mia.message_buttons == ["Approve", "Deny"]

    await office.mia.clicks("Approve")
    assert REASON in office.mia.modal_text
    await office.mia.submits(code=office.mia.next_code())

    assert "*Approved and done.*" in office.mia.modal_text
    assert "Your MFA was disabled by somebody else." in "\n".join(office.ada.dm)
    await office.mia.closes()
    for somebody in (office.hal, office.mia):
        assert not {"Approve", "Deny", "Cancel request"} & set(somebody.buttons)
    assert "was carried out: that person's MFA is off." in office.hal.last
    assert "remove the old account" in office.ada.dm[-1]


async def test_the_card_of_the_command_has_no_button_once_its_form_is_open(office: Office) -> None:
    await office.hal.types("/mfa-admin disable @ada")
    card = office.hal.messages[-1]
    assert office.hal.message_buttons == [DISABLE, "Cancel"]

    await office.hal.clicks(DISABLE)

    assert office.hal.submit == "Send request"
    assert office.hal.messages[-1] is card
    assert office.hal.message_buttons == []
    assert "Ada Byron (U0ADA)" in office.hal.last
    assert "type the command again" in office.hal.last


async def test_the_card_keeps_its_button_where_slack_opens_no_form(office: Office) -> None:
    await office.hal.types("/mfa-admin disable @ada")
    card = office.hal.messages[-1]
    office.bot.standin.faults.rate_limit("views.open")

    await office.hal.clicks(DISABLE)
    await office.hal.clicks(DISABLE, place=card)

    assert office.hal.submit == "Send request"


async def test_cancel_takes_the_card_away(office: Office) -> None:
    await office.hal.types("/mfa-admin disable @ada")
    before = len(office.hal.messages)

    await office.hal.clicks("Cancel")

    assert len(office.hal.messages) == before - 1
    assert "Ada Byron" not in office.hal.last


@pytest.mark.parametrize("trouble", troubles)
async def test_a_card_that_cannot_be_changed_stops_nobody(office: Office, trouble: str) -> None:
    await office.hal.types("/mfa-admin disable @ada")
    getattr(office.bot.standin.faults, trouble)("response_url")

    await office.hal.clicks(DISABLE)

    assert office.hal.replies[-1].ok
    assert office.hal.submit == "Send request"


async def test_a_wrong_code_approves_nothing(office: Office) -> None:
    await office.asks(office.hal)

    await office.mia.clicks("Approve")
    await office.mia.submits(code=office.mia.wrong_code())

    assert "That code does not work." in office.mia.complaint
    assert "Your MFA was disabled" not in "\n".join(office.ada.dm)


async def test_the_subject_stops_it(office: Office) -> None:
    await office.asks(office.hal)

    await office.ada.clicks(STOP, place=office.ada.message_with("Somebody asked to disable your MFA."))

    assert "Your MFA stays as it is" in office.ada.modal_text
    assert "was stopped by the person it is about." in office.hal.last
    assert DISABLE in office.ada.home_buttons


async def test_a_code_of_the_subject_cancels_it(office: Office) -> None:
    await office.asks(office.hal)

    await office.ada.types("/mfa recovery-codes")
    await office.ada.submits(code=office.ada.next_code())

    assert "is void, since a code of that person was accepted meanwhile." in office.hal.last


async def test_a_denial_says_why(office: Office) -> None:
    await office.asks(office.hal)

    await office.mia.clicks("Deny")
    await office.mia.submits(reason="She sits next to me with her phone in hand.")

    assert "*Denied.*" in office.mia.modal_text
    assert "was denied." in office.hal.last
    assert "She sits next to me" in "\n".join(office.hal.dm)


async def test_the_requester_cancels(office: Office) -> None:
    await office.asks(office.hal)
    await office.hal.closes()

    await office.hal.clicks("Cancel request", place=office.hal.message_with("Your request to disable"))

    assert "was taken back by whoever asked for it." in office.hal.last
    assert "Approve" not in office.mia.buttons


async def test_stolen_suspends_until_the_reset_is_done(office: Office) -> None:
    await office.asks(office.hal, happened="stolen")
    assert office.ada.home_buttons == ["It was me"]

    await office.mia.clicks("Approve")
    await office.mia.submits(code=office.mia.next_code())

    assert office.ada.home_buttons == ["Enable Multi-Factor Authentication"]


async def test_a_privileged_subject_needs_a_second_person_and_waits(office: Office) -> None:
    await office.grants("U0ADA", "auditor")
    await office.grants("U0MIA", "approver")

    await office.asks(office.amy)
    assert "*Sent.*" in office.amy.modal_text
    await office.mia.clicks("Approve")
    await office.mia.submits(code=office.mia.next_code())
    assert "*Approved.* It takes effect after the hold" in office.mia.modal_text
    await office.bot.later(hours=1)

    assert "Your MFA was disabled by somebody else." in "\n".join(office.ada.dm)
    assert "Wake rights" in office.amy.buttons or "Wake rights" in str(office.amy.dm)


async def test_an_admin_finds_a_person_in_the_list_and_disables_from_there(office: Office) -> None:
    await office.amy.opens_home()
    await office.amy.clicks("Users", place=office.amy.home)
    await office.amy.submits(search="ada@")
    await office.amy.clicks("Open")
    assert office.amy.modal is not None
    assert office.amy.modal.blocks[0]["type"] == "actions"
    await office.amy.clicks(DISABLE)

    await office.amy.submits(happened="lost", identity_check="seen", reason=REASON, code=office.amy.next_code())

    assert "*Done.*" in office.amy.modal_text


async def test_nobody_without_the_right_lists_people(office: Office) -> None:
    await office.mia.types("/mfa-admin users ada")

    assert "You do not have the permission for this." in office.mia.last
    assert "Users" not in office.mia.home_buttons


async def test_who_holds_nothing_is_told_which_rule_refuses(office: Office) -> None:
    await office.mia.types("/mfa-admin disable @ada")

    assert "You do not have the permission for this." in office.mia.last


async def test_unlock_ends_a_lock(office: Office) -> None:
    await office.bot.lock(office.ada)

    await office.hal.types("/mfa-admin unlock @ada")
    await office.hal.submits(reason=REASON, code=office.hal.next_code())

    assert "*Unlocked.*" in office.hal.modal_text
    assert "Your codes were unlocked." in office.ada.last


async def test_a_lockdown_stops_resets_and_another_lifts_it(office: Office) -> None:
    await office.grants("U0MIA", "admin")
    await office.amy.types("/mfa-admin lockdown on")
    await office.amy.submits(reason="Somebody resets what nobody asked for.")
    await office.amy.closes()

    await office.hal.types("/mfa-admin disable @ada")
    assert "A lockdown is on" in office.hal.last
    await office.amy.types("/mfa-admin lockdown off")
    await office.amy.submits(code=office.amy.next_code())
    assert "somebody else has to lift it" in office.amy.modal_text
    await office.mia.types("/mfa-admin lockdown on")
    await office.mia.submits(reason="Somebody resets what nobody asked for.")
    assert "*The lockdown is on* already." in office.mia.modal_text
    await office.mia.closes()
    await office.mia.types("/mfa-admin lockdown off")
    await office.mia.submits(code=office.mia.next_code())

    assert "*The lockdown is over.*" in office.mia.modal_text


async def test_roles_are_granted_and_revoked_for_a_code(office: Office) -> None:
    await office.amy.types("/mfa-admin roles")
    await office.amy.clicks("Grant")
    await office.amy.submits(whom="U0MIA", role="helpdesk", reason=REASON, code=office.amy.next_code())
    assert "*Granted.*" in office.amy.modal_text
    assert "The role “helpdesk” was granted." in office.mia.last
    await office.amy.closes()

    await office.amy.types("/mfa-admin roles")
    await office.amy.clicks("Revoke")
    await office.amy.submits(whom="U0MIA", role="helpdesk", reason=REASON, code=office.amy.next_code())

    assert "The role “helpdesk” was taken away." in office.mia.last


async def test_why_and_the_audit_open(office: Office) -> None:
    await office.amy.types("/mfa-admin why @ada")
    assert "Disable directly" in office.amy.modal_text
    assert "No request about this person is open." in office.amy.modal_text
    assert "somebody else asked for it" not in office.amy.modal_text
    await office.amy.closes()

    await office.amy.types("/mfa-admin audit")

    assert "mfa.enabled" in office.amy.modal_text or "role" in office.amy.modal_text
    await office.amy.clicks("Next")
    assert "MFA: audit" in office.amy.modal_text


@pytest.mark.parametrize("line", ["/mfa-admin", "/mfa-admin dance", "/mfa-admin help"])
async def test_an_unknown_word_gets_the_help(office: Office, line: str) -> None:
    await office.mia.types(line)

    assert all(words in office.mia.last for words in ("asks for a fresh code of your own", "`/mfa-admin report`"))
