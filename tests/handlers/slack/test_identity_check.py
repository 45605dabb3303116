"""How the requester made sure who is asking, as it is asked and read."""

from tests.support.office import REASON, Office


async def test_the_form_asks_how_the_requester_made_sure_who_is_asking(office: Office) -> None:
    await office.hal.types("/mfa-admin disable @ada")
    await office.hal.clicks("Disable Multi-Factor Authentication")
    assert "How did you check?" in office.hal.modal_text

    await office.hal.submits(happened="lost", identity_check="not_checked", reason=REASON, code=office.hal.next_code())

    assert ":warning: The requester did not check who is asking." in office.mia.last
    await office.mia.clicks("Approve")
    assert ":warning: The requester did not check who is asking." in office.mia.modal_text
