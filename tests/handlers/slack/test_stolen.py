"""A stolen phone, as those concerned read of it and answer (A15)."""

from tests.support.office import REASON, Office
from tests.support.somebody import Somebody

MINE, CARD = "Your request to disable", "A reset of somebody's MFA"


def shown(who: Somebody, text: str) -> str:
    """Return what the newest message with *text* shows."""
    return next(said for said in reversed(who.dm) if text in said)


async def test_form_answer_card_and_notice_say_that_the_person_is_suspended(office: Office) -> None:
    await office.hal.types("/mfa-admin disable @ada")
    await office.hal.clicks("Disable Multi-Factor Authentication")
    assert "If it is stolen, they are suspended at once" in office.hal.modal_text

    await office.hal.submits(happened="stolen", identity_check="seen", reason=REASON, code=office.hal.next_code())

    assert "That person is suspended. It ends with the reset" in office.hal.modal_text
    assert "This person is suspended" in shown(office.hal, MINE)
    assert "This person is suspended" in shown(office.mia, CARD)
    assert "so you are suspended" in office.ada.last
    assert "Somebody's phone was reported stolen, and they were suspended." in office.amy.last
    assert "Ada" in office.amy.last


async def test_a_privileged_person_is_suspended_from_the_approval_on_and_reads_so(office: Office) -> None:
    await office.grants("U0ADA", "auditor")
    await office.hal.types("/mfa-admin disable @ada")
    await office.hal.clicks("Disable Multi-Factor Authentication")
    assert "they are suspended once it is approved" in office.hal.modal_text

    await office.hal.submits(happened="stolen", identity_check="seen", reason=REASON, code=office.hal.next_code())
    assert "suspended" not in office.hal.modal_text
    assert "This person is suspended from the approval on" in shown(office.mia, CARD)
    assert "you are suspended if it is approved" in office.ada.last
    await office.mia.clicks("Approve")
    await office.mia.submits(code=office.mia.next_code())

    assert "They stay suspended until they set up MFA" in office.mia.modal_text
    assert "so you are suspended" in shown(office.ada, "Somebody asked to disable your MFA")
    assert "This person is suspended: no application" in shown(office.hal, MINE)


async def test_cancelled_with_a_code_the_suspension_is_lifted(office: Office) -> None:
    await office.asks(office.hal, happened="stolen")
    await office.hal.closes()

    await office.hal.clicks("Cancel request", place=office.hal.message_with(MINE))
    assert (office.hal.submit, "the suspension" in office.hal.modal_text) == ("Cancel request", True)
    await office.hal.submits(code=office.hal.wrong_code())
    assert office.hal.complaint
    await office.hal.submits(code=office.hal.next_code())

    assert "*Cancelled.*" in office.hal.modal_text
    assert "suspended" not in office.hal.modal_text
    assert "Your MFA is no longer suspended." in shown(office.ada, "no longer suspended")
    assert "suspended" not in shown(office.hal, "taken back")


async def test_denied_without_a_code_the_person_stays_suspended_and_all_read_so(office: Office) -> None:
    await office.asks(office.hal, happened="stolen")
    await office.hal.closes()

    await office.mia.clicks("Deny", place=office.mia.message_with(CARD))
    await office.mia.submits(reason=REASON)

    assert "That person is still suspended" in office.mia.modal_text
    assert "That person is still suspended" in shown(office.hal, "was denied")
    assert "You are still suspended" in shown(office.ada, "was denied")


async def test_denied_with_a_code_it_is_lifted(office: Office) -> None:
    await office.asks(office.hal, happened="stolen")
    await office.hal.closes()

    await office.mia.clicks("Deny", place=office.mia.message_with(CARD))
    await office.mia.submits(reason=REASON, code=office.mia.next_code())

    assert "*Denied.*" in office.mia.modal_text
    assert "suspended" not in office.mia.modal_text
    assert "no longer suspended" in shown(office.ada, "no longer suspended")


async def test_a_lost_phone_s_request_is_cancelled_at_once(office: Office) -> None:
    await office.asks(office.hal)
    await office.hal.closes()

    await office.hal.clicks("Cancel request", place=office.hal.message_with(MINE))

    assert office.hal.modal is None
    assert "taken back" in shown(office.hal, MINE)


async def test_a_code_of_the_person_is_a_warning_on_the_card(office: Office) -> None:
    await office.grants("U0ADA", "auditor")
    await office.asks(office.hal, happened="stolen")

    await office.ada.types("/mfa recovery-codes")
    await office.ada.submits(code=office.ada.next_code())

    assert ":warning: A code of this person was accepted" in shown(office.mia, CARD)
    await office.mia.clicks("Approve")
    assert ":warning: A code of this person was accepted" in office.mia.modal_text


async def test_a_veto_is_told_to_who_may_approve_and_the_person_stays_suspended(office: Office) -> None:
    await office.asks(office.hal, happened="stolen")

    await office.ada.vetoes()

    assert "A reset for a stolen phone was stopped" in office.amy.last
    assert "That person is still suspended" in office.amy.last
    assert "That person is still suspended" in shown(office.hal, "was stopped")


async def test_after_a_veto_the_requester_reads_when_they_may_ask_again(office: Office) -> None:
    await office.asks(office.hal)
    await office.hal.closes()
    await office.ada.vetoes()

    await office.hal.types("/mfa-admin disable @ada")
    await office.hal.clicks("Disable Multi-Factor Authentication")

    assert "That person stopped your last request about them." in office.hal.modal_text
    assert office.hal.submit is None
