"""What the account on the host may do to whom (A14).

Rules of this file (design: "Permissions", class host): it needs neither a right nor a code, since whoever holds the
database and the keys is past both; it is loud instead. It turns nobody's MFA on (S2). The first admin, and everybody
else who is given a role or woken, is a member with MFA on. The last able admin keeps the role, here too (A9). A reset
takes effect at once, lockdown or not: it is for when there is nobody left to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.core import permissions
from bot.core.actions import Party
from bot.core.people import Standing
from bot.core.permissions import Grant, Permission, Rights, Role
from bot.core.resets import Happened, Reset, State


class HostRefusal(StrEnum):
    """Why nothing was done."""

    WHICH_TEAM = "which_team"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_ROLE = "unknown_role"
    NOT_A_MEMBER = "not_a_member"
    SUSPENDED = "suspended"
    NO_MFA = "no_mfa"
    LAST_ADMIN = "last_admin"
    NOTHING_DORMANT = "nothing_dormant"
    NO_LOCKDOWN = "no_lockdown"
    NOTHING_TO_UNLOCK = "nothing_to_unlock"
    ONLY_A_RESET = "only_a_reset"
    NOT_SUSPENDED = "not_suspended"
    DISPUTED = "disputed"


class BreakGlass(StrEnum):
    """What is done by breaking the glass."""

    RESET = "reset"
    UNLOCK = "unlock"
    RELEASE = "release"
    WAKE = "wake"
    LIFT_LOCKDOWN = "lift_lockdown"


def may_grant(subject: Party) -> HostRefusal | None:
    """Return why somebody cannot be given a role, or None."""
    if subject.person.standing is not Standing.MEMBER:
        return HostRefusal.NOT_A_MEMBER
    if subject.person.suspended:
        return HostRefusal.SUSPENDED
    return None if subject.enrolled else HostRefusal.NO_MFA


def may_protect(subject: Party) -> HostRefusal | None:
    """Return why somebody is not protected, or None: it needs no MFA, and a suspension does not stand in its way."""
    return None if subject.person.standing is Standing.MEMBER else HostRefusal.NOT_A_MEMBER


def may_revoke(subject: Party, *, rest: Rights, other_admins: bool) -> HostRefusal | None:
    """Return why a role cannot be taken from somebody to whom *rest* is left, or None."""
    ends_an_admin = subject.rights.has(Permission.MANAGE_ROLES) and not rest.has(Permission.MANAGE_ROLES)
    return HostRefusal.LAST_ADMIN if ends_an_admin and subject.able and not other_admins else None


def may_define(admins: Iterable[Sequence[Grant]], role: Role) -> HostRefusal | None:
    """Return why *role* cannot be made so, or None; *admins* are the grants of each able admin as they are."""
    after = [as_defined(grants, role) for grants in admins]
    left = any(rights.has(Permission.MANAGE_ROLES) for rights in after)
    return HostRefusal.LAST_ADMIN if after and not left else None


def as_defined(grants: Sequence[Grant], role: Role) -> Rights:
    """Return what *grants* of one person amount to once *role* is defined so."""
    return permissions.rights(replace(one, role=role) if one.role.name == role.name else one for one in grants)


def shrunk(holders: Mapping[int, Sequence[Grant]], role: Role) -> list[int]:
    """Return which holders of a role lose a permission when it is defined so, in id order."""
    return sorted(
        person_id
        for person_id, grants in holders.items()
        if permissions.rights(grants).since.keys() - as_defined(grants, role).since.keys()
    )


def may_help(subject: Party) -> HostRefusal | None:
    """Return why there is nothing to reset, or None. A suspended person can be reset."""
    if subject.person.standing is not Standing.MEMBER:
        return HostRefusal.NOT_A_MEMBER
    return None if subject.enrolled else HostRefusal.NO_MFA


def may_unlock(subject: Party) -> HostRefusal | None:
    """Return why nobody is unlocked, or None: while a suspension stands no code is looked at, unlocked or not."""
    return may_help(subject) or (HostRefusal.SUSPENDED if subject.person.suspended else None)


def may_release(subject: Party) -> HostRefusal | None:
    """Return why a suspension is not ended, or None: of a disputed factor whoever set it up holds the codes (E9)."""
    if subject.person.standing is not Standing.MEMBER:
        return HostRefusal.NOT_A_MEMBER
    if not subject.person.suspended:
        return HostRefusal.NOT_SUSPENDED
    return HostRefusal.DISPUTED if subject.disputed else None


def may_wake(subject: Party) -> HostRefusal | None:
    """Return why no rights are woken, or None."""
    if not subject.rights.dormant:
        return HostRefusal.NOTHING_DORMANT
    return may_grant(subject)


def broken(
    *, intent: UUID, subject: Party, factor_id: int, reason: str, by: str, now: datetime, ttl: timedelta
) -> Reset:
    """Return the request that a reset by the host is, carried out in the same moment, as yet without an id."""
    return Reset(
        request_id=0,
        intent=intent,
        subject_id=subject.person.person_id,
        requester_id=None,
        factor_id=factor_id,
        state=State.EXECUTED,
        happened=Happened.LOST,
        reason=reason,
        direct=True,
        privileged=subject.privileged,
        opened_at=now,
        expires_at=now + ttl,
        ended_at=now,
        ended_by=by,
    )
