"""How a reset request takes effect or ends, inside the transaction of whatever ends it."""

from __future__ import annotations

from datetime import datetime

from bot.core import audit, resets, suspension
from bot.core.actions import Party
from bot.core.audit import SYSTEM, Event, surface_of
from bot.core.factors import RevokedWhy
from bot.core.jobs import EditMessage, Notify
from bot.core.messages import Kind, Settled
from bot.core.people import Standing, SuspendedWhy
from bot.core.permissions import Permission
from bot.core.resets import Happened, Reset, State
from bot.services import words
from bot.services.ending import cancel_pending
from bot.services.notices import refresh_home, settle_offers
from bot.services.suspending import suspend
from storage import audit as audit_events
from storage import factors, jobs, messages, people, recovery_codes, reset_messages, roles, suspensions
from storage import resets as requests
from storage.pool import Connection


async def end(conn: Connection, reset: Reset, state: State, *, by: str, now: datetime) -> Reset:
    """End an open request that the transaction holds, without effect on the subject's MFA; tell who is concerned."""
    done = resets.ended(reset, state, by=by, now=now)
    await requests.save(conn, done)
    await words.drop_for_request(conn, done.request_id, now=now)
    await settle(conn, done, now=now)
    kind = Kind.RESET_STOPPED if state is State.VETOED else Kind.RESET_OUTCOME
    await tell_of(conn, done.subject_id, kind, done, now=now)
    await _tell_staff(conn, done, now=now)
    detail = {"request": done.request_id, "state": state.value}
    await audit_events.record(conn, Event(audit.Kind.RESET_ENDED, now, by, surface_of(by), done.subject_id, detail))
    return done


async def execute(conn: Connection, done: Reset, subject: Party, *, by: str, now: datetime) -> None:
    """Carry out a request that the rules have moved to `executed`; subject and factor are held.

    A suspension ends with it, unless it has to outlive the reset: then the next enrollment ends it, with a word (E10).
    """
    person_id = done.subject_id
    await factors.revoke(conn, done.factor_id, why=RevokedWhy.RESET, now=now)
    await recovery_codes.void(conn, done.factor_id, now=now)
    await cancel_pending(conn, subject.person, now, actor=by)
    person = await people.get(conn, person_id) or subject.person
    if suspension.outlives_reset(person, disputed=subject.disputed, happened=done.happened):
        why, cause = SuspendedWhy.STOLEN, done.requester_id
        stolen = done.happened is Happened.STOLEN and person.suspended_why is not why
        if stolen or not person.suspended:
            await suspend(conn, person, why, by=by, now=now, detail={"request": done.request_id}, caused_by=cause)
        await settle_offers(conn, person_id, now=now)
        await words.await_for_request(conn, person, done.request_id, by=by, now=now)
    elif person.suspended and person.standing is Standing.MEMBER:
        await people.release(conn, person_id)
        await suspensions.forget(conn, person_id)
        await settle_offers(conn, person_id, now=now)
    asleep = await roles.put_to_sleep(conn, person_id, now=now)
    detail = {"request": done.request_id, "factor": done.factor_id, "direct": done.direct}
    events = [Event(audit.Kind.MFA_RESET, now, by, surface_of(by), person_id, detail)]
    if asleep:
        events.append(
            Event(audit.Kind.RIGHTS_DORMANT, now, by, surface_of(by), person_id, {"request": done.request_id})
        )
    await audit_events.record(conn, *events)
    await settle(conn, done, now=now)
    await tell_of(conn, person_id, Kind.RESET_DONE, done, now=now)
    await _tell_staff(conn, done, now=now)
    if asleep:
        holders = set(await roles.able_holders(conn, Permission.MANAGE_ROLES)) - {person_id}
        for holder in sorted(holders | ({done.requester_id} if done.requester_id else set())):
            await tell_of(conn, holder, Kind.RIGHTS_DORMANT, done, now=now)
    await refresh_home(conn, person_id)


async def settle(conn: Connection, reset: Reset, *, now: datetime) -> None:
    """Take the buttons out of every message about an ended request."""
    for message_id in await reset_messages.about(conn, reset.request_id):
        await messages.settle(conn, message_id, Settled.ENDED, now=now)
        await jobs.enqueue(conn, EditMessage(message_id))


async def refresh(conn: Connection, reset: Reset) -> None:
    """Bring every message about a request that goes on up to date."""
    for message_id in await reset_messages.about(conn, reset.request_id):
        await jobs.enqueue(conn, EditMessage(message_id))


async def show_fewer_codes(conn: Connection, person_id: int) -> None:
    """Show that a recovery code is gone: to its owner, and on the cards of a reset, which goes on."""
    await refresh_home(conn, person_id)
    request_id = await requests.open_about(conn, person_id)
    if request_id is not None:
        for message_id in await reset_messages.about(conn, request_id):
            await jobs.enqueue(conn, EditMessage(message_id))


async def refresh_rights(conn: Connection, subject_id: int) -> None:
    """Bring every message up to date that tells that a person's rights sleep: what they hold has changed."""
    for message_id in await reset_messages.of_rights(conn, subject_id):
        await jobs.enqueue(conn, EditMessage(message_id))


async def tell_of(
    conn: Connection, person_id: int, kind: Kind, reset: Reset, *, now: datetime, in_channel: str | None = None
) -> None:
    """Make a message about a request, once a kind and person, and enqueue its posting."""
    cause = f"request:{reset.request_id}" + (":channel" if in_channel else "")
    message_id = await messages.insert(
        conn, person_id, kind, now=now, detail={"request": reset.request_id}, cause=cause
    )
    if message_id is not None:
        await reset_messages.note(conn, message_id, request_id=reset.request_id, in_channel=in_channel)
        await jobs.enqueue(conn, Notify(message_id))


async def self_cancel(conn: Connection, subject_id: int, *, by: str, now: datetime) -> None:
    """End what is open about somebody who has just shown a code: they need no reset. Their factor's row is held.

    A request for a stolen phone goes on, since the code may be the thief's; the cards warn of it (A15).
    """
    held = await requests.lock_open_about(conn, subject_id)
    if held is None:
        return
    if resets.ends_by_code(held):
        await end(conn, held, State.SELF_CANCELLED, by=by, now=now)
        return
    await requests.note_code(conn, held.request_id, now=now)
    await refresh(conn, held)


async def supersede(conn: Connection, subject_id: int, *, by: str, now: datetime) -> None:
    """End what is open about a factor that is no longer the active one."""
    await _end_about(conn, subject_id, State.SUPERSEDED, by=by, now=now)


async def close_with(conn: Connection, person_id: int, *, now: datetime, by: str = SYSTEM) -> None:
    """End what a person, who is held, asked for or approved: they may no longer (X7)."""
    for found in await requests.open_with(conn, person_id):
        held = await requests.lock(conn, found.request_id)
        if held is not None and held.open:
            await end(conn, held, State.REFUSED, by=by, now=now)


async def close_about(conn: Connection, person_id: int, *, now: datetime, by: str = SYSTEM) -> None:
    """End what is open about a person, who is held and has left."""
    await _end_about(conn, person_id, State.REFUSED, by=by, now=now)


async def _end_about(conn: Connection, subject_id: int, state: State, *, by: str, now: datetime) -> None:
    held = await requests.lock_open_about(conn, subject_id)
    if held is not None:
        await end(conn, held, state, by=by, now=now)


async def _tell_staff(conn: Connection, done: Reset, *, now: datetime) -> None:
    for person_id in sorted({one for one in (done.requester_id, done.approver_id) if one is not None}):
        await tell_of(conn, person_id, Kind.RESET_OUTCOME, done, now=now)
