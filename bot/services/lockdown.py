"""The lockdown: stops everything that weakens anybody's MFA, until another person lifts it."""

from __future__ import annotations

from collections.abc import Collection

from bot.core import audit, resets
from bot.core.actions import Action, Guard, Lockdown
from bot.core.audit import Event, by_person
from bot.core.messages import Kind
from bot.core.people import Profile
from bot.core.permissions import Permission
from bot.core.resets import ReasonFault
from bot.core.throttle import SLACK
from bot.services import authority
from bot.services.judging import Judge, Judged, in_slack
from bot.services.means import Means
from bot.services.notices import tell
from bot.services.roles import Changed
from storage import audit as audit_events
from storage import lockdown, roles
from storage.pool import Connection


class Lockdowns:
    """Starts and lifts it, one transaction each; the row of the lockdown comes first and is held alone."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def look(self) -> Lockdown | None:
        """Return the lockdown that stands."""
        async with self._means.pool.transaction() as conn:
            return await lockdown.look(conn)

    async def start(self, *, by: int, reason: str) -> Changed | Guard | ReasonFault:
        """Begin a lockdown; it needs no code: it tightens."""
        why = resets.reason(reason)
        if isinstance(why, ReasonFault):
            return why
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            standing = await lockdown.hold(conn)
            held = await authority.hold(conn, self._means, [by])
            refusal = await authority.refusal(conn, self._means, Action.LOCKDOWN, held, actor_id=by)
            if refusal is not None:
                return await self._refused(conn, by, refusal)
            if standing is not None:
                return Changed.BEFORE
            await lockdown.start(conn, by_person=by, reason=why, now=now)
            detail: audit.Detail = {"reason": resets.reason_digest(why)}
            await audit_events.record(conn, Event(audit.Kind.LOCKDOWN_STARTED, now, by_person(by), SLACK, None, detail))
            await tell_holders(conn, self._means, Kind.LOCKDOWN_STARTED, by=by)
            return Changed.NOW

    async def lift(self, *, by: int, told: Collection[Profile], typed: str) -> Changed | Guard | Judged:
        """End a lockdown that somebody else started, for the actor's code."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            standing = await lockdown.hold(conn)
            held = await authority.hold(conn, self._means, [by], told=told)
            refusal = await authority.refusal(conn, self._means, Action.LIFT_LOCKDOWN, held, actor_id=by)
            if standing is None and refusal in (None, Guard.LOCKDOWN_ON):
                return Changed.BEFORE
            if refusal is not None:
                return await self._refused(conn, by, refusal)
            asked = in_slack(by, "lift", recovery=False)
            judged = await self._judge.judge(conn, held.parties[by].person, held.factors.get(by), typed, asked)
            if not judged.accepted:
                return judged
            await lockdown.end(conn)
            await audit_events.record(conn, Event(audit.Kind.LOCKDOWN_LIFTED, now, by_person(by), SLACK))
            await tell_holders(conn, self._means, Kind.LOCKDOWN_LIFTED, by=by)
            return Changed.NOW

    async def _refused(self, conn: Connection, by: int, refusal: Guard) -> Guard:
        detail: audit.Detail = {"why": refusal.value}
        event = Event(audit.Kind.LOCKDOWN_REFUSED, self._means.now(), by_person(by), SLACK, None, detail)
        await audit_events.record(conn, event)
        return refusal


async def tell_holders(conn: Connection, means: Means, kind: Kind, *, by: int | None) -> None:
    """Tell everybody who manages roles or could lift the lockdown."""
    admins = await roles.able_holders(conn, Permission.MANAGE_ROLES)
    wardens = await roles.able_holders(conn, Permission.LOCKDOWN)
    detail: audit.Detail = {} if by is None else {"person": by}
    for person_id in sorted({*admins, *wardens}):
        await tell(conn, person_id, kind, now=means.now(), detail=detail)
