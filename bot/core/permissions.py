"""What one may be allowed to do, and the roles that carry it.

Rules of this file (design: "Permissions"): deny by default; a role is a set of permissions; the four built-in roles
cannot be changed; a company's own roles have names of their own. A right is dormant from when its holder's MFA was
reset, or set up anew after it was off, until somebody else wakes it (E8): meanwhile it counts for nothing but
for making its holder privileged. A right that was granted on the host counts as old.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a right counts that the host granted."""
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Permission(StrEnum):
    """One permission. The value is stored; a permission is never renamed."""

    VIEW_USERS = "security.users.view"
    DISABLE_TWO_FACTOR = "security.users.disable_two_factor"
    REQUEST_RESETS = "security.resets.request"
    APPROVE_RESETS = "security.resets.approve"
    MANAGE_ROLES = "security.roles.manage"
    VIEW_AUDIT = "security.audit.view"
    LOCKDOWN = "security.lockdown"


SHOWN_AS: Final[Mapping[Permission, str]] = {
    Permission.VIEW_USERS: "Utilities > Security > Users > View Users",
    Permission.DISABLE_TWO_FACTOR: "Utilities > Security > Users > Disable Two-Factor Authentication",
    Permission.REQUEST_RESETS: "Utilities > Security > Resets > Request",
    Permission.APPROVE_RESETS: "Utilities > Security > Resets > Approve",
    Permission.MANAGE_ROLES: "Utilities > Security > Roles > Manage",
    Permission.VIEW_AUDIT: "Utilities > Security > Audit > View",
    Permission.LOCKDOWN: "Utilities > Security > Lockdown",
}
"""The names by which the customer's product knows them."""

BUILT_IN: Final[Mapping[str, frozenset[Permission]]] = {
    "admin": frozenset(Permission),
    "helpdesk": frozenset({Permission.VIEW_USERS, Permission.REQUEST_RESETS}),
    "approver": frozenset({Permission.VIEW_USERS, Permission.APPROVE_RESETS}),
    "auditor": frozenset({Permission.VIEW_AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions."""

    name: str
    permissions: frozenset[Permission]

    @property
    def built_in(self) -> bool:
        """Whether it came with the product, and stays as it is."""
        return self.name in BUILT_IN


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a person holds since *granted_at*, *by_host* or not; dormant since *dormant_at*, where it is."""

    grant_id: int
    person_id: int
    role: Role
    granted_at: datetime
    dormant_at: datetime | None
    by_host: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do, by permission since when; *dormant* is what waits to be woken."""

    since: Mapping[Permission, datetime]
    dormant: frozenset[Permission] = frozenset()

    def has(self, permission: Permission) -> bool:
        """Whether the permission counts now."""
        return permission in self.since

    @property
    def privileged(self) -> bool:
        """Whether its holder is protected as one who can weaken others, dormant or not."""
        return bool(self.since or self.dormant)


NONE: Final = Rights({})


def rights(grants: Iterable[Grant]) -> Rights:
    """Return what *grants* of one person amount to; a permission held twice counts since the earlier.

    Who can grant on the host is past every rule, so that a grant of theirs need not prove itself by its age.
    """
    since: dict[Permission, datetime] = {}
    dormant: set[Permission] = set()
    for grant in grants:
        if grant.dormant_at is not None:
            dormant |= grant.role.permissions
            continue
        granted_at = ALWAYS if grant.by_host else grant.granted_at
        for permission in grant.role.permissions:
            since[permission] = min(granted_at, since.get(permission, granted_at))
    return Rights(since, frozenset(dormant - since.keys()))


class RoleFault(StrEnum):
    """Why a role is not defined."""

    NAME = "name"
    BUILT_IN = "built_in"
    UNKNOWN_PERMISSION = "unknown_permission"
    EMPTY = "empty"


def define(name: str, permissions: Iterable[str]) -> Role | RoleFault:
    """Read a company's own role."""
    if NAME.fullmatch(name) is None:
        return RoleFault.NAME
    if name in BUILT_IN:
        return RoleFault.BUILT_IN
    told = set(permissions)
    if not told:
        return RoleFault.EMPTY
    if not told <= set(Permission):
        return RoleFault.UNKNOWN_PERMISSION
    return Role(name, frozenset(Permission(one) for one in told))
