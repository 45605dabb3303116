"""What follows from what Slack says of a person, inside the transaction of whoever asked."""

from __future__ import annotations

from datetime import datetime

from bot.core import audit, suspension
from bot.core.audit import SYSTEM
from bot.core.messages import Kind
from bot.core.people import Person, Profile, Standing, SuspendedWhy
from bot.services import closing
from bot.services.ending import cancel_pending, record
from bot.services.notices import refresh_home, tell
from storage import factors, people, profile_changes
from storage import resets as requests
from storage.pool import Connection


async def save_profile(conn: Connection, profile: Profile, *, now: datetime) -> Person:
    """Save what Slack has just said of a person, within the caller's transaction."""
    before = await people.shown(conn, team_id=profile.team_id, slack_user_id=profile.slack_user_id)
    # Saving holds the row, so nothing changes under what is read of the factor.
    person = await people.save(conn, profile, now=now)
    if before is not None and (changed := [name for name, was in before.items() if was != getattr(profile, name)]):
        await profile_changes.note(conn, person.person_id, changed, now=now)
    factor = (await factors.lock_active(conn, [person.person_id])).get(person.person_id)
    if person.standing is Standing.DELETED and person.suspended_why is not SuspendedWhy.DEACTIVATED:
        # A suspension for another reason keeps that reason: what lifts it then asks for more.
        why = person.suspended_why or SuspendedWhy.DEACTIVATED
        await people.suspend(conn, person.person_id, why=why, now=now)
        await cancel_pending(conn, person, now, actor=SYSTEM)
        await requests.hold_open_of(conn, [person.person_id])
        await closing.close_with(conn, person.person_id, now=now)
        await closing.close_about(conn, person.person_id, now=now)
        if not person.suspended:
            await record(conn, audit.Kind.SUSPENDED, person, now, {"why": why.value}, actor=SYSTEM)
    elif suspension.after_return(person, has_factor=factor is not None):
        await people.release(conn, person.person_id)
        detail = {"why": SuspendedWhy.DEACTIVATED.value}
        await record(conn, audit.Kind.RELEASED, person, now, detail, actor=SYSTEM)
        await tell(conn, person.person_id, Kind.RELEASED, now=now)
        await refresh_home(conn, person.person_id)
    else:
        return person
    return (await people.lock(conn, [person.person_id]))[person.person_id]
