"""What a request for a stolen phone does beside asking: it suspends the subject, and its end may lift that again (A15).

All of it happens inside the transaction of whatever opens, answers or ends the request, which holds the subject.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import audit, resets
from bot.core.actions import Party
from bot.core.audit import person_of
from bot.core.messages import Kind
from bot.core.people import Person, SuspendedWhy
from bot.core.permissions import Permission
from bot.core.resets import Happened, Reset
from bot.services import closing
from bot.services.ending import record
from bot.services.notices import refresh_home, settle_offers, tell
from bot.services.suspending import suspend
from storage import people, roles, suspensions
from storage.pool import Connection


async def suspend_subject(
    conn: Connection, reset: Reset, subject: Party, *, may_disable: bool, by: str, now: datetime
) -> Party:
    """Suspend the subject where the request does so as it stands, and tell all who manage roles; return them then."""
    if subject.person.suspended_why is SuspendedWhy.STOLEN or not resets.suspends(reset, may_disable=may_disable):
        return subject
    detail: audit.Detail = {"request": reset.request_id}
    suspended = await suspend(
        conn,
        subject.person,
        SuspendedWhy.STOLEN,
        by=by,
        now=now,
        detail=detail,
        caused_by=reset.requester_id,
        request_id=reset.request_id,
    )
    if suspended:
        holders = set(await roles.able_holders(conn, Permission.MANAGE_ROLES))
        for holder in sorted(holders - {reset.subject_id, reset.requester_id, person_of(by)}):
            await closing.tell_of(conn, holder, Kind.STOLEN_REPORTED, reset, now=now)
    return replace(subject, person=await people.get(conn, reset.subject_id) or subject.person)


async def lifts(conn: Connection, reset: Reset, subject: Person) -> bool:
    """Whether the suspension that stands is this request's doing, and nobody else's."""
    if subject.suspended_why is not SuspendedWhy.STOLEN:
        return False
    return await suspensions.request_of(conn, subject.person_id) == reset.request_id


async def lift(conn: Connection, reset: Reset, subject: Person, *, by: str, now: datetime) -> bool:
    """Lift what this request caused, since it was cancelled or denied with a code; return if there was anything."""
    if not await lifts(conn, reset, subject):
        return False
    await people.release(conn, subject.person_id)
    await suspensions.forget(conn, subject.person_id)
    await settle_offers(conn, subject.person_id, now=now)
    detail: audit.Detail = {"why": SuspendedWhy.STOLEN.value, "request": reset.request_id}
    await record(conn, audit.Kind.RELEASED, subject, now, detail, actor=by)
    await tell(conn, subject.person_id, Kind.RELEASED, now=now)
    await refresh_home(conn, subject.person_id)
    return True


async def tell_of_veto(conn: Connection, reset: Reset, *, now: datetime) -> None:
    """Tell who may approve and who manages roles that a request for a stolen phone was stopped: by the thief, maybe."""
    if reset.happened is not Happened.STOLEN:
        return
    holders = set(await roles.able_holders(conn, Permission.APPROVE_RESETS))
    holders |= set(await roles.able_holders(conn, Permission.MANAGE_ROLES))
    for holder in sorted(holders - reset.people):
        await closing.tell_of(conn, holder, Kind.STOLEN_VETOED, reset, now=now)
