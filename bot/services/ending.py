"""How an enrollment ends, inside the transaction of whatever ends it: its state, its event, and the shredding."""

from __future__ import annotations

from datetime import datetime

from bot.core import audit, enrollment
from bot.core.audit import Event, by_person, surface_of
from bot.core.enrollment import Enrollment, State
from bot.core.jobs import ShredQr
from bot.core.people import Person
from bot.services.notices import refresh_home
from storage import audit as audit_events
from storage import enrollments, jobs
from storage.pool import Connection


async def end(
    conn: Connection, person: Person, pending: Enrollment, state: State, now: datetime, *, actor: str | None = None
) -> None:
    """End a pending enrollment; the person's row is held."""
    await save_end(conn, person, enrollment.ended(pending, state, now=now), now, actor=actor)


async def save_end(
    conn: Connection, person: Person, done: Enrollment, now: datetime, *, actor: str | None = None
) -> None:
    """Save an enrollment that the rules have ended."""
    await enrollments.save(conn, done)
    detail = {"enrollment": done.enrollment_id, "state": done.state.value}
    await record(conn, audit.Kind.ENROLLMENT_ENDED, person, now, detail, actor=actor)
    await jobs.enqueue(conn, ShredQr(done.enrollment_id))
    await refresh_home(conn, person.person_id)


async def cancel_pending(conn: Connection, person: Person, now: datetime, *, actor: str | None = None) -> None:
    """Cancel what is pending, in the transaction of a change that ends it: disable, suspension, deactivation."""
    pending = await enrollments.pending_of(conn, person.person_id)
    if pending is not None:
        await end(conn, person, pending, State.CANCELLED, now, actor=actor)


async def record(
    conn: Connection,
    kind: audit.Kind,
    person: Person,
    now: datetime,
    detail: audit.Detail | None = None,
    *,
    actor: str | None = None,
) -> None:
    """Write an event about a person; without *actor* they did it themselves."""
    by = actor or by_person(person.person_id)
    event = Event(kind, now, by, surface_of(by), person.person_id, detail or {})
    await audit_events.record(conn, event)
