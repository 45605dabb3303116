"""How a confirmed enrollment becomes a factor, inside the transaction that confirms it."""

from __future__ import annotations

from datetime import datetime

from bot.core import audit
from bot.core.audit import by_person
from bot.core.enrollment import Enrollment, State
from bot.core.factors import Factor, RevokedWhy, trusted_since
from bot.core.messages import Kind
from bot.core.people import Person
from bot.core.sealing import NONCE_BYTES, Place, Purpose
from bot.services import closing
from bot.services.ending import end, record
from bot.services.means import Means
from bot.services.notices import tell
from bot.services.recovery import NewCodes, make_codes
from bot.services.sleeping import put_rights_to_sleep
from storage import factors, key_views, recovery_codes
from storage.pool import Connection


async def bind(
    conn: Connection,
    means: Means,
    person: Person,
    pending: Enrollment,
    *,
    secret: str,
    step: int,
    old: Factor | None,
    now: datetime,
) -> tuple[int, NewCodes]:
    """Swap the factors; the step of the confirming code counts as used (C1). Return the new one, and its codes."""
    if old is not None:
        await factors.revoke(conn, old.factor_id, why=RevokedWhy.REPLACED, now=now)
        await recovery_codes.void(conn, old.factor_id, now=now)
        await closing.supersede(conn, person.person_id, by=by_person(person.person_id), now=now)
    else:
        await put_rights_to_sleep(conn, person, now)
    factor_id = await factors.next_id(conn)
    place = Place(Purpose.FACTOR, person.team_id, person.person_id, factor_id)
    sealed = means.keyring.seal(place, secret, means.random(NONCE_BYTES))
    since = trusted_since(old, keeps_age=pending.keeps_age, now=now)
    await factors.insert(
        conn, factor_id, person_id=person.person_id, sealed=sealed, last_step=step, now=now, trusted_since=since
    )
    made = await make_codes(conn, means, person, factor_id, intent=pending.intent, now=now)
    await end(conn, person, pending, State.CONFIRMED, now)
    kind = audit.Kind.MFA_REPLACED if old else audit.Kind.MFA_ENABLED
    detail = {"enrollment": pending.enrollment_id, "factor": factor_id, "replaced": old.factor_id if old else None}
    await record(conn, kind, person, now, detail)
    shown = await key_views.shown(conn, pending.enrollment_id)
    counts: audit.Detail = {"qr_sent": shown.qr_sent, "key_shown": shown.key_shown}
    await tell(conn, person.person_id, Kind.REPLACED if old else Kind.ENABLED, now=now, detail=counts)
    return factor_id, made
