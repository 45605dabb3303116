"""Disabling one's own MFA."""

from __future__ import annotations

from enum import StrEnum

from bot.core import audit
from bot.core.actions import Action, Guard
from bot.core.factors import RevokedWhy
from bot.core.messages import Kind
from bot.services import authority, closing
from bot.services.ending import cancel_pending, record
from bot.services.judging import Judge, Judged, in_slack
from bot.services.means import Means
from bot.services.notices import refresh_home, tell
from storage import factors, recovery_codes


class Disabled(StrEnum):
    """MFA is off: now, or since this same submission arrived before."""

    NOW = "now"
    BEFORE = "before"


class OtherFactor(StrEnum):
    """The form was opened for a factor that is no longer the active one."""

    CHANGED = "changed"


class Disable:
    """Turns MFA off for its owner, for a current code or a recovery code."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def disable_own(
        self, person_id: int, *, factor_id: int, typed: str
    ) -> Disabled | OtherFactor | Guard | Judged:
        """Revoke *factor_id*, the factor that the form was opened for, if *typed* is a right code (S7)."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, [person_id], admins=True)
            person, factor = held.parties[person_id].person, held.factors.get(person_id)
            if factor is None or factor.factor_id != factor_id:
                why = await factors.revoked_why(conn, factor_id, person_id=person_id)
                return Disabled.BEFORE if why is RevokedWhy.DISABLED and factor is None else OtherFactor.CHANGED
            refusal = await authority.refusal(conn, self._means, Action.DISABLE_OWN, held, actor_id=person_id)
            if refusal is not None:
                await record(conn, audit.Kind.OWN_REFUSED, person, now, {"why": refusal.value, "act": "disable"})
                return refusal
            asked = in_slack(person_id, "disable", recovery=True)
            judged = await self._judge.judge(conn, person, factor, typed, asked)
            if not judged.accepted:
                return judged
            await factors.revoke(conn, factor_id, why=RevokedWhy.DISABLED, now=now)
            await recovery_codes.void(conn, factor_id, now=now)
            await closing.supersede(conn, person_id, by=audit.by_person(person_id), now=now)
            await cancel_pending(conn, person, now)
            await record(conn, audit.Kind.MFA_DISABLED, person, now, {"factor": factor_id})
            await tell(conn, person_id, Kind.DISABLED, now=now)
            await refresh_home(conn, person_id)
            return Disabled.NOW
