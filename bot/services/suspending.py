"""How a person becomes suspended, inside the transaction of whatever causes it, which holds person and factor."""

from __future__ import annotations

from datetime import datetime

from bot.core import audit, suspension
from bot.core.factors import Factor
from bot.core.people import Person, SuspendedWhy
from bot.services import words
from bot.services.ending import cancel_pending, record
from bot.services.notices import refresh_home, settle_offers
from storage import disputes, people, recovery_codes, suspensions
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
    """Suspend a person; return False where they are already, for a reason that asks for as much.

    *request_id*: the reset request that causes it, whose end may lift it; not if they were suspended before, and not
    once anybody, the owner above all, asks for a suspension that stands (A15).

    *caused_by* may not release them. A reason that asks for more takes the place of the one that stands: an account
    that has just come back would need one current code, from now on it needs a recovery code too. A release by helpdesk
    that waits for such a code is void: what is told now was not known then.
    """
    if person.suspended:
        request_id = None
        await suspensions.note_request(conn, person.person_id, request_id=None)
    stands = person.suspended and person.suspended_why is not SuspendedWhy.DEACTIVATED
    offered = await suspensions.withdraw_release(conn, person.person_id)
    worse = suspension.worse(person.suspended_why, why)
    if stands and not offered and not worse:
        return False
    await settle_offers(conn, person.person_id, now=now)
    if worse:
        await people.suspend(conn, person.person_id, why=why, now=now)
    if not stands:
        await suspensions.forget(conn, person.person_id)
    if caused_by is not None:
        await suspensions.note_cause(conn, person.person_id, caused_by=caused_by)
    if request_id is not None:
        await suspensions.note_request(conn, person.person_id, request_id=request_id)
    await cancel_pending(conn, person, now, actor=by)
    await record(conn, audit.Kind.SUSPENDED, person, now, {"why": why.value, **detail}, actor=by)
    await refresh_home(conn, person.person_id)
    return True


async def dispute(conn: Connection, person: Person, factor: Factor | None, *, since: datetime, now: datetime) -> bool:
    """Dispute what was changed of somebody's MFA *since*, whom the caller suspends; return whether that is new (E9).

    Whoever changed it holds its codes: the recovery codes are void at once, and a reset alone ends it. Where the factor
    is gone already, by the same hand perhaps, the next enrollment asks for a word.
    """
    if not await disputes.changed_since(conn, person.person_id, since=since):
        return False
    if factor is None:
        return await words.lack(conn, person, now=now)
    if factor.disputed_at is not None:
        return False
    await disputes.dispute(conn, factor.factor_id, now=now)
    await recovery_codes.void(conn, factor.factor_id, now=now)
    await record(conn, audit.Kind.DISPUTED, person, now, {"factor": factor.factor_id})
    return True
