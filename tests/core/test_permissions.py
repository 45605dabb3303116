"""What roles amount to, and which a company may define."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.permissions import ALWAYS, BUILT_IN, NONE, SHOWN_AS, Grant, Permission, Role, RoleFault, define, rights

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EARLIER = NOON - timedelta(days=3)
HELPDESK = Role("helpdesk", BUILT_IN["helpdesk"])
APPROVER = Role("approver", BUILT_IN["approver"])
ADMIN = Role("admin", BUILT_IN["admin"])


def grant(role: Role, *, at: datetime = NOON, dormant: bool = False) -> Grant:
    return Grant(1, 7, role, at, NOON if dormant else None)


def test_permissions_have_the_ids_and_the_names_of_the_customers_product() -> None:
    assert {permission.value: SHOWN_AS[permission] for permission in Permission} == {
        "security.users.view": "Utilities > Security > Users > View Users",
        "security.users.disable_two_factor": "Utilities > Security > Users > Disable Two-Factor Authentication",
        "security.resets.request": "Utilities > Security > Resets > Request",
        "security.resets.approve": "Utilities > Security > Resets > Approve",
        "security.roles.manage": "Utilities > Security > Roles > Manage",
        "security.audit.view": "Utilities > Security > Audit > View",
        "security.lockdown": "Utilities > Security > Lockdown",
    }


def test_the_built_in_roles_carry_what_the_design_says() -> None:
    assert {name: sorted(permissions) for name, permissions in BUILT_IN.items()} == {
        "admin": sorted(Permission),
        "helpdesk": ["security.resets.request", "security.users.view"],
        "approver": ["security.resets.approve", "security.users.view"],
        "auditor": ["security.audit.view"],
    }


def test_without_a_grant_one_has_no_right_and_is_not_privileged() -> None:
    assert rights([]) == NONE
    assert not NONE.privileged
    assert not any(NONE.has(permission) for permission in Permission)


def test_a_permission_held_twice_counts_since_the_earlier() -> None:
    held = rights([grant(HELPDESK), grant(APPROVER, at=EARLIER)])

    assert held.since == {
        Permission.VIEW_USERS: EARLIER,
        Permission.REQUEST_RESETS: NOON,
        Permission.APPROVE_RESETS: EARLIER,
    }
    assert held.privileged


def test_a_right_that_the_host_granted_counts_as_old() -> None:
    by_host = replace(grant(APPROVER), by_host=True)

    assert rights([by_host]).since[Permission.APPROVE_RESETS] == ALWAYS
    assert rights([grant(APPROVER), by_host]).since[Permission.APPROVE_RESETS] == ALWAYS


def test_a_dormant_right_counts_for_nothing_but_for_being_privileged() -> None:
    held = rights([grant(ADMIN, dormant=True)])

    assert not any(held.has(permission) for permission in Permission)
    assert held.dormant == frozenset(Permission)
    assert held.privileged


def test_a_right_that_is_also_held_awake_is_not_dormant() -> None:
    held = rights([grant(HELPDESK, dormant=True, at=EARLIER), grant(APPROVER)])

    assert held.since == {Permission.VIEW_USERS: NOON, Permission.APPROVE_RESETS: NOON}
    assert held.dormant == {Permission.REQUEST_RESETS}


@pytest.mark.parametrize(
    ("name", "permissions", "fault"),
    [
        ("Night-Shift", ["security.users.view"], RoleFault.NAME),
        ("", ["security.users.view"], RoleFault.NAME),
        ("1st-line", ["security.users.view"], RoleFault.NAME),
        ("night shift", ["security.users.view"], RoleFault.NAME),
        ("night\n", ["security.users.view"], RoleFault.NAME),
        ("n" * 41, ["security.users.view"], RoleFault.NAME),
        ("nächte", ["security.users.view"], RoleFault.NAME),
        ("admin", ["security.users.view"], RoleFault.BUILT_IN),
        ("night-shift", [], RoleFault.EMPTY),
        ("night-shift", ["users.view"], RoleFault.UNKNOWN_PERMISSION),
        ("night-shift", ["security.users.view", "SECURITY.LOCKDOWN"], RoleFault.UNKNOWN_PERMISSION),
    ],
)
def test_a_role_that_cannot_be_defined(name: str, permissions: list[str], fault: RoleFault) -> None:
    assert define(name, permissions) is fault


def test_a_company_defines_roles_of_its_own_and_a_permission_named_twice_is_one() -> None:
    role = define("night-shift", ["security.users.view", "security.resets.request", "security.users.view"])

    assert role == Role("night-shift", frozenset({Permission.VIEW_USERS, Permission.REQUEST_RESETS}))
    assert not role.built_in
    assert ADMIN.built_in
