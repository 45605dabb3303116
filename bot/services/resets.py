"""Resetting somebody else's MFA: asking, approving, denying, cancelling, vetoing, and what time does.

What Slack says of the people concerned (*told*) was asked for before the transaction and is saved in it: without it
nothing is loosened (A2). The code is the actor's own and judged last; every refusal before it leaves it unused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.core import audit, policy, resets
from bot.core.actions import Action, Guard
from bot.core.audit import Event, by_person
from bot.core.people import Profile
from bot.core.resets import AnswerRefusal, Happened, OpenRefusal, ReasonFault, Reset, State
from bot.core.throttle import SLACK
from bot.services import authority, closing
from bot.services import reset_steps as steps
from bot.services.approvers import find_approvers
from bot.services.authority import Held
from bot.services.cards import Card, card
from bot.services.judging import Judge, Judged, in_slack
from bot.services.means import Means
from storage import audit as audit_events
from storage import resets as requests
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Done:
    """The act was carried out, now or by this same actor before; how the request stands."""

    reset: Reset


@dataclass(frozen=True, slots=True)
class Came:
    """The act came to nothing, since the request has moved on; how it stands (None: there is no such request)."""

    why: AnswerRefusal
    reset: Reset | None


class Resets:
    """The reset requests of a workspace, one transaction a step."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def open(
        self,
        *,
        by: int,
        subject_id: int,
        told: Collection[Profile],
        intent: UUID,
        happened: Happened,
        reason: str,
        typed: str,
    ) -> Done | Guard | OpenRefusal | ReasonFault | Judged:
        """Disable somebody's MFA, directly where the actor may and else by asking; one effect an *intent* (A5)."""
        told_reason = resets.reason(reason)
        if isinstance(told_reason, ReasonFault):
            return told_reason
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, {by, subject_id}, told=told, admins=True)
            before = await requests.of_intent(conn, intent)
            if before is not None and before.requester_id == by:
                return Done(before)
            direct, refusal = await self._route(conn, held, by, subject_id)
            if refusal is None:
                refusal = resets.may_open(
                    open_about_subject=await requests.lock_open_about(conn, subject_id) is not None,
                    open_of_requester=await requests.count_open_of(conn, by),
                )
            approvers = None if direct else await find_approvers(conn, self._means, held, subject_id, requester_id=by)
            if refusal is None and approvers is not None and not approvers.any:
                refusal = OpenRefusal.NO_APPROVER
            if refusal is not None:
                await self._refused(conn, by, subject_id, refusal.value, now)
                return refusal
            judged = await self._judged(conn, held, by, purpose="reset", typed=typed)
            if not judged.accepted:
                return judged
            subject = held.parties[subject_id]
            made = resets.opened(
                intent=intent,
                subject_id=subject_id,
                requester_id=by,
                factor_id=held.factors[subject_id].factor_id,
                happened=happened,
                reason=told_reason,
                direct=direct,
                privileged=subject.privileged,
                now=now,
                limits=self._means.resets,
            )
            made = await requests.insert(conn, made)
            await steps.opened(conn, made, subject, approvers, now=now)
            return Done(made)

    async def approve(
        self, request_id: int, *, by: int, told: Collection[Profile], typed: str
    ) -> Done | Came | Guard | Judged:
        """Approve a request: it takes effect at once, or after its hold."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held, reset = await self._hold(conn, request_id, by, told=told)
            if reset is None:
                return Came(AnswerRefusal.ENDED, None)
            mine = reset.approver_id == by and reset.state in (State.HOLDING, State.EXECUTED)
            if mine or not reset.open:
                return Done(reset) if mine else await self._late(conn, by, reset, now)
            refusal = await self._refusal(conn, Action.APPROVE, held, by, reset)
            if refusal is not None:
                await self._refused(conn, by, reset.subject_id, refusal.value, now)
                return refusal
            why, reset = await steps.stands(conn, self._means, held, reset, now=now)
            if why is not None:
                await self._refused(conn, by, reset.subject_id, why.value, now)
                return why if isinstance(why, Guard) else Came(why, reset)
            judged = await self._judged(conn, held, by, purpose="approve", typed=typed)
            if not judged.accepted:
                return judged
            subject = held.parties[reset.subject_id]
            approved = resets.approved(reset, by=by, privileged=subject.privileged, now=now, limits=self._means.resets)
            await requests.save(conn, approved)
            detail = {"request": request_id, "state": approved.state.value}
            event = Event(audit.Kind.RESET_APPROVED, now, by_person(by), SLACK, reset.subject_id, detail)
            await audit_events.record(conn, event)
            await steps.move_on(conn, approved, subject, by=by_person(by), now=now)
            return Done(approved)

    async def deny(self, request_id: int, *, by: int, reason: str) -> Done | Came | Guard | ReasonFault:
        """Deny an open request; it needs no code: it tightens."""
        why = resets.reason(reason)
        if isinstance(why, ReasonFault):
            return why
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held, reset = await self._hold(conn, request_id, by)
            if reset is None:
                return Came(AnswerRefusal.ENDED, None)
            mine = reset.state is State.DENIED and reset.ended_by == by_person(by)
            if mine or not reset.open:
                return Done(reset) if mine else await self._late(conn, by, reset, now)
            refusal = await self._refusal(conn, Action.DENY, held, by, reset)
            if refusal is not None:
                await self._refused(conn, by, reset.subject_id, refusal.value, now)
                return refusal
            denied = replace(reset, denial=why)
            return Done(await closing.end(conn, denied, State.DENIED, by=by_person(by), now=now))

    async def cancel(self, request_id: int, *, by: int) -> Done | Came | Guard:
        """Take back one's own request."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held, reset = await self._hold(conn, request_id, by)
            if reset is None:
                return Came(AnswerRefusal.ENDED, None)
            mine = reset.state is State.CANCELLED and reset.requester_id == by
            if mine or not reset.open:
                return Done(reset) if mine else await self._late(conn, by, reset, now)
            refusal = await self._refusal(conn, Action.CANCEL, held, by, reset)
            if refusal is not None:
                await self._refused(conn, by, reset.subject_id, refusal.value, now)
                return refusal
            return Done(await closing.end(conn, reset, State.CANCELLED, by=by_person(by), now=now))

    async def concerned(self, request_id: int) -> set[int]:
        """Return who a request is about, who asked, and who approved: Slack has to confirm them first."""
        async with self._means.pool.transaction() as conn:
            reset = await requests.get(conn, request_id)
            return set() if reset is None else reset.people

    async def subject_of(self, request_id: int) -> int | None:
        """Return whom a request is about."""
        async with self._means.pool.transaction() as conn:
            reset = await requests.get(conn, request_id)
            return None if reset is None else reset.subject_id

    async def card_for(self, request_id: int, *, by: int) -> Card | Came | Guard:
        """Return a request for the window that answers it; who could not deny it either is told why."""
        async with self._means.pool.transaction() as conn:
            reset = await requests.get(conn, request_id)
            if reset is None or not reset.open:
                return Came(AnswerRefusal.ENDED, reset)
            held = await authority.as_if_confirmed(conn, {by, *reset.people})
            refusal = await self._refusal(conn, Action.DENY, held, by, reset)
            why: audit.Detail = {"why": refusal.value} if refusal else {}
            detail: audit.Detail = {"act": "answer", "request": request_id, **why}
            kind = audit.Kind.LOOK_REFUSED if refusal else audit.Kind.LOOKED
            event = Event(kind, self._means.now(), by_person(by), SLACK, reset.subject_id, detail)
            await audit_events.record(conn, event)
            found = await card(conn, self._means, request_id)
            return refusal or found or Came(AnswerRefusal.ENDED, None)

    async def _hold(
        self, conn: Connection, request_id: int, by: int, *, told: Collection[Profile] = ()
    ) -> tuple[Held, Reset | None]:
        """Hold everybody concerned, then the request, in the order of locks."""
        found = await requests.get(conn, request_id)
        concerned = {by} | (found.people if found else set())
        held = await authority.hold(conn, self._means, concerned, told=told, admins=True)
        return held, None if found is None else await requests.lock(conn, request_id)

    async def _route(
        self, conn: Connection, held: Held, by: int, subject_id: int
    ) -> tuple[bool, Guard | OpenRefusal | None]:
        """Return whether the actor may disable directly, and why they may not even ask."""
        if by not in held.parties:
            return False, Guard.ACTOR_IS_MEMBER
        direct = await authority.case(conn, self._means, Action.DISABLE_OTHER, held, actor_id=by, subject_id=subject_id)
        refusal = policy.refusal(direct)
        if refusal is Guard.RIGHT:
            return False, policy.refusal(replace(direct, action=Action.ASK))
        subject = direct.subject
        return subject is not None and not policy.needs_approval(subject, self._means.policy), refusal

    async def _refusal(self, conn: Connection, action: Action, held: Held, by: int, reset: Reset) -> Guard | None:
        return await authority.refusal(
            conn,
            self._means,
            action,
            held,
            actor_id=by,
            subject_id=reset.subject_id,
            requester_id=reset.requester_id,
        )

    async def _judged(self, conn: Connection, held: Held, by: int, *, purpose: str, typed: str) -> Judged:
        """Judge the actor's own code, a TOTP code and nothing else."""
        asked = in_slack(by, purpose, recovery=False)
        return await self._judge.judge(conn, held.parties[by].person, held.factors.get(by), typed, asked)

    async def _late(self, conn: Connection, by: int, reset: Reset, now: datetime) -> Came:
        await self._refused(conn, by, reset.subject_id, AnswerRefusal.ENDED.value, now)
        return Came(AnswerRefusal.ENDED, reset)

    async def _refused(self, conn: Connection, by: int, subject_id: int, why: str, now: datetime) -> None:
        event = Event(audit.Kind.RESET_REFUSED, now, by_person(by), SLACK, subject_id, {"why": why})
        await audit_events.record(conn, event)
