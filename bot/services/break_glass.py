"""What the host does when nobody else may: loud in the audit, told to the person and to all who manage roles (A14)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from bot.core import audit, host, resets, throttle
from bot.core.audit import CLI, Event
from bot.core.host import BreakGlass, HostRefusal
from bot.core.messages import Kind
from bot.core.permissions import Permission
from bot.core.resets import ReasonFault
from bot.services import closing, unlocking, words
from bot.services import reset_steps as steps
from bot.services.helpdesk import NewWord
from bot.services.host import Ask, Subject, find
from bot.services.means import Means
from bot.services.notices import refresh_home, settle_offers, tell
from storage import audit as audit_events
from storage import lockdown, people, roles, suspensions
from storage import resets as requests
from storage import words as stored_words
from storage.pool import Connection

Done = HostRefusal | NewWord | None
"""Why nothing was done, or None: it was; or it was, and this is the word that the next enrollment asks for (E10)."""


class Glass:
    """Breaks it, one transaction an act."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def reset(self, slack_id: str, ask: Ask) -> Done | ReasonFault:
        """Disable somebody's MFA at once, without anybody's approval or hold; they enroll anew."""

        async def act(conn: Connection, subject: Subject, why: str, now: datetime) -> Done:
            refusal = host.may_help(subject.party)
            if refusal is not None or subject.factor is None:
                return refusal or HostRefusal.NO_MFA
            await closing.supersede(conn, subject.id, by=ask.by, now=now)
            made = host.broken(
                intent=UUID(bytes=self._means.random(16), version=4),
                subject=subject.party,
                factor_id=subject.factor.factor_id,
                reason=why,
                by=ask.by,
                now=now,
                ttl=self._means.resets.ttl,
            )
            made = await requests.insert(conn, made)
            detail: audit.Detail = {"request": made.request_id, "factor": made.factor_id, "direct": True}
            await self._record(conn, audit.Kind.RESET_OPENED, ask.by, subject.id, detail)
            word = await steps.make_word(conn, self._means, made, subject.party, by=ask.by, now=now)
            await closing.execute(conn, made, subject.party, by=ask.by, now=now)
            return None if word is None else NewWord(word)

        return await self._on_person(BreakGlass.RESET, slack_id, ask, act)

    async def unlock(self, slack_id: str, ask: Ask) -> Done | ReasonFault:
        """End the lock and every wait of somebody's factor; what was counted stays counted.

        It counts among the unlocks of this person, and is not limited itself (C10).
        """

        async def act(conn: Connection, subject: Subject, why: str, now: datetime) -> Done:
            factor, limits = subject.factor, self._means.throttle
            refusal = host.may_unlock(subject.party)
            if refusal is not None or factor is None:
                return refusal or HostRefusal.NO_MFA
            if throttle.beyond_help(factor.count, limits):
                return HostRefusal.ONLY_A_RESET
            if not await unlocking.helps(conn, factor, limits, now=now):
                return HostRefusal.NOTHING_TO_UNLOCK
            await unlocking.unlock(conn, factor, limits, now=now)
            detail: audit.Detail = {"reason": resets.reason_digest(why), "by": "host"}
            await self._record(conn, audit.Kind.UNLOCKED, ask.by, subject.id, detail)
            await tell(conn, subject.id, Kind.UNLOCKED, now=now)
            return None

        return await self._on_person(BreakGlass.UNLOCK, slack_id, ask, act)

    async def release(self, slack_id: str, ask: Ask) -> Done | ReasonFault:
        """End somebody's suspension; if a reset has left them suspended, make a new word instead (E10)."""

        async def act(conn: Connection, subject: Subject, why: str, now: datetime) -> Done:
            refusal = host.may_release(subject.party)
            if refusal is not None:
                return refusal
            person, detail = subject.party.person, {"reason": resets.reason_digest(why), "by": "host"}
            awaited = await stored_words.awaited(conn, subject.id)
            await refresh_home(conn, subject.id)
            if awaited is not None:
                word = await words.make_another(conn, self._means, person, awaited, by=ask.by, now=now, detail=detail)
                await tell(conn, subject.id, Kind.WORD_MADE, now=now)
                return NewWord(word)
            await people.release(conn, subject.id)
            await suspensions.forget(conn, subject.id)
            await settle_offers(conn, subject.id, now=now)
            await self._record(conn, audit.Kind.RELEASED, ask.by, subject.id, detail)
            await tell(conn, subject.id, Kind.RELEASED, now=now)
            return None

        return await self._on_person(BreakGlass.RELEASE, slack_id, ask, act)

    async def wake(self, slack_id: str, ask: Ask) -> Done | ReasonFault:
        """Make rights count again that sleep since their holder's reset, where nobody else could (E8)."""

        async def act(conn: Connection, subject: Subject, _why: str, now: datetime) -> Done:
            refusal = host.may_wake(subject.party)
            if refusal is not None:
                return refusal
            woken = await roles.wake(conn, subject.id)
            await self._record(conn, audit.Kind.RIGHTS_WOKEN, ask.by, subject.id, {"roles": " ".join(woken)})
            await tell(conn, subject.id, Kind.RIGHTS_WOKEN, now=now, detail={"person": subject.id})
            await closing.refresh_rights(conn, subject.id)
            await refresh_home(conn, subject.id)
            return None

        return await self._on_person(BreakGlass.WAKE, slack_id, ask, act)

    async def lift_lockdown(self, ask: Ask) -> Done | ReasonFault:
        """End a lockdown, whoever started it."""
        why = resets.reason(ask.reason)
        if isinstance(why, ReasonFault):
            return why
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            refusal = HostRefusal.NO_LOCKDOWN if await lockdown.hold(conn) is None else None
            if refusal is None:
                await lockdown.end(conn)
                await self._record(conn, audit.Kind.LOCKDOWN_LIFTED, ask.by, None, {})
                wardens = set(await roles.able_holders(conn, Permission.LOCKDOWN))
                wardens -= set(await roles.able_holders(conn, Permission.MANAGE_ROLES))
                for person_id in sorted(wardens):
                    await tell(conn, person_id, Kind.LOCKDOWN_LIFTED, now=now)
            await self._loud(conn, BreakGlass.LIFT_LOCKDOWN, ask.by, None, refusal, why)
            return refusal

    async def _on_person(
        self,
        act: BreakGlass,
        slack_id: str,
        ask: Ask,
        carry_out: Callable[[Connection, Subject, str, datetime], Awaitable[Done]],
    ) -> Done | ReasonFault:
        why = resets.reason(ask.reason)
        if isinstance(why, ReasonFault):
            return why
        async with self._means.pool.transaction() as conn:
            subject = await find(conn, self._means, slack_id, ask)
            if isinstance(subject, HostRefusal):
                await self._loud(conn, act, ask.by, None, subject, why)
                return subject
            outcome = await carry_out(conn, subject, why, self._means.now())
            refusal = outcome if isinstance(outcome, HostRefusal) else None
            await self._loud(conn, act, ask.by, subject.id, refusal, why)
            return outcome

    async def _loud(
        self, conn: Connection, act: BreakGlass, by: str, subject_id: int | None, refusal: HostRefusal | None, why: str
    ) -> None:
        """Write down that the glass was broken, or was not, and tell all who manage roles that it was."""
        detail: audit.Detail = {"act": act.value, "reason": resets.reason_digest(why)}
        if refusal is not None:
            await self._record(conn, audit.Kind.GLASS_REFUSED, by, subject_id, {**detail, "why": refusal.value})
            return
        await self._record(conn, audit.Kind.GLASS_BROKEN, by, subject_id, detail)
        admins = set(await roles.able_holders(conn, Permission.MANAGE_ROLES)) - {subject_id}
        told: audit.Detail = {"act": act.value} | ({} if subject_id is None else {"person": subject_id})
        for admin in sorted(admins):
            await tell(conn, admin, Kind.GLASS_BROKEN, now=self._means.now(), detail=told)

    async def _record(
        self, conn: Connection, kind: audit.Kind, by: str, subject_id: int | None, detail: audit.Detail
    ) -> None:
        await audit_events.record(conn, Event(kind, self._means.now(), by, CLI, subject_id, detail))
