"""`mfabot roles` and `mfabot break-glass`, as their users type them."""

import asyncio
import json
import os
import pwd

import pytest

from bot.cli.refusals import SENTENCES
from bot.core.host import HostRefusal
from bot.core.permissions import RoleFault
from bot.core.resets import ReasonFault
from tests.support.cast import REASON, Cast
from tests.support.commands import run
from tests.support.database import Database
from tests.support.host_env import on_the_host
from tests.support.ledger import Ledger

pytestmark = pytest.mark.usefixtures("logging_restored")
WHY = ("--reason", "Ticket 4711: first setup")


async def mfabot(database: Database, *words: str, **environ: str) -> tuple[int, str, str]:
    """Run a command beside the services, as the host would."""
    with on_the_host(database.program, **environ) as given:
        return await asyncio.to_thread(run, *words, environ=given)


async def test_the_first_admin_is_named_once_their_mfa_is_on(database: Database, cast: Cast, ledger: Ledger) -> None:
    early = await mfabot(database, "roles", "grant", "admin", "U0GUEST", *WHY)
    granted = await mfabot(database, "roles", "grant", "admin", "U0EMPLOYEE", *WHY)
    again = await mfabot(database, "roles", "grant", "admin", "U0EMPLOYEE", *WHY)

    assert early == (1, "", SENTENCES[HostRefusal.NOT_A_MEMBER])
    assert granted == (0, "U0EMPLOYEE holds admin now.", "")
    assert again == (0, "U0EMPLOYEE holds admin already.", "")
    assert "role_granted" in await ledger.told(cast.employee.id)


async def test_roles_are_listed_for_people_and_for_scripts(database: Database, cast: Cast) -> None:
    assert cast.agent.person.slack_user_id == "U0AGENT"

    _, listed, _ = await mfabot(database, "roles", "list")
    _, told, _ = await mfabot(database, "roles", "list", "--json")

    assert "admin (built in)" in listed
    assert "security.users.view                  Utilities > Security > Users > View Users" in listed
    assert "held by U0AGENT Agent since 2026-10-25" in listed
    [helpdesk] = [role for role in json.loads(told)["roles"] if role["name"] == "helpdesk"]
    assert helpdesk["built_in"] is True
    assert helpdesk["permissions"] == ["security.resets.request", "security.users.view"]
    assert [holder["slack_id"] for holder in helpdesk["holders"]] == ["U0AGENT"]


@pytest.mark.usefixtures("cast")
async def test_a_role_is_defined_and_revoked(database: Database) -> None:
    defined = await mfabot(database, "roles", "define", "watchers", "security.audit.view", *WHY, "--json")
    again = await mfabot(database, "roles", "define", "watchers", "security.audit.view", *WHY)
    await mfabot(database, "roles", "grant", "watchers", "U0EMPLOYEE", *WHY)
    revoked = await mfabot(database, "roles", "revoke", "watchers", "U0EMPLOYEE", *WHY)
    nothing = await mfabot(database, "roles", "revoke", "watchers", "U0EMPLOYEE", *WHY, "--json")

    assert json.loads(defined[1]) == {"role": "watchers", "changed": True}
    assert again[:2] == (0, "watchers carries just that already.")
    assert revoked[:2] == (0, "U0EMPLOYEE holds watchers no more.")
    assert json.loads(nothing[1])["changed"] is False


async def test_the_last_admin_stays(database: Database, cast: Cast) -> None:
    first = await mfabot(database, "roles", "revoke", "admin", cast.admin.person.slack_user_id, *WHY)
    last = await mfabot(database, "roles", "revoke", "admin", cast.second_admin.person.slack_user_id, *WHY)

    assert first[0] == 0
    assert last == (1, "", SENTENCES[HostRefusal.LAST_ADMIN])


@pytest.mark.usefixtures("cast")
async def test_another_workspace_s_people_are_not_these(database: Database) -> None:
    assert (await mfabot(database, "roles", "grant", "admin", "U0EMPLOYEE", *WHY, "--team", "T0OTHER"))[0] == 1
    assert (await mfabot(database, "roles", "grant", "admin", "U0EMPLOYEE", *WHY, "--team", "T0MFA"))[0] == 0


async def test_the_glass_is_broken_with_a_sentence_each(database: Database, cast: Cast, ledger: Ledger) -> None:
    await cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)
    await ledger.conn.execute("UPDATE factor SET failures = 10 WHERE person_id = $1", cast.agent.id)

    locked = await mfabot(database, "break-glass", "unlock", "U0AGENT", *WHY, MFABOT_LOCK_AFTER="10")
    reset = await mfabot(database, "break-glass", "reset", "U0ADMIN", *WHY)
    asleep = await mfabot(database, "break-glass", "wake", "U0ADMIN", *WHY)
    await cast.services.lockdowns.look()
    lifted = await mfabot(database, "break-glass", "lift-lockdown", *WHY, "--json")
    await cast.admin.enrolls()
    woken = await mfabot(database, "break-glass", "wake", "U0ADMIN", *WHY)

    assert locked == (0, "The codes of U0AGENT are unlocked. More wrong codes make them wait again.", "")
    assert reset == (0, "The MFA of U0ADMIN is off. They enroll anew in Slack.", "")
    assert asleep == (1, "", SENTENCES[HostRefusal.NO_MFA])
    assert json.loads(lifted[1]) == {"lifted": True}
    assert woken == (0, "The rights of U0ADMIN count again.", "")
    broken = [detail["act"] for detail in await ledger.details("glass.broken")]
    assert broken == ["unlock", "reset", "lift_lockdown", "wake"]


async def test_the_host_is_named_by_its_own_account_and_not_by_the_environment(
    database: Database, cast: Cast, ledger: Ledger
) -> None:
    assert cast.employee.person.slack_user_id == "U0EMPLOYEE"
    lies = {"LOGNAME": "somebody-else", "USER": "somebody-else"}

    await mfabot(database, "break-glass", "reset", "U0EMPLOYEE", *WHY, **lies)
    await mfabot(database, "break-glass", "reset", "U0EMPLOYEE", *WHY, **lies)

    rows = await ledger.conn.fetch("SELECT DISTINCT actor, surface FROM audit_event WHERE kind ~ '^(glass|mfa.reset)'")
    assert [tuple(row) for row in rows] == [(f"host:{pwd.getpwuid(os.getuid()).pw_name}", "cli")]
    assert await ledger.conn.fetchval("SELECT count(*) FROM audit_event WHERE kind = 'glass.refused'") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("roles", "grant", "admin", "U0EMPLOYEE"),
        ("roles", "grant", "admin", *WHY),
        ("roles", "revoke", "admin", "U0EMPLOYEE"),
        ("roles", "define", "watch", *WHY),
        ("roles", "define", "watch", "security.audit.view"),
        ("roles", "delete", "admin", *WHY),
        ("break-glass", "reset", "U0EMPLOYEE"),
        ("break-glass", "reset", *WHY),
        ("break-glass", "unlock", "U0EMPLOYEE"),
        ("break-glass", "wake", "U0EMPLOYEE"),
        ("break-glass", "lift-lockdown"),
        ("break-glass", "enable", "U0EMPLOYEE", *WHY),
    ],
)
async def test_a_mistake_in_typing_is_a_usage_error_and_changes_nothing(
    database: Database, words: tuple[str, ...]
) -> None:
    assert (await mfabot(database, *words))[0] == 2


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("roles", "grant", "admin", "U0EMPLOYEE", "--reason", "short"), ReasonFault.TOO_SHORT),
        (("roles", "grant", "owner", "U0EMPLOYEE", *WHY), HostRefusal.UNKNOWN_ROLE),
        (("roles", "grant", "admin", "U0NOBODY", *WHY), HostRefusal.UNKNOWN_PERSON),
        (("roles", "grant", "admin", "U0\x00\x1b[2J", *WHY), HostRefusal.UNKNOWN_PERSON),
        (("roles", "define", "admin", "security.audit.view", *WHY), RoleFault.BUILT_IN),
        (("roles", "define", "All!", "security.audit.view", *WHY), RoleFault.NAME),
        (("roles", "define", "all", "everything", *WHY), RoleFault.UNKNOWN_PERMISSION),
        (("break-glass", "reset", "U0GUEST", *WHY), HostRefusal.NOT_A_MEMBER),
        (("break-glass", "unlock", "U0EMPLOYEE", *WHY), HostRefusal.NOTHING_TO_UNLOCK),
        (("break-glass", "wake", "U0EMPLOYEE", *WHY), HostRefusal.NOTHING_DORMANT),
        (("break-glass", "lift-lockdown", *WHY), HostRefusal.NO_LOCKDOWN),
        (("break-glass", "reset", "U0EMPLOYEE", "--reason", "x" * 501), ReasonFault.TOO_LONG),
    ],
)
async def test_every_no_has_its_sentence(
    database: Database, words: tuple[str, ...], why: HostRefusal | RoleFault | ReasonFault
) -> None:
    assert await mfabot(database, *words) == (1, "", SENTENCES[why])


def test_there_is_a_sentence_for_every_no() -> None:
    assert set(SENTENCES) == {*HostRefusal, *RoleFault, *ReasonFault}
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


async def test_without_a_database_it_is_a_sentence_without_its_url() -> None:
    url = {"DATABASE_URL": "postgresql://mfabot:hunter2@127.0.0.1:1/mfabot"}

    code, out, why = await asyncio.to_thread(run, "roles", "list", environ=url)

    assert (code, out) == (1, "")
    assert "hunter2" not in why
