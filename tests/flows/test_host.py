"""Roles as the host defines, grants and revokes them (A9, A14)."""

import asyncio

import pytest

from bot.core.actions import Guard
from bot.core.host import HostRefusal
from bot.core.people import Home, Person
from bot.core.permissions import RoleFault
from bot.core.resets import ReasonFault, State
from bot.services.host import Ask, Host
from bot.services.resets import Came, Done
from bot.services.roles import Changed
from tests.support.cast import REASON, Cast
from tests.support.ledger import Ledger
from tests.support.role_acts import held_by, resets
from tests.support.services import Services, enroll

ASK = Ask("host:root", REASON)


@pytest.fixture
def host(services: Services) -> Host:
    return Host(services.means)


async def test_the_first_admin_is_granted_by_the_host_once_enrolled(
    services: Services, host: Host, ada: Person, ledger: Ledger
) -> None:
    before = await host.grant("admin", "U0ADA", ASK)
    await enroll(services, ada)
    after = await host.grant("admin", "U0ADA", ASK)
    again = await host.grant("admin", "U0ADA", ASK)

    assert (before, after, again) == (HostRefusal.NO_MFA, Changed.NOW, Changed.BEFORE)
    assert await ledger.told(ada.person_id) == ["role_granted"]
    events = await ledger.conn.fetch("SELECT kind, actor, surface, subject_id FROM audit_event WHERE kind ~ '^role'")
    assert [tuple(event) for event in events] == [
        ("role.refused", "host:root", "cli", ada.person_id),
        ("role.granted", "host:root", "cli", ada.person_id),
    ]


@pytest.mark.parametrize("reason", ["short", "", "\u200b" * 20, "x" * 501])
async def test_without_a_reason_nothing_is_done(host: Host, cast: Cast, ledger: Ledger, reason: str) -> None:
    ask = Ask("host:root", reason)
    person = cast.employee.person.slack_user_id

    answers = [
        await host.grant("admin", person, ask),
        await host.revoke("helpdesk", cast.agent.person.slack_user_id, ask),
        await host.define("readers", ["security.audit.view"], ask),
    ]

    assert all(isinstance(answer, ReasonFault) for answer in answers)
    assert await held_by(ledger, cast.employee) == []
    assert await held_by(ledger, cast.agent) == ["helpdesk"]


@pytest.mark.parametrize(
    ("role", "slack_id", "why"),
    [
        ("owner", "U0EMPLOYEE", HostRefusal.UNKNOWN_ROLE),
        ("admin", "U0NOBODY", HostRefusal.UNKNOWN_PERSON),
        ("admin", "employee", HostRefusal.UNKNOWN_PERSON),
        ("admin", "U0GUEST", HostRefusal.NOT_A_MEMBER),
    ],
)
async def test_what_the_host_is_refused_is_an_event(
    host: Host, cast: Cast, ledger: Ledger, role: str, slack_id: str, why: HostRefusal
) -> None:
    assert cast.guest.person.slack_user_id == "U0GUEST"

    assert await host.grant(role, slack_id, ASK) is why

    assert await ledger.details("role.refused") == [{"act": "grant", "why": why.value}]


async def test_where_several_workspaces_are_known_one_has_to_be_named(host: Host, cast: Cast) -> None:
    await cast.services.people.save_home(Home("T0OTHER", None, "U0BOT"))

    unnamed = await host.grant("admin", "U0EMPLOYEE", ASK)
    other = await host.grant("admin", "U0EMPLOYEE", Ask("host:root", REASON, "T0OTHER"))
    named = await host.grant("admin", "U0EMPLOYEE", Ask("host:root", REASON, "T0MFA"))

    assert (unnamed, other, named) == (HostRefusal.WHICH_TEAM, HostRefusal.UNKNOWN_PERSON, Changed.NOW)


async def test_not_even_the_host_takes_the_role_of_the_last_admin(host: Host, cast: Cast, ledger: Ledger) -> None:
    first = await host.revoke("admin", cast.admin.person.slack_user_id, ASK)
    last = await host.revoke("admin", cast.second_admin.person.slack_user_id, ASK)

    assert (first, last) == (Changed.NOW, HostRefusal.LAST_ADMIN)
    assert await held_by(ledger, cast.second_admin) == ["admin"]


async def test_of_two_who_end_the_last_two_admins_at_once_one_is_refused(host: Host, cast: Cast) -> None:
    slack_ids = [cast.admin.person.slack_user_id, cast.second_admin.person.slack_user_id]

    outcomes = await asyncio.gather(*(host.revoke("admin", slack_id, ASK) for slack_id in slack_ids))

    assert set(outcomes) == {Changed.NOW, HostRefusal.LAST_ADMIN}


async def test_an_admin_who_turns_mfa_off_and_the_host_who_revokes_do_not_end_both(host: Host, cast: Cast) -> None:
    code = cast.admin.code()

    disabled, revoked = await asyncio.gather(
        cast.services.disable.disable_own(cast.admin.id, factor_id=cast.admin.factor_id, typed=code),
        host.revoke("admin", cast.second_admin.person.slack_user_id, ASK),
    )

    assert (disabled is Guard.ANOTHER_ADMIN) != (revoked is HostRefusal.LAST_ADMIN)


async def test_a_revoked_role_closes_what_it_had_opened(host: Host, cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    revoked = await host.revoke("helpdesk", cast.agent.person.slack_user_id, ASK)
    again = await host.revoke("helpdesk", cast.agent.person.slack_user_id, ASK)

    assert (revoked, again) == (Changed.NOW, Changed.BEFORE)
    assert isinstance(await cast.approves(asked, cast.manager), Came)
    [ended] = await ledger.conn.fetch("SELECT actor, surface FROM audit_event WHERE kind = 'reset.ended'")
    assert (ended["actor"], ended["surface"]) == ("host:root", "cli")
    assert "role_revoked" in await ledger.told(cast.agent.id)
    assert "role_revoked" in await ledger.told(cast.admin.id)


@pytest.mark.parametrize(
    ("name", "wanted", "why"),
    [
        ("admin", ["security.audit.view"], RoleFault.BUILT_IN),
        ("Night Shift", ["security.audit.view"], RoleFault.NAME),
        ("night", [], RoleFault.EMPTY),
        ("night", ["security.audit.view", "root"], RoleFault.UNKNOWN_PERMISSION),
    ],
)
async def test_a_role_that_cannot_be_is_not_defined(
    host: Host, ledger: Ledger, name: str, wanted: list[str], why: RoleFault
) -> None:
    assert await host.define(name, wanted, ASK) is why

    assert await ledger.details("role.refused") == [{"act": "define", "why": why.value}]
    assert "night" not in [role.name for role in (await host.overview(by="host:root")).roles]


async def test_a_role_of_the_company_s_own_is_defined_granted_and_seen(host: Host, cast: Cast, ledger: Ledger) -> None:
    defined = await host.define("readers", ["security.audit.view"], ASK)
    again = await host.define("readers", ["security.audit.view"], ASK)
    granted = await host.grant("readers", cast.employee.person.slack_user_id, ASK)

    seen = await host.overview(by="host:root")

    assert (defined, again, granted) == (Changed.NOW, Changed.BEFORE, Changed.NOW)
    assert [grant.person_id for grant in seen.grants if grant.role.name == "readers"] == [cast.employee.id]
    assert seen.people[cast.employee.id] == cast.employee.person
    assert "role_defined" in await ledger.told(cast.admin.id)
    assert (await ledger.events())[-1] == "roles.seen"


async def test_a_role_is_not_defined_so_that_the_last_admin_is_none(host: Host, cast: Cast) -> None:
    await host.define("keepers", ["security.roles.manage"], ASK)
    await host.grant("keepers", cast.employee.person.slack_user_id, ASK)
    for admin in (cast.admin, cast.second_admin):
        await host.revoke("admin", admin.person.slack_user_id, ASK)

    assert await host.define("keepers", ["security.audit.view"], ASK) is HostRefusal.LAST_ADMIN


async def test_who_loses_a_permission_by_a_definition_loses_what_it_had_opened(
    host: Host, cast: Cast, ledger: Ledger
) -> None:
    await host.define("askers", ["security.users.view", "security.resets.request"], ASK)
    await host.revoke("helpdesk", cast.agent.person.slack_user_id, ASK)
    await host.grant("askers", cast.agent.person.slack_user_id, ASK)
    await cast.asks()

    await host.define("askers", ["security.users.view"], ASK)

    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.REFUSED
    assert "role_defined" in await ledger.told(cast.agent.id)


async def test_a_right_that_a_definition_adds_is_as_young_as_a_granted_one(host: Host, cast: Cast) -> None:
    await host.define("seconds", ["security.users.view"], ASK)
    await cast.holds(cast.employee, "seconds")
    asked = await cast.asks(cast.agent, cast.admin)

    await host.define("seconds", ["security.users.view", "security.resets.approve"], ASK)
    young = await cast.approves(asked, cast.employee)

    assert young is Guard.RIGHT_OLD_ENOUGH
    assert isinstance(await cast.approves(asked, cast.approver), Done)


async def test_a_granted_role_is_awake_though_others_of_the_person_sleep(
    host: Host, cast: Cast, ledger: Ledger
) -> None:
    await resets(cast, cast.admin, by=cast.agent, approver=cast.second_admin)
    await cast.admin.enrolls()

    await host.grant("auditor", cast.admin.person.slack_user_id, ASK)

    assert await held_by(ledger, cast.admin) == ["auditor"]
