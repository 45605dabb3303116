"""Social engineering as it happened, told as stories: who owns what, which rule stops it, and what it wins.

Ada is an employee, Mia her manager, Hal at the helpdesk, Amy an admin. All of them are honest unless the story says
otherwise, and all but the one who is tricked do what is theirs to do.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.core.apps import Key
from bot.core.codes import Verdict
from bot.sandbox.slack import Person
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from tests.support.bot import serving_bot
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.office import DISABLE, REASON, Office
from tests.support.services import make_key
from tests.support.somebody import Somebody

OPENED, MINE, CARD = "Somebody asked to disable your MFA.", "Your request to disable", "A reset of somebody's MFA"
APPROVED_TOO_EARLY = "Your own MFA was set up too recently"


class Company(Office):
    """The office, and payroll, which asks for a code at sign-in."""

    payroll: Key

    async def opens(self) -> None:
        await super().opens()
        self.payroll = await make_key(self.bot.services)

    async def signs_in(self, who: Somebody, typed: str) -> Verdict:
        """Type the password, which is right, and a code."""
        found = await self.bot.services.verification.check(self.payroll, BySlackId(who.user), typed=typed)
        await self.bot.settle()
        assert isinstance(found, Judged)
        return found.verdict

    async def is_asked_for(self, whom: str, by: Somebody, *, happened: str = "lost") -> None:
        """Believe somebody who says that they are *whom*, and ask for a reset of their MFA."""
        await by.types(f"/mfa-admin disable @{whom}")
        await by.clicks(DISABLE)
        if by.submit is not None:
            await by.submits(happened=happened, identity_check="seen", reason=REASON, code=by.next_code())

    async def approves(self, by: Somebody) -> None:
        """Approve without a call back."""
        await by.clicks("Approve", place=by.message_with(CARD))
        await by.submits(code=by.next_code())

    async def hires(self, user: str, name: str) -> Somebody:
        """Take in one more person of the helpdesk."""
        people = self.bot.standin.workspace.people
        people[user] = Person(user, name.lower(), name, "employee", f"{user.lower()}@example.com")
        somebody = self.bot.person(user)
        await somebody.enables()
        await self.tells("UPDATE factor SET trusted_since = '2026-11-01'")
        await self.grants(user, "helpdesk")
        return somebody


@pytest_asyncio.fixture
async def company(database: Database, tmp_path: Path) -> AsyncIterator[Company]:
    async with serving_bot(database, tmp_path) as bot:
        made = Company(bot)
        await made.opens()
        yield made


# EA, 2021. For ten dollars somebody buys a cookie of Ada's Slack session, and writes to the helpdesk from it: "I lost
# my phone at a party last night." They own that session and Ada's password, and not her phone.


async def test_ea_2021_the_owner_signs_in_meanwhile(company: Company, ledger: Ledger) -> None:
    """Stopped by A13: a code of the owner's ends the request. It wins nothing."""
    thief = company.ada  # in her Slack

    await thief.types("/mfa disable")
    await thief.submits(code=thief.wrong_code())
    assert thief.complaint
    await thief.closes()
    await company.is_asked_for("ada", company.hal)
    assert OPENED in thief.last
    assert await company.signs_in(company.ada, company.ada.next_code()) is Verdict.ACCEPTED

    assert "Approve" not in company.mia.buttons
    assert "a code of that person was accepted meanwhile" in company.hal.last
    assert "mfa.reset" not in await ledger.events()


async def test_ea_2021_the_manager_calls_back(company: Company, ledger: Ledger) -> None:
    """Stopped by A4: the agent who was tricked cannot approve. It wins nothing."""
    await company.is_asked_for("ada", company.hal)

    assert "Approve" not in company.hal.buttons
    await company.mia.clicks("Deny", place=company.mia.message_with(CARD))
    await company.mia.submits(reason="Ada has her phone: I called her")

    assert "mfa.reset" not in await ledger.events()
    assert await company.signs_in(company.ada, company.ada.next_code()) is Verdict.ACCEPTED


async def test_ea_2021_two_people_are_tricked_before_the_owner_notices(company: Company, ledger: Ledger) -> None:
    """It wins an ordinary account, until Ada looks into Slack or cannot sign in; SECURITY.md says so."""
    await company.is_asked_for("ada", company.hal)

    await company.approves(company.mia)

    assert await company.signs_in(company.ada, company.ada.code()) is Verdict.NOT_ENROLLED
    assert (await ledger.events()).count("mfa.reset") == 1
    assert "Your MFA was disabled by somebody else." in company.ada.last


# MGM, 2023. Somebody calls the helpdesk, and says to be an administrator found on a social network. They own her name
# and her password, and neither her Slack nor her phone.


async def test_mgm_2023_the_administrator_stops_it_in_time(company: Company, ledger: Ledger) -> None:
    """Stopped by A10 and A13: a second person, an hour's hold, and the button. It wins nothing."""
    await company.grants("U0MIA", "approver")
    await company.is_asked_for("amy", company.hal)
    await company.approves(company.mia)
    await company.bot.later(minutes=50)

    await company.amy.vetoes()
    await company.bot.later(minutes=20)

    assert "mfa.reset" not in await ledger.events()
    assert await company.signs_in(company.amy, company.amy.next_code()) is Verdict.ACCEPTED


async def test_mgm_2023_the_administrator_is_asleep(company: Company, ledger: Ledger) -> None:
    """Two people are tricked and nobody reads for an hour: it wins sign-ins with the password, and no right (E8)."""
    await company.grants("U0MIA", "approver")
    await company.is_asked_for("amy", company.hal)
    await company.approves(company.mia)

    await company.bot.later(hours=1, minutes=1)

    assert (await ledger.events()).count("mfa.reset") == 1
    assert await ledger.conn.fetchval("SELECT count(*) FROM role_grant WHERE dormant_at IS NOT NULL") == 1
    await company.amy.types("/mfa-admin disable @ada")
    assert "Your own MFA is off" in company.amy.last or "Disable" not in company.amy.message_buttons


async def test_mgm_2023_the_caller_says_that_the_phone_is_stolen(company: Company, ledger: Ledger) -> None:
    """Stopped by A15: to lock an administrator out takes an approval. It wins nothing."""
    await company.is_asked_for("amy", company.hal, happened="stolen")

    assert "person.suspended" not in await ledger.events()
    assert await company.signs_in(company.amy, company.amy.next_code()) is Verdict.ACCEPTED


# Clorox, 2023. Somebody calls the helpdesk again and again until an agent helps without asking who they are. They own a
# name and a telephone.


async def test_clorox_2023_one_agent_after_the_other(company: Company, ledger: Ledger) -> None:
    """Stopped by A17: a veto keeps an agent from asking again, and the next one's card shows it. It wins nothing."""
    gus = await company.hires("U0GUS", "Gus")
    await company.is_asked_for("ada", company.hal)
    await company.hal.closes()
    await company.ada.vetoes()

    await company.is_asked_for("ada", company.hal)
    assert "That person stopped your last request about them." in company.hal.modal_text
    await company.is_asked_for("ada", gus)
    await gus.closes()

    assert ":warning: This person stopped the last request about them" in company.mia.last
    await company.ada.vetoes()
    await company.is_asked_for("ada", gus)
    assert "That person stopped your last request about them." in gus.modal_text
    assert (await ledger.events()).count("reset.opened") == 2
    assert "mfa.reset" not in await ledger.events()


# The insider. Hal is at the helpdesk, has MFA and the right to ask, and wants into an account or to do harm.


async def test_an_insider_enrolls_as_the_manager(company: Company, ledger: Ledger) -> None:
    """Hal also owns Mia's Slack session, on a day on which her MFA is off. Stopped by A16; it wins nothing."""
    await company.is_asked_for("ada", company.hal)
    await company.mia.disables()
    hal_as_mia = company.mia

    await hal_as_mia.enables()
    await company.bot.later(minutes=1)
    await company.approves(hal_as_mia)

    assert APPROVED_TOO_EARLY in hal_as_mia.modal_text
    assert "mfa.reset" not in await ledger.events()


async def test_an_insider_reports_everybody_as_robbed(company: Company, ledger: Ledger) -> None:
    """Stopped by A15. It wins three ordinary colleagues a day, suspended until an admin, who hears of it, acts."""
    await company.grants("U0MIA", "approver")
    for privileged in ("amy", "mia"):
        await company.is_asked_for(privileged, company.hal, happened="stolen")
        await company.hal.closes()
    assert "person.suspended" not in await ledger.events()
    await company.is_asked_for("ada", company.hal, happened="stolen")
    await company.hal.closes()

    assert (await ledger.events()).count("person.suspended") == 1
    assert "Somebody's phone was reported stolen" in "\n".join(company.amy.dm)
    for message in [one for one in company.hal.messages if "Cancel request" in str(one.blocks)]:
        await company.hal.clicks("Cancel request", place=message)
        if company.hal.submit is not None:
            await company.hal.submits()
            await company.hal.closes()
    await company.is_asked_for("ada", company.hal, happened="stolen")
    assert "You have reported 3 stolen phones within a day" in company.hal.modal_text
    assert await company.signs_in(company.ada, company.ada.next_code()) is Verdict.SUSPENDED
