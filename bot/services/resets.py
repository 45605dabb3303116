"""Resetting somebody else's MFA: asking, approving, denying, cancelling, vetoing, and what time does.

What Slack says of the people concerned (*told*) was asked for before the transaction and is saved in it: without it
nothing is loosened (A2). The code is the actor's own and judged last; every refusal before it leaves it unused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from bot.core import audit, resets
from bot.core.actions import Action, Guard, Party
from bot.core.audit import Event, by_person
from bot.core.identity_check import IdentityCheck, IdentityFault, may_ask
from bot.core.people import Profile
from bot.core.reset_opening import OpenRefusal, VetoedLately
from bot.core.resets import AnswerRefusal, Happened, ReasonFault, Reset, State
from bot.core.throttle import SLACK
from bot.services import authority, closing, stolen
from bot.services import reset_steps as steps
from bot.services.authority import Held
from bot.services.cards import Card, card
from bot.services.judging import Judge, Judged, in_slack
from bot.services.means import Means
from bot.services.reset_opening import Route, find_route
from storage import audit as audit_events
from storage import resets as requests
from storage import words
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Done:
    """The act was carried out, now or by this same actor before; how the request stands.

    *suspended*: the subject is, after it. *asks_word*: the subject's next enrollment asks for a word; *word* is it, for
    this actor alone and this once.
    """

    reset: Reset
    suspended: bool = False
    word: str | None = field(default=None, repr=False)
    asks_word: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """The act came to nothing, since the request has moved on; how it stands (None: there is no such request)."""

    why: AnswerRefusal
    reset: Reset | None


_ENDING = {
    State.DENIED: (Action.DENY, Action.DENY_LIFTING),
    State.CANCELLED: (Action.CANCEL, Action.CANCEL_LIFTING),
}
"""What it is to end a request so, and to lift with it the suspension that the request caused."""


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
        identity_check: IdentityCheck,
        reason: str,
        typed: str,
    ) -> Done | Guard | OpenRefusal | VetoedLately | ReasonFault | IdentityFault | Judged:
        """Disable somebody's MFA, directly where the actor may and else by asking; one effect an *intent* (A5)."""
        if isinstance(told_reason := resets.reason(reason), ReasonFault):
            return told_reason
        if (unchecked := may_ask(identity_check, required=self._means.resets.require_identity_check)) is not None:
            return unchecked
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, {by, subject_id}, told=told, admins=True)
            before = await requests.of_intent(conn, intent)
            if before is not None and before.requester_id == by:
                return await _done(conn, before, held.parties[subject_id])
            route = await find_route(conn, self._means, held, by=by, subject_id=subject_id, happened=happened, now=now)
            if not isinstance(route, Route):
                await self._refused(conn, by, subject_id, route.value, now)
                return route
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
                direct=route.direct,
                privileged=subject.privileged,
                now=now,
                limits=self._means.resets,
            )
            made = await requests.insert(conn, replace(made, identity_check=identity_check))
            word = await steps.make_word(conn, self._means, made, subject, by=by_person(by), now=now)
            subject = await steps.opened(conn, made, subject, route, now=now)
            return await _done(conn, made, subject, word)

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
                subject = held.parties[reset.subject_id]
                return await _done(conn, reset, subject) if mine else await self._late(conn, by, reset, now)
            if (refusal := await steps.refusal(conn, self._means, Action.APPROVE, held, reset, by=by)) is not None:
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
            word = await steps.make_word(conn, self._means, approved, subject, by=by_person(by), now=now)
            subject = await steps.move_on(conn, approved, subject, by=by_person(by), now=now)
            return await _done(conn, approved, subject, word)

    async def deny(
        self, request_id: int, *, by: int, reason: str, told: Collection[Profile] = (), typed: str = ""
    ) -> Done | Came | Guard | ReasonFault | Judged:
        """Deny an open request. It tightens and needs no code; one lifts the suspension that the request caused."""
        if isinstance(why := resets.reason(reason), ReasonFault):
            return why
        return await self._end(request_id, State.DENIED, by=by, told=told, typed=typed, denial=why)

    async def cancel(
        self, request_id: int, *, by: int, told: Collection[Profile] = (), typed: str = ""
    ) -> Done | Came | Guard | Judged:
        """Take back one's own request; a code is asked for as in `deny`."""
        return await self._end(request_id, State.CANCELLED, by=by, told=told, typed=typed)

    async def _end(
        self,
        request_id: int,
        state: State,
        *,
        by: int,
        told: Collection[Profile],
        typed: str,
        denial: str | None = None,
    ) -> Done | Came | Guard | Judged:
        now, lifting = self._means.now(), bool(typed.strip())
        tightens, loosens = _ENDING[state]
        async with self._means.pool.transaction() as conn:
            held, reset = await self._hold(conn, request_id, by, told=told)
            if reset is None:
                return Came(AnswerRefusal.ENDED, None)
            mine = reset.state is state and reset.ended_by == by_person(by)
            if mine or not reset.open:
                subject = held.parties[reset.subject_id]
                return await _done(conn, reset, subject) if mine else await self._late(conn, by, reset, now)
            refusal = await steps.refusal(conn, self._means, tightens, held, reset, by=by)
            if refusal is None and lifting:
                refusal = await steps.refusal(conn, self._means, loosens, held, reset, by=by)
            if refusal is not None:
                await self._refused(conn, by, reset.subject_id, refusal.value, now)
                return refusal
            judged = await self._judged(conn, held, by, purpose=loosens.value, typed=typed) if lifting else None
            if judged is not None and not judged.accepted:
                return judged
            person = held.parties[reset.subject_id].person
            ended = await closing.end(conn, replace(reset, denial=denial), state, by=by_person(by), now=now)
            lifted = lifting and await stolen.lift(conn, ended, person, by=by_person(by), now=now)
            return Done(ended, suspended=person.suspended and not lifted)

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

    async def lifting(self, request_id: int, *, by: int) -> Card | None:
        """Return a request of one's own whose cancelling can lift what it caused, for the form with the code."""
        async with self._means.pool.transaction() as conn:
            found = await card(conn, self._means, request_id)
            own = found is not None and found.reset.open and found.reset.requester_id == by
            return found if own and found is not None and found.lifts else None

    async def card_for(self, request_id: int, *, by: int) -> Card | Came | Guard:
        """Return a request for the window that answers it; who could not deny it either is told why."""
        async with self._means.pool.transaction() as conn:
            reset = await requests.get(conn, request_id)
            if reset is None or not reset.open:
                return Came(AnswerRefusal.ENDED, reset)
            held = await authority.as_if_confirmed(conn, {by, *reset.people})
            refusal = await steps.refusal(conn, self._means, Action.DENY, held, reset, by=by)
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


async def _done(conn: Connection, reset: Reset, subject: Party, word: str | None = None) -> Done:
    asks_word = await words.of_request(conn, reset.request_id) is not None
    return Done(reset, subject.person.suspended, word, asks_word)
