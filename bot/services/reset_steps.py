"""What the steps of a reset request have in common, inside the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import audit, resets, suspension
from bot.core.actions import Action, Guard, Party
from bot.core.audit import SYSTEM, Event, by_person
from bot.core.jobs import ExecuteReset, ExpireReset, RemindReset
from bot.core.messages import Kind
from bot.core.resets import AnswerRefusal, Reset, State
from bot.core.throttle import SLACK
from bot.services import authority, closing, stolen, words
from bot.services.approvers import ask_approvers
from bot.services.authority import Held
from bot.services.means import Means
from bot.services.reset_opening import Route
from storage import audit as audit_events
from storage import jobs, people
from storage.pool import Connection

_ENDS = {
    AnswerRefusal.EXPIRED: State.EXPIRED,
    AnswerRefusal.OTHER_FACTOR: State.SUPERSEDED,
    AnswerRefusal.REQUESTER: State.REFUSED,
}


async def opened(
    conn: Connection,
    reset: Reset,
    subject: Party,
    route: Route,
    *,
    now: datetime,
) -> Party:
    """Do what follows from a new request: tell, ask, suspend, start the clocks, or carry it out; return the subject."""
    by = SYSTEM if reset.requester_id is None else by_person(reset.requester_id)
    detail: audit.Detail = {
        "request": reset.request_id,
        "factor": reset.factor_id,
        "happened": reset.happened.value,
        "direct": reset.direct,
        "reason": resets.reason_digest(reset.reason),
        "identity_check": None if reset.identity_check is None else reset.identity_check.value,
    }
    await audit_events.record(conn, Event(audit.Kind.RESET_OPENED, now, by, SLACK, reset.subject_id, detail))
    if reset.requester_id is not None:
        await closing.tell_of(conn, reset.requester_id, Kind.RESET_MINE, reset, now=now)
    if reset.open:
        await closing.tell_of(conn, reset.subject_id, Kind.RESET_OPENED, reset, now=now)
    subject = await stolen.suspend_subject(conn, reset, subject, may_disable=route.may_disable, by=by, now=now)
    if route.approvers is not None:
        await ask_approvers(conn, route.approvers, reset, now=now)
        await jobs.enqueue(conn, RemindReset(reset.request_id), after=reset.half_time - now)
        await jobs.enqueue(conn, ExpireReset(reset.request_id), after=reset.expires_at - now)
    return await move_on(conn, reset, subject, by=by, now=now)


async def make_word(
    conn: Connection, means: Means, reset: Reset, subject: Party, *, by: str, now: datetime
) -> str | None:
    """Make the word that the outcome shows, as soon as no approval is missing; None where the reset asks for none."""
    outlives = suspension.outlives_reset(subject.person, disputed=subject.disputed, happened=reset.happened)
    if reset.state is State.AWAITING_APPROVAL or not outlives:
        return None
    return await words.make_for_request(conn, means, subject.person, reset.request_id, by=by, now=now)


async def move_on(conn: Connection, reset: Reset, subject: Party, *, by: str, now: datetime) -> Party:
    """Do what follows where no approval is missing: carry it out, or start its clock; return the subject."""
    if reset.state is not State.AWAITING_APPROVAL:
        subject = await stolen.suspend_subject(conn, reset, subject, may_disable=False, by=by, now=now)
    if reset.state is State.EXECUTED:
        await closing.execute(conn, reset, subject, by=by, now=now)
        return replace(subject, person=await people.get(conn, reset.subject_id) or subject.person)
    if reset.state is State.HOLDING and reset.hold_until is not None:
        await jobs.enqueue(conn, ExecuteReset(reset.request_id), after=reset.hold_until - now)
        await closing.refresh(conn, reset)
    return subject


async def stands(
    conn: Connection, means: Means, held: Held, reset: Reset, *, now: datetime
) -> tuple[AnswerRefusal | Guard | None, Reset]:
    """Return why an approval comes to nothing, and the request; what is over is ended here."""
    factor = held.factors.get(reset.subject_id)
    why = resets.may_answer(reset, factor_id=factor.factor_id if factor else None, now=now)
    if why is None:
        refusal = await requester_refused(conn, means, held, reset)
        if refusal is Guard.ACTOR_CONFIRMED:
            # That Slack says nothing of the requester just now ends nothing.
            return refusal, reset
        why = None if refusal is None else AnswerRefusal.REQUESTER
    state = None if why is None else _ENDS.get(why)
    if state is not None:
        reset = await closing.end(conn, reset, state, by=SYSTEM, now=now)
    return why, reset


async def requester_refused(conn: Connection, means: Means, held: Held, reset: Reset) -> Guard | None:
    """Return why the requester could no longer ask for what they asked for; the host always can."""
    if reset.requester_id is None:
        return None
    action = Action.DISABLE_OTHER if reset.direct else Action.ASK
    return await authority.refusal(conn, means, action, held, actor_id=reset.requester_id, subject_id=reset.subject_id)


async def refusal(conn: Connection, means: Means, action: Action, held: Held, reset: Reset, *, by: int) -> Guard | None:
    """Return why somebody may not answer or end a request, or may no longer have approved it."""
    return await authority.refusal(
        conn,
        means,
        action,
        held,
        actor_id=by,
        subject_id=reset.subject_id,
        requester_id=reset.requester_id,
    )
