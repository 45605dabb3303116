"""How a person becomes suspended, inside the transaction of whatever causes it, which holds person and factor."""

from __future__ import annotations

from datetime import datetime

from bot.core import audit
from bot.core.people import Person, SuspendedWhy
from bot.services.ending import cancel_pending, record
from bot.services.notices import refresh_home, settle_offers
from storage import people, suspensions
from storage.pool import Connection


async def suspend(
    conn: Connection,
    person: Person,
    why: SuspendedWhy,
    *,
    by: str,
    now: datetime,
    detail: audit.Detail,
    caused_by: int | None = None,
    request_id: int | None = None,
) -> bool:
    """Suspend a person; return False where they are already. *caused_by* may not release them.

    *request_id*: the reset request that causes it, whose end may lift it; not if they were suspended before, and not
    once anybody, the owner above all, asks for a suspension that stands (A15).

    An account that has just come back would need one current code; from now on it needs a recovery code too. A release
    by helpdesk that waits for such a code is void: what is told now was not known then.
    """
    if person.suspended:
        request_id = None
        await suspensions.note_request(conn, person.person_id, request_id=None)
    stands = person.suspended and person.suspended_why is not SuspendedWhy.DEACTIVATED
    offered = await suspensions.withdraw_release(conn, person.person_id)
    if stands and not offered:
        return False
    await settle_offers(conn, person.person_id, now=now)
    if not stands:
        await people.suspend(conn, person.person_id, why=why, now=now)
        await suspensions.forget(conn, person.person_id)
    if caused_by is not None:
        await suspensions.note_cause(conn, person.person_id, caused_by=caused_by)
    if request_id is not None:
        await suspensions.note_request(conn, person.person_id, request_id=request_id)
    await cancel_pending(conn, person, now, actor=by)
    await record(conn, audit.Kind.SUSPENDED, person, now, {"why": why.value, **detail}, actor=by)
    await refresh_home(conn, person.person_id)
    return True
