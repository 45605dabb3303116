"""Who may disable somebody else's MFA, and what comes of it, through what Slack signs and what an application asks."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.support.api import RelyingApp
from tests.support.ledger import open_ledger
from tests.support.office import DISABLE, REASON, Office
from tests.support.services import make_key

NO_PERMISSION = "You do not have the permission for this."
OWN_MFA_OFF = "Your own MFA is off, so your rights do not count."


@pytest_asyncio.fixture
async def payroll(office: Office) -> AsyncIterator[RelyingApp]:
    """An application that Ada signs in to."""
    async with aiohttp.ClientSession() as session:
        yield RelyingApp(session, office.bot.public, await make_key(office.bot.services))


async def carries(office: Office, *permissions: str) -> None:
    """Have the role `half` carry these permissions, from now on."""
    ledger = await open_ledger(office.bot.database)
    await ledger.define("half", *permissions)
    await ledger.conn.close()


@pytest.mark.parametrize("permission", ["security.users.view", "security.users.disable_two_factor"])
async def test_with_one_of_the_two_permissions_nobody_is_disabled_not_even_by_a_form_that_was_open(
    office: Office, permission: str
) -> None:
    await carries(office, "security.users.view", "security.users.disable_two_factor")
    await office.grants("U0MIA", "half")
    await office.mia.types("/mfa-admin disable @ada")
    await office.mia.clicks(DISABLE)
    assert office.mia.submit == "Disable"

    await carries(office, permission)
    await office.mia.submits(happened="lost", identity_check="seen", reason=REASON, code=office.mia.next_code())
    refused = office.mia.modal_text
    await office.mia.closes()
    await office.mia.types("/mfa-admin disable @ada")

    assert NO_PERMISSION in refused
    assert NO_PERMISSION in office.mia.last
    assert office.ada.home_buttons[0] == DISABLE


async def test_an_admin_whose_own_mfa_is_off_disables_nobody_not_even_by_a_form_that_was_open(office: Office) -> None:
    await office.grants("U0MIA", "admin")
    await office.mia.types("/mfa-admin disable @ada")
    await office.mia.clicks(DISABLE)
    form = office.mia.leaves_open()
    await office.mia.disables()

    office.mia.comes_back_to(form)
    await office.mia.submits(happened="lost", identity_check="seen", reason=REASON, code=office.mia.next_code())
    refused = office.mia.modal_text
    await office.mia.closes()
    await office.mia.types("/mfa-admin disable @ada")

    assert OWN_MFA_OFF in refused
    assert OWN_MFA_OFF in office.mia.last
    assert office.ada.home_buttons[0] == DISABLE


async def test_after_it_one_signs_in_without_a_code_and_sets_mfa_up_again_at_once(
    office: Office, payroll: RelyingApp
) -> None:
    before = await payroll.verify(office.ada.wrong_code())
    await office.asks(office.amy)
    after = await payroll.verify(office.ada.next_code())

    await office.ada.enables()
    with_old = await payroll.verify(office.ada.code(secret=0, steps=1))
    with_new = await payroll.verify(office.ada.next_code())

    asked = (before, after, with_old, with_new)
    assert [answer.body["result"] for answer in asked] == ["rejected", "not_enrolled", "rejected", "accepted"]


async def test_one_disables_oneself_by_one_s_own_way_alone(office: Office) -> None:
    await office.amy.types("/mfa-admin disable @amy")

    assert "This is for other people's MFA." in office.amy.last
    assert office.amy.home_buttons[0] == DISABLE


async def test_who_turns_mfa_off_is_told_that_their_rights_sleep_and_another_wakes_them_by_the_button(
    office: Office,
) -> None:
    await office.hal.opens_home()
    await office.hal.clicks(DISABLE, place=office.hal.home)
    assert "Your rights over other people's MFA then do not count." in office.hal.modal_text
    await office.hal.submits(code=office.hal.next_code())
    await office.hal.enables()
    await office.hal.types("/mfa-admin disable @ada")
    asleep = office.hal.last

    await office.amy.clicks("Wake rights")
    await office.amy.submits(code=office.amy.next_code())
    await office.asks(office.hal)

    assert "You do not have the permission for this." in asleep
    assert "or wake it where it sleeps" in asleep
    assert "*Awake.*" in office.amy.modal_text
    assert "They sleep no more." in "\n".join(office.amy.dm)
    assert "Wake rights" not in office.amy.buttons
    assert "*Sent.*" in office.hal.modal_text
