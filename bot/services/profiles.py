"""What follows from what Slack says of people, inside the transaction of whoever asked.

One function says what follows from a deactivation and from a return, whoever brings the news: an event, a submission
that asked, the list of all people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core import addresses, audit, suspension, sync
from bot.core.audit import SYSTEM
from bot.core.messages import Kind
from bot.core.people import Known, Person, Profile, Standing, SuspendedWhy, came_late, ends_membership
from bot.core.sync import Counts, Fate
from bot.services import closing
from bot.services.ending import cancel_pending, record
from bot.services.former_emails import note_given_up, was_of_another
from bot.services.means import Means
from bot.services.notices import refresh_home, tell
from storage import factors, lockdown, people, people_listed, profile_changes, roles, words
from storage import resets as requests
from storage.pool import Connection

_SHOWN = ("name", "email", "tz")


async def save_profile(
    conn: Connection, means: Means, profile: Profile, *, now: datetime, as_event: bool = False
) -> Person:
    """Save what Slack has just said of a person, within the caller's transaction.

    *as_event*: Slack said it by itself, and it may have come late.
    """
    # The row is held, so nothing changes under what is read of the factor.
    before = await people_listed.hold_one(conn, team_id=profile.team_id, slack_user_id=profile.slack_user_id)
    if before is not None and as_event and came_late(before, profile, now=now):
        return before.person
    person = await people.save(conn, profile, now=now)
    if before is not None:
        await _note(conn, means, [(before, profile)], now)
    return await _follow(conn, person, now)


async def save_listed(
    conn: Connection, means: Means, profiles: Sequence[Profile], *, asked_at: datetime, now: datetime
) -> Counts:
    """Save a page of one workspace's list, each person once, under the locks of all whom something follows for."""
    if not profiles:
        return Counts()
    told = {profile.slack_user_id: profile for profile in profiles}
    known = await people_listed.known(conn, team_id=profiles[0].team_id, slack_user_ids=told)
    await lockdown.share(conn)
    if any(ends_membership(one.person.standing, told[slack_id]) for slack_id, one in known.items()):
        await roles.lock_admins(conn)  # one of them may be an admin
    known |= await people_listed.hold(conn, [one.person.person_id for one in known.values()])
    fates = {slack_id: sync.fate(one, known.get(slack_id), asked_at=asked_at) for slack_id, one in told.items()}
    same = [known[slack_id].person for slack_id, fate in fates.items() if fate is Fate.SAME]
    saving = [told[slack_id] for slack_id, fate in fates.items() if fate in (Fate.NEW, Fate.CHANGED)]
    await people_listed.touch(conn, {person.person_id: told[person.slack_user_id] for person in same}, now=now)
    saved = await people.save_all(conn, saving, now=now)
    changes = [(known[slack_id], told[slack_id]) for slack_id, fate in fates.items() if fate is Fate.CHANGED]
    await _note(conn, means, changes, now)
    concerned = {
        person.person_id: person
        for person in (*same, *saved)
        if suspension.left(person) or suspension.came_back(person)
    }
    await factors.lock_active(conn, sorted(concerned))
    await requests.hold_open_of(conn, sorted(concerned))
    for _, person in sorted(concerned.items()):
        await _follow(conn, person, now)
    gone = sum(_leaves(profile, before) for before, profile in changes)
    new = sum(fate is Fate.NEW for fate in fates.values())
    return Counts(listed=len(profiles), taken_in=new, changed=len(changes) - gone, deactivated=gone)


async def _follow(conn: Connection, person: Person, now: datetime) -> Person:
    """Do what follows from a person's standing as it was just saved; their row is held, and their factor's from here.

    A suspension for another reason than the deactivation keeps that reason: what lifts it then asks for more.
    """
    factor = (await factors.lock_active(conn, [person.person_id])).get(person.person_id)
    if suspension.left(person):
        why = person.suspended_why or SuspendedWhy.DEACTIVATED
        await people.suspend(conn, person.person_id, why=why, now=now)
        await cancel_pending(conn, person, now, actor=SYSTEM)
        await requests.hold_open_of(conn, [person.person_id])
        await closing.close_with(conn, person.person_id, now=now)
        await closing.close_about(conn, person.person_id, now=now)
        if not person.suspended:
            await record(conn, audit.Kind.SUSPENDED, person, now, {"why": why.value}, actor=SYSTEM)
    elif suspension.after_return(person, has_factor=factor is not None) and not await words.awaited(
        conn, person.person_id
    ):
        await people.release(conn, person.person_id)
        detail = {"why": SuspendedWhy.DEACTIVATED.value}
        await record(conn, audit.Kind.RELEASED, person, now, detail, actor=SYSTEM)
        await tell(conn, person.person_id, Kind.RELEASED, now=now)
        await refresh_home(conn, person.person_id)
    else:
        return person
    return (await people.lock(conn, [person.person_id]))[person.person_id]


def _leaves(told: Profile, known: Known) -> bool:
    return told.standing is Standing.DELETED and known.person.standing is not Standing.DELETED


async def _note(conn: Connection, means: Means, changes: Sequence[tuple[Known, Profile]], now: datetime) -> None:
    """Note what changed of people, whose rows are held, from what was known to what Slack says."""
    fields = [
        (before.person.person_id, name)
        for before, told in changes
        for name in _SHOWN
        if getattr(told, name) != getattr(before.profile, name)
    ]
    if fields:
        await profile_changes.note(conn, fields, now=now)
    await note_given_up(conn, means, changes, now=now)
    moved = {
        before.person.person_id: (before, told)
        for before, told in changes
        if not addresses.same(before.profile.email, told.email)
    }
    for person_id in sorted(await factors.trusted(conn, moved) if moved else ()):
        await _address_changed(conn, means, *moved[person_id], now)


async def _address_changed(conn: Connection, means: Means, before: Known, told: Profile, now: datetime) -> None:
    """Write down that somebody who is enrolled has another address, and tell them: applications may find them by it."""
    removed, person_id = told.email is None, before.person.person_id
    detail = {"removed": removed, "of_another": await was_of_another(conn, means, before, told.email, now=now)}
    await record(conn, audit.Kind.ADDRESS_CHANGED, before.person, now, detail, actor=SYSTEM)
    if told.standing is Standing.MEMBER:
        await tell(conn, person_id, Kind.ADDRESS_CHANGED, now=now, detail={"removed": removed})
