"""What the account on the host may do, and what not even it does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.core import host
from bot.core.actions import Party
from bot.core.host import HostRefusal
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.permissions import BUILT_IN, NONE, Grant, Permission, Rights, Role
from bot.core.resets import State

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOMEBODY = Party(
    Person(1, "T0MFA", "U0ADA", Standing.MEMBER, "Ada", None, None, None), enrolled=True, rights=Rights({}, frozenset())
)
ADMIN = replace(SOMEBODY, rights=Rights(dict.fromkeys(Permission, NOON)))
ASLEEP = replace(SOMEBODY, rights=Rights({}, frozenset(Permission)))
KEEPER = Role("keeper", frozenset({Permission.MANAGE_ROLES, Permission.VIEW_AUDIT}))
READER = Role("keeper", frozenset({Permission.VIEW_AUDIT}))


def standing(party: Party, standing: Standing) -> Party:
    return replace(party, person=replace(party.person, standing=standing))


def suspended(party: Party) -> Party:
    return replace(party, person=replace(party.person, suspended_at=NOON, suspended_why=SuspendedWhy.STOLEN))


def grant(role: Role, *, dormant: bool = False) -> Grant:
    return Grant(1, 1, role, NOON, NOON if dormant else None)


@pytest.mark.parametrize(
    ("subject", "refusal"),
    [
        (SOMEBODY, None),
        (replace(SOMEBODY, enrolled=False), HostRefusal.NO_MFA),
        (suspended(SOMEBODY), HostRefusal.SUSPENDED),
        *((standing(SOMEBODY, other), HostRefusal.NOT_A_MEMBER) for other in set(Standing) - {Standing.MEMBER}),
    ],
)
def test_a_role_is_given_to_a_member_with_mfa(subject: Party, refusal: HostRefusal | None) -> None:
    assert host.may_grant(subject) is refusal


@pytest.mark.parametrize(
    ("subject", "rest", "other_admins", "refusal"),
    [
        (ADMIN, NONE, False, HostRefusal.LAST_ADMIN),
        (ADMIN, NONE, True, None),
        (ADMIN, ADMIN.rights, False, None),
        (SOMEBODY, NONE, False, None),
        (ASLEEP, NONE, False, None),
        (suspended(ADMIN), NONE, False, None),
        (replace(ADMIN, enrolled=False), NONE, False, None),
    ],
)
def test_the_last_able_admin_keeps_the_role(
    subject: Party,
    rest: Rights,
    other_admins: bool,  # noqa: FBT001  a parameter
    refusal: HostRefusal | None,
) -> None:
    assert host.may_revoke(subject, rest=rest, other_admins=other_admins) is refusal


@pytest.mark.parametrize(
    ("admins", "role", "refusal"),
    [
        ([], READER, None),
        ([[grant(KEEPER)]], READER, HostRefusal.LAST_ADMIN),
        ([[grant(KEEPER)]], KEEPER, None),
        ([[grant(KEEPER)], [grant(KEEPER)]], READER, HostRefusal.LAST_ADMIN),
        ([[grant(KEEPER)], [grant(Role("admin", BUILT_IN["admin"]))]], READER, None),
        ([[grant(KEEPER), grant(Role("admin", BUILT_IN["admin"]), dormant=True)]], READER, HostRefusal.LAST_ADMIN),
    ],
)
def test_no_role_is_defined_so_that_no_admin_is_left(
    admins: list[list[Grant]], role: Role, refusal: HostRefusal | None
) -> None:
    assert host.may_define(admins, role) is refusal


def test_who_loses_a_permission_by_a_definition_is_found() -> None:
    also = Role("also", frozenset({Permission.MANAGE_ROLES}))
    holders = {3: [grant(KEEPER)], 1: [grant(KEEPER), grant(also)], 2: [grant(KEEPER, dormant=True)]}

    assert host.shrunk(holders, READER) == [3]
    assert host.shrunk(holders, KEEPER) == []


@pytest.mark.parametrize(
    ("subject", "refusal"),
    [
        (SOMEBODY, None),
        (suspended(SOMEBODY), None),
        (ADMIN, None),
        (replace(SOMEBODY, enrolled=False), HostRefusal.NO_MFA),
        (standing(SOMEBODY, Standing.DELETED), HostRefusal.NOT_A_MEMBER),
        (standing(SOMEBODY, Standing.GUEST), HostRefusal.NOT_A_MEMBER),
    ],
)
def test_a_member_with_mfa_is_reset_suspended_or_not(subject: Party, refusal: HostRefusal | None) -> None:
    assert host.may_help(subject) is refusal


@pytest.mark.parametrize(
    ("subject", "refusal"),
    [
        (ASLEEP, None),
        (ADMIN, HostRefusal.NOTHING_DORMANT),
        (replace(ASLEEP, enrolled=False), HostRefusal.NO_MFA),
        (suspended(ASLEEP), HostRefusal.SUSPENDED),
        (standing(ASLEEP, Standing.DELETED), HostRefusal.NOT_A_MEMBER),
    ],
)
def test_rights_are_woken_once_their_holder_has_enrolled_again(subject: Party, refusal: HostRefusal | None) -> None:
    assert host.may_wake(subject) is refusal


@pytest.mark.parametrize("subject", [SOMEBODY, ADMIN])
def test_a_reset_by_the_host_is_a_request_of_nobody_s_that_is_done_at_once(subject: Party) -> None:
    made = host.broken(
        intent=UUID(int=1),
        subject=subject,
        factor_id=5,
        reason="x" * 10,
        by="host:root",
        now=NOON,
        ttl=timedelta(hours=4),
    )

    assert (made.state, made.direct, made.requester_id, made.approver_id) == (State.EXECUTED, True, None, None)
    assert (made.hold_until, made.ended_at, made.ended_by) == (None, NOON, "host:root")
    assert made.privileged is subject.rights.privileged
