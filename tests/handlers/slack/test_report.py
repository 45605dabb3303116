"""`/mfa-admin report` as whoever asks for it sees it: the figures in the DM, the chart, and who has no MFA."""

import pytest_asyncio

from bot.sandbox import png
from bot.sandbox.slack import Person
from bot.services.chain import Chain, Linked
from handlers.views import chart
from tests.support.bot import Bot
from tests.support.office import Office
from tests.support.reading import pictures_in


@pytest_asyncio.fixture
async def office(bot: Bot) -> Office:
    made = Office(bot)
    await made.opens()
    return made


async def links(bot: Bot) -> None:
    """Let the worker come by that counts."""
    chain = Chain(bot.services.means, bot.database.worker)
    while isinstance(await chain.link(), Linked):
        pass
    await chain.close()


async def test_the_report_comes_into_the_dm_of_the_asker_alone_and_once_a_minute(office: Office) -> None:
    await links(office.bot)
    others = {somebody.user: len(somebody.messages) for somebody in (office.ada, office.mia, office.amy)}

    await office.hal.types("/mfa-admin report")
    await office.hal.types("/mfa-admin report")

    assert "less than a minute ago" in office.hal.last
    assert len([shown for shown in office.hal.dm if "MFA report" in shown]) == 1
    assert "on its way" in "\n".join(office.hal.dm)
    message = office.hal.message_with("MFA report")
    shown = "\n".join(office.hal.dm)
    assert "4 of 4 members have MFA on (100.0%)." in shown
    assert "0 members have MFA off." in shown
    [picture] = pictures_in(message.blocks)
    content = office.bot.standin.workspace.files[picture].content
    assert content is not None
    assert png.read(content).width == chart.WIDTH
    assert "Codes accepted: 0" in office.bot.standin.workspace.files[picture].alt_txt
    assert others == {somebody.user: len(somebody.messages) for somebody in (office.ada, office.mia, office.amy)}


async def test_who_has_no_mfa_is_opened_paged_and_looked_at(office: Office) -> None:
    people = office.bot.standin.workspace.people
    for number in range(12):
        user = f"U0NEW{number:02}"
        people[user] = Person(user, f"new{number}", f"New Person {number:02}", "employee", f"new{number}@example.com")
        await office.bot.person(user).opens_home()

    await office.amy.types("/mfa-admin report")
    await office.amy.clicks("Open", place=office.amy.message_with("MFA report"))
    first = office.amy.modal_text
    await office.amy.clicks("Next")
    second = office.amy.modal_text
    await office.amy.clicks("Open")
    person = office.amy.modal_text
    await office.amy.closes()
    await office.amy.clicks("Previous")

    assert "12 members have MFA off." in "\n".join(office.amy.dm)
    assert "New Person 09" in first
    assert "New Person 10" not in first
    assert "New Person 10" in second
    assert "Ada" not in first + second
    assert "New Person 10 (U0NEW10)" in person
    assert office.amy.modal_text == first


async def test_who_may_not_view_users_reads_why_and_gets_nothing(office: Office) -> None:
    without_mfa = office.bot.person("U0BEN")

    for somebody in (office.mia, without_mfa):
        await somebody.types("/mfa-admin report")

    for somebody in (office.mia, without_mfa):
        assert "You do not have the permission for this." in somebody.last
        assert not [shown for shown in somebody.dm if "MFA report" in shown]


async def test_whose_right_was_taken_opens_nothing_from_an_old_report(office: Office) -> None:
    await office.hal.types("/mfa-admin report")
    await office.tells("UPDATE role_grant SET revoked_at = now(), revoked_by = 'host:test' WHERE role = $1", "helpdesk")
    people = office.bot.standin.workspace.people
    people["U0NEW"] = Person("U0NEW", "new", "New Person", "employee", "new@example.com")
    await office.bot.person("U0NEW").opens_home()

    await office.amy.types("/mfa-admin report")
    message = office.amy.message_with("MFA report")
    await office.hal.forges_a_click(message, "Open")

    assert "You do not have the permission for this." in office.hal.modal_text
