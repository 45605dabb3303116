"""Roles, as the host sees, defines, grants and revokes them; what it is refused is an event too."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.core import audit, host, permissions, resets
from bot.core.actions import Party
from bot.core.audit import CLI, Event
from bot.core.factors import Factor
from bot.core.host import HostRefusal
from bot.core.messages import Kind
from bot.core.people import SLACK_ID
from bot.core.permissions import Permission, Role, RoleFault
from bot.core.resets import ReasonFault
from bot.services import authority, closing
from bot.services.means import Means
from bot.services.notices import tell
from bot.services.roles import Changed, Overview, give, take
from storage import audit as audit_events
from storage import people, roles, workspaces
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Ask:
    """What the host says with every change: who runs the command, why, and in which workspace the person is."""

    by: str
    reason: str
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whom an act is about, held with their factor."""

    party: Party
    factor: Factor | None

    @property
    def id(self) -> int:
        """Our id of the person."""
        return self.party.person.person_id


class Host:
    """Who holds what, one transaction a change."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def overview(self, *, by: str) -> Overview:
        """Return all roles and their holders."""
        async with self._means.pool.transaction() as conn:
            grants = await roles.every_grant(conn)
            known = await people.several(conn, {grant.person_id for grant in grants})
            await self._record(conn, audit.Kind.ROLES_SEEN, by, None, {})
            return Overview(await roles.every(conn), grants, known)

    async def define(
        self, name: str, wanted: Collection[str], ask: Ask
    ) -> Changed | RoleFault | HostRefusal | ReasonFault:
        """Make a role of the company's own, or change what it carries; its holders and all admins hear of it."""
        why = resets.reason(ask.reason)
        if isinstance(why, ReasonFault):
            return why
        role = permissions.define(name, wanted)
        async with self._means.pool.transaction() as conn:
            outcome = role if isinstance(role, RoleFault) else await self._define(conn, role, why, ask.by)
            if isinstance(outcome, RoleFault | HostRefusal):
                detail: audit.Detail = {"why": outcome.value, "act": "define"}
                await self._record(conn, audit.Kind.ROLE_REFUSED, ask.by, None, detail)
            return outcome

    async def grant(self, name: str, slack_id: str, ask: Ask) -> Changed | HostRefusal | ReasonFault:
        """Grant a role to a member with MFA: the first admin comes to be like this."""
        why = resets.reason(ask.reason)
        if isinstance(why, ReasonFault):
            return why
        async with self._means.pool.transaction() as conn:
            subject = await find(conn, self._means, slack_id, ask)
            outcome = subject if isinstance(subject, HostRefusal) else await self._grant(conn, subject, name, why, ask)
            await self._note_refusal(conn, "grant", ask.by, subject, outcome)
            return outcome

    async def revoke(self, name: str, slack_id: str, ask: Ask) -> Changed | HostRefusal | ReasonFault:
        """Take a role away, and close what it had opened, unless that ends the last able admin (A9)."""
        why = resets.reason(ask.reason)
        if isinstance(why, ReasonFault):
            return why
        async with self._means.pool.transaction() as conn:
            subject = await find(conn, self._means, slack_id, ask)
            outcome = subject if isinstance(subject, HostRefusal) else await self._revoke(conn, subject, name, why, ask)
            await self._note_refusal(conn, "revoke", ask.by, subject, outcome)
            return outcome

    async def _define(self, conn: Connection, role: Role, why: str, by: str) -> Changed | HostRefusal:
        """Who loses a permission loses what it had opened; a role that carries more counts as granted now (A4)."""
        now = self._means.now()
        # Who holds it has to be held, and nobody is given it meanwhile: granting waits here, too.
        await authority.hold_roles(conn)
        before = await roles.get(conn, role.name)
        if before == role:
            return Changed.BEFORE
        holders = {grant.person_id for grant in await roles.every_grant(conn) if grant.role.name == role.name}
        await authority.hold(conn, self._means, holders, admins=True)
        admins = await roles.able_holders(conn, Permission.MANAGE_ROLES)
        grants = await roles.grants_of(conn, sorted({*holders, *admins}))
        refusal = host.may_define([grants[admin] for admin in admins], role)
        if refusal is not None:
            return refusal
        await roles.define(conn, role, now=now)
        if before is not None and role.permissions - before.permissions:
            await roles.date_anew(conn, role.name, now=now)
        for person_id in host.shrunk({holder: grants[holder] for holder in holders}, role):
            await closing.close_with(conn, person_id, by=by, now=now)
        for person_id in sorted({*holders, *admins}):
            await tell(conn, person_id, Kind.ROLE_DEFINED, now=now, detail={"role": role.name})
        carried = " ".join(sorted(role.permissions))
        detail = {"role": role.name, "permissions": carried, "reason": resets.reason_digest(why)}
        await self._record(conn, audit.Kind.ROLE_DEFINED, by, None, detail)
        return Changed.NOW

    async def _grant(self, conn: Connection, subject: Subject, name: str, why: str, ask: Ask) -> Changed | HostRefusal:
        if await roles.get(conn, name) is None:
            return HostRefusal.UNKNOWN_ROLE
        refusal = host.may_grant(subject.party)
        if refusal is not None:
            return refusal
        if not await give(conn, subject.id, name, by=ask.by, now=self._means.now()):
            return Changed.BEFORE
        detail = {"role": name, "reason": resets.reason_digest(why)}
        await self._record(conn, audit.Kind.ROLE_GRANTED, ask.by, subject.id, detail)
        return Changed.NOW

    async def _revoke(self, conn: Connection, subject: Subject, name: str, why: str, ask: Ask) -> Changed | HostRefusal:
        if await roles.get(conn, name) is None:
            return HostRefusal.UNKNOWN_ROLE
        grants = (await roles.grants_of(conn, [subject.id]))[subject.id]
        rest = permissions.rights(grant for grant in grants if grant.role.name != name)
        others = set(await roles.able_holders(conn, Permission.MANAGE_ROLES)) - {subject.id}
        refusal = host.may_revoke(subject.party, rest=rest, other_admins=bool(others))
        if refusal is not None:
            return refusal
        if not await take(conn, subject.id, name, by=ask.by, now=self._means.now()):
            return Changed.BEFORE
        detail = {"role": name, "reason": resets.reason_digest(why)}
        await self._record(conn, audit.Kind.ROLE_REVOKED, ask.by, subject.id, detail)
        return Changed.NOW

    async def _note_refusal(
        self, conn: Connection, act: str, by: str, subject: Subject | HostRefusal, outcome: Changed | HostRefusal
    ) -> None:
        if isinstance(outcome, HostRefusal):
            subject_id = subject.id if isinstance(subject, Subject) else None
            await self._record(conn, audit.Kind.ROLE_REFUSED, by, subject_id, {"why": outcome.value, "act": act})

    async def _record(
        self, conn: Connection, kind: audit.Kind, by: str, subject_id: int | None, detail: audit.Detail
    ) -> None:
        await audit_events.record(conn, Event(kind, self._means.now(), by, CLI, subject_id, detail))


async def find(conn: Connection, means: Means, slack_id: str, ask: Ask) -> Subject | HostRefusal:
    """Hold the person of a Slack id, and let nobody else end an admin meanwhile."""
    if not all(SLACK_ID.fullmatch(one) for one in (slack_id, ask.team_id) if one is not None):
        return HostRefusal.UNKNOWN_PERSON
    if ask.team_id is None and len(await workspaces.every_team(conn)) > 1:
        return HostRefusal.WHICH_TEAM
    person = await people.by_slack_id(conn, team_id=ask.team_id, slack_user_id=slack_id)
    if person is None:
        return HostRefusal.UNKNOWN_PERSON
    held = await authority.hold(conn, means, [person.person_id], admins=True)
    return Subject(held.parties[person.person_id], held.factors.get(person.person_id))
