"""Roles: granting, revoking and waking them in Slack, and what the host does on its command line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core import audit, permissions, resets
from bot.core.actions import Action, Guard
from bot.core.audit import Event, by_person
from bot.core.messages import Kind
from bot.core.people import Person, Profile
from bot.core.permissions import Grant, Permission, Role
from bot.core.resets import ReasonFault
from bot.core.throttle import SLACK
from bot.services import authority, closing
from bot.services.authority import Held
from bot.services.judging import Judge, Judged, in_slack
from bot.services.looking import LookRefusal, Looks
from bot.services.means import Means
from bot.services.notices import refresh_home, tell
from storage import audit as audit_events
from storage import people, roles
from storage.pool import Connection


class Changed(StrEnum):
    """What one holds was changed, now or before."""

    NOW = "now"
    BEFORE = "before"


class RoleRefusal(StrEnum):
    """Why nothing was changed."""

    UNKNOWN_ROLE = "unknown_role"


@dataclass(frozen=True, slots=True)
class Overview:
    """All roles, and who holds them."""

    roles: list[Role]
    grants: list[Grant]
    people: dict[int, Person]


Outcome = Changed | RoleRefusal | Guard | ReasonFault | Judged


class Roles:
    """Who holds what, one transaction a change."""

    def __init__(self, means: Means, judge: Judge, looks: Looks) -> None:
        self._means = means
        self._judge = judge
        self._looks = looks

    async def overview(self, *, by: int) -> Overview | Guard | LookRefusal:
        """Return all roles and their holders, to who may see them."""
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, [by])
            refusal = await authority.refusal(conn, self._means, Action.ROLES, held, actor_id=by)
            if refusal is not None:
                await self._record(conn, audit.Kind.ROLE_REFUSED, by, None, {"why": refusal.value})
                return refusal
            if (too_fast := self._looks.paced(by)) is not None:
                return too_fast
            await self._record(conn, audit.Kind.ROLES_SEEN, by, None, {})
            grants = await roles.every_grant(conn)
            known = await people.several(conn, {grant.person_id for grant in grants})
            return Overview(await roles.every(conn), grants, known)

    async def grant(
        self, *, by: int, subject_id: int, role: str, told: Collection[Profile], reason: str, typed: str
    ) -> Outcome:
        """Grant a role for the actor's code; everybody who manages roles hears of it."""
        why = resets.reason(reason)
        if isinstance(why, ReasonFault):
            return why
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, {by, subject_id}, told=told, admins=True)
            refusal = await self._may(conn, Action.GRANT, held, by, subject_id, role)
            if refusal is not None:
                return refusal
            if role in await _held_roles(conn, subject_id):
                return Changed.BEFORE
            judged = await self._judged(conn, held, by, purpose="grant", typed=typed)
            if not judged.accepted:
                return judged
            await give(conn, subject_id, role, by=by_person(by), now=now)
            detail: audit.Detail = {"role": role, "reason": resets.reason_digest(why)}
            await self._record(conn, audit.Kind.ROLE_GRANTED, by, subject_id, detail)
            return Changed.NOW

    async def revoke(self, *, by: int, subject_id: int, role: str, reason: str, typed: str) -> Outcome:
        """Take a role away for the actor's code; what it had opened or approved is closed."""
        why = resets.reason(reason)
        if isinstance(why, ReasonFault):
            return why
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, {by, subject_id}, admins=True)
            refusal = await self._may(conn, Action.REVOKE, held, by, subject_id, role)
            if refusal is not None:
                return refusal
            if role not in await _held_roles(conn, subject_id):
                return Changed.BEFORE
            judged = await self._judged(conn, held, by, purpose="revoke", typed=typed)
            if not judged.accepted:
                return judged
            await take(conn, subject_id, role, by=by_person(by), now=now)
            detail: audit.Detail = {"role": role, "reason": resets.reason_digest(why)}
            await self._record(conn, audit.Kind.ROLE_REVOKED, by, subject_id, detail)
            return Changed.NOW

    async def wake(self, *, by: int, subject_id: int, told: Collection[Profile], typed: str) -> Outcome:
        """Make rights count again that sleep since their holder's reset (E8)."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, {by, subject_id}, told=told)
            refusal = await self._refusal(conn, Action.WAKE, held, by, subject_id, None)
            if refusal is Guard.SUBJECT_HAS_DORMANT_RIGHTS:
                return Changed.BEFORE  # nothing was refused: this very submission may have woken them
            if refusal is not None:
                await self._refused(conn, Action.WAKE, by, subject_id, refusal)
                return refusal
            judged = await self._judged(conn, held, by, purpose="wake", typed=typed)
            if not judged.accepted:
                return judged
            woken = await roles.wake(conn, subject_id)
            detail: audit.Detail = {"roles": " ".join(woken)}
            await self._record(conn, audit.Kind.RIGHTS_WOKEN, by, subject_id, detail)
            await tell_admins(conn, Kind.RIGHTS_WOKEN, subject_id, now=now, detail={})
            await closing.refresh_rights(conn, subject_id)
            return Changed.NOW

    async def _may(
        self, conn: Connection, action: Action, held: Held, by: int, subject_id: int, role: str
    ) -> Guard | RoleRefusal | None:
        refusal = await self._refusal(conn, action, held, by, subject_id, role)
        if refusal is not None:
            await self._refused(conn, action, by, subject_id, refusal)
        return refusal

    async def _refused(
        self, conn: Connection, action: Action, by: int, subject_id: int, refusal: Guard | RoleRefusal
    ) -> None:
        detail: audit.Detail = {"why": refusal.value, "act": action.value}
        await self._record(conn, audit.Kind.ROLE_REFUSED, by, subject_id, detail)

    async def _refusal(
        self, conn: Connection, action: Action, held: Held, by: int, subject_id: int, role: str | None
    ) -> Guard | RoleRefusal | None:
        grants = (await roles.grants_of(conn, [subject_id]))[subject_id]
        rest = permissions.rights(grant for grant in grants if grant.role.name != role)
        refusal: Guard | RoleRefusal | None = await authority.refusal(
            conn,
            self._means,
            action,
            held,
            actor_id=by,
            subject_id=subject_id,
            stays_admin=rest.has(Permission.MANAGE_ROLES),
        )
        if refusal is None and role is not None and await roles.get(conn, role) is None:
            return RoleRefusal.UNKNOWN_ROLE
        return refusal

    async def _judged(self, conn: Connection, held: Held, by: int, *, purpose: str, typed: str) -> Judged:
        asked = in_slack(by, purpose, recovery=False)
        return await self._judge.judge(conn, held.parties[by].person, held.factors.get(by), typed, asked)

    async def _record(
        self, conn: Connection, kind: audit.Kind, by: int, subject_id: int | None, detail: audit.Detail
    ) -> None:
        event = Event(kind, self._means.now(), by_person(by), SLACK, subject_id, detail)
        await audit_events.record(conn, event)


async def _held_roles(conn: Connection, person_id: int) -> set[str]:
    return {grant.role.name for grant in (await roles.grants_of(conn, [person_id]))[person_id]}


async def give(conn: Connection, person_id: int, role: str, *, by: str, now: datetime) -> bool:
    """Grant a role, and tell the person and everybody who manages roles; return False where it was held already."""
    if await roles.grant(conn, person_id, role, by=by, now=now) is None:
        return False
    await closing.refresh_rights(conn, person_id)
    await tell_admins(conn, Kind.ROLE_GRANTED, person_id, now=now, detail={"role": role})
    return True


async def take(conn: Connection, person_id: int, role: str, *, by: str, now: datetime) -> bool:
    """Take a role away, close what it had opened or approved, and tell; return False where it was not held."""
    if not await roles.revoke(conn, person_id, role, by=by, now=now):
        return False
    await closing.close_with(conn, person_id, now=now, by=by)
    await closing.refresh_rights(conn, person_id)
    await tell_admins(conn, Kind.ROLE_REVOKED, person_id, now=now, detail={"role": role})
    return True


async def tell_admins(conn: Connection, kind: Kind, person_id: int, *, now: datetime, detail: audit.Detail) -> None:
    """Tell the person whom a change concerns and everybody who manages roles."""
    admins = await roles.able_holders(conn, Permission.MANAGE_ROLES)
    for told in sorted({person_id, *admins}):
        await tell(conn, told, kind, now=now, detail={**detail, "person": person_id})
    await refresh_home(conn, person_id)
