"""Who counts as privileged without a role, as the host says: the finance chief, for one (A18)."""

from __future__ import annotations

from bot.core import audit, host, resets
from bot.core.audit import CLI, Event
from bot.core.host import HostRefusal
from bot.core.messages import Kind
from bot.core.resets import ReasonFault
from bot.services.host import Ask, find
from bot.services.means import Means
from bot.services.roles import Changed, tell_admins
from storage import audit as audit_events
from storage import protection
from storage.pool import Connection


class Protection:
    """Protects people, one transaction a command; they and all who manage roles hear of it."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def protect(self, slack_id: str, ask: Ask) -> Changed | HostRefusal | ReasonFault:
        """Have a member count as privileged: a reset of their MFA needs an approval, and is held."""
        return await self._change(slack_id, ask, protected=True)

    async def unprotect(self, slack_id: str, ask: Ask) -> Changed | HostRefusal | ReasonFault:
        """End that; whoever holds rights stays privileged by them."""
        return await self._change(slack_id, ask, protected=False)

    async def _change(self, slack_id: str, ask: Ask, *, protected: bool) -> Changed | HostRefusal | ReasonFault:
        why = resets.reason(ask.reason)
        if isinstance(why, ReasonFault):
            return why
        now, act = self._means.now(), "protect" if protected else "unprotect"
        async with self._means.pool.transaction() as conn:
            subject = await find(conn, self._means, slack_id, ask)
            if isinstance(subject, HostRefusal):
                await self._record(
                    conn, audit.Kind.PROTECTION_REFUSED, ask.by, None, {"act": act, "why": subject.value}
                )
                return subject
            refusal = host.may_protect(subject.party) if protected else None
            if refusal is not None:
                detail: audit.Detail = {"act": act, "why": refusal.value}
                await self._record(conn, audit.Kind.PROTECTION_REFUSED, ask.by, subject.id, detail)
                return refusal
            if protected:
                changed = await protection.protect(conn, subject.id, by=ask.by, now=now)
            else:
                changed = await protection.unprotect(conn, subject.id)
            if not changed:
                return Changed.BEFORE
            kind = audit.Kind.PROTECTED if protected else audit.Kind.UNPROTECTED
            await self._record(conn, kind, ask.by, subject.id, {"reason": resets.reason_digest(why)})
            told = Kind.PROTECTED if protected else Kind.UNPROTECTED
            await tell_admins(conn, told, subject.id, now=now, detail={})
            return Changed.NOW

    async def _record(
        self, conn: Connection, kind: audit.Kind, by: str, subject_id: int | None, detail: audit.Detail
    ) -> None:
        await audit_events.record(conn, Event(kind, self._means.now(), by, CLI, subject_id, detail))
