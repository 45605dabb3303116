"""How an enrollment begins, inside the transaction that lets it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.core import audit, enrollment, otpauth
from bot.core.enrollment import Enrollment, State
from bot.core.factors import Factor
from bot.core.jobs import DeliverQr, ExpireEnrollment
from bot.core.messages import Kind
from bot.core.people import Person
from bot.core.sealing import NONCE_BYTES
from bot.services.ending import record
from bot.services.means import Means
from bot.services.notices import refresh_home
from storage import enrollments, jobs, messages
from storage.pool import Connection


async def begin(
    conn: Connection,
    means: Means,
    person: Person,
    factor: Factor | None,
    *,
    intent: UUID,
    now: datetime,
    keeps_age: bool,
) -> Enrollment:
    """Make a pending enrollment with a secret of its own, have its QR brought, and start its clock."""
    enrollment_id = await enrollments.next_id(conn)
    secret = otpauth.spell_secret(means.random(otpauth.SECRET_BYTES))
    place = enrollment.secret_place(person, enrollment_id)
    begun = Enrollment(
        enrollment_id=enrollment_id,
        person_id=person.person_id,
        intent=intent,
        state=State.PENDING,
        replaces=factor.factor_id if factor else None,
        sealed=means.keyring.seal(place, secret, means.random(NONCE_BYTES)),
        wrong=0,
        started_at=now,
        expires_at=now + means.enrollment.ttl,
        keeps_age=keeps_age,
    )
    await enrollments.insert(conn, begun)
    await messages.insert(conn, person.person_id, Kind.ENROLLMENT, now=now, enrollment_id=enrollment_id)
    detail = {"enrollment": enrollment_id, "replaces": begun.replaces}
    await record(conn, audit.Kind.ENROLLMENT_STARTED, person, now, detail)
    await jobs.enqueue(conn, DeliverQr(enrollment_id))
    await jobs.enqueue(conn, ExpireEnrollment(enrollment_id), after=means.enrollment.ttl)
    await refresh_home(conn, person.person_id)
    return begun
