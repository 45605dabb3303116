"""Reading the audit in Slack, a page at a time; that somebody read it is an event too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import audit
from bot.core.actions import Action, Guard
from bot.core.audit import Event, by_person
from bot.core.people import Person
from bot.core.throttle import SLACK
from bot.services import authority
from bot.services.looking import LookRefusal, Looks
from bot.services.means import Means
from storage import audit as audit_events
from storage import people

PAGE = 12


@dataclass(frozen=True, slots=True)
class Page:
    """Events, newest first, with the people they name; *newer* and *older* are where to go on, where there is more."""

    events: Sequence[tuple[int, Event]]
    people: dict[int, Person]
    subject_id: int | None
    newer: int | None
    older: int | None


class AuditLog:
    """Pages of the audit."""

    def __init__(self, means: Means, looks: Looks) -> None:
        self._means = means
        self._looks = looks

    async def page(
        self, *, by: int, subject_id: int | None = None, before: int | None = None, after: int | None = None
    ) -> Page | Guard | LookRefusal:
        """Return the events before (or after) an event's id, of everybody or of one person."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            concerned = {by} if subject_id is None else {by, subject_id}
            held = authority.Held(None, await authority.look(conn, concerned), {})
            refusal = await authority.refusal(conn, self._means, Action.AUDIT, held, actor_id=by)
            if refusal is None and (too_fast := self._looks.paced(by)) is not None:
                return too_fast
            detail: audit.Detail = {"act": Action.AUDIT.value} | ({"why": refusal.value} if refusal else {})
            kind = audit.Kind.LOOKED if refusal is None else audit.Kind.LOOK_REFUSED
            found = await audit_events.page(conn, subject_id=subject_id, before=before, after=after, limit=PAGE + 1)
            await audit_events.record(conn, Event(kind, now, by_person(by), SLACK, subject_id, detail))
            if refusal is not None:
                return refusal
            more = len(found) > PAGE
            shown = (found[1:] if after is not None else found[:-1]) if more else found
            named = {event.subject_id for _, event in shown} | {audit.person_of(event.actor) for _, event in shown}
            known = await people.several(conn, {one for one in named if one is not None})
            backwards = after is not None
            return Page(
                events=shown,
                people=known,
                subject_id=subject_id,
                newer=shown[0][0] if shown and (more if backwards else before is not None) else None,
                older=shown[-1][0] if shown and (backwards or more) else None,
            )
