"""Everybody of the workspace, compared with Slack's list: one transaction a page, and one a person who is missing.

Whoever syncs holds the turn, so that one does at a time; where a broken connection gave it to two, a page is saved only
by who asked for it from where the row still stands.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.core import audit, sync
from bot.core.audit import Event, surface_of
from bot.core.people import Home, Known, Profile, Standing, ends_membership
from bot.core.sync import Counts, Fate, Page, Sync
from bot.services.means import Means
from bot.services.profiles import save_listed, save_profile
from storage import audit as audit_events
from storage import lockdown, people_listed, people_sync, roles, workspaces
from storage.pool import Connection

WINDOW: Final = 10_000
"""Rows that are looked through at a time for people who are missing."""


@dataclass(frozen=True, slots=True)
class Missing:
    """People whom the list does not name, and the id to look on after; None: nobody is left to look for."""

    people: tuple[Known, ...]
    after: int | None


class Syncs:
    """The sync of the people, from its first page to its end. What has moved on meanwhile answers None."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def now(self) -> datetime:
        """Return the time, to note before Slack is asked: what is saved after it counts for more than the answer."""
        return self._means.now()

    def turn(self, home: Home) -> AbstractAsyncContextManager[bool]:
        """Be the only one who syncs this workspace, for the block; False where somebody else does."""
        return self._means.pool.turn(f"people_sync.{home.team_id}")

    async def begin(self, home: Home) -> tuple[Sync, bool]:
        """Return the sync that was cut off and goes on, or a new one; and whether it goes on."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            await workspaces.save(conn, home, now=now)
            row = await people_sync.ensure(conn, home.team_id, due_at=sync.next_night(now))
            held = await people_sync.hold(conn, row.sync_id) or row
            if sync.goes_on(held, now=now):
                return held, True
            begun = sync.begun(held, now=now)
            await people_sync.save(conn, begun)
            return begun, False

    async def anew(self, running: Sync) -> Sync | None:
        """Begin anew at the first page: Slack takes the cursor no more."""
        async with self._means.pool.transaction() as conn:
            if not await self._holds(conn, running):
                return None
            begun = sync.begun(running, now=self._means.now())
            await people_sync.save(conn, begun)
            return begun

    async def take_page(self, running: Sync, page: Page, *, asked_at: datetime) -> Sync | None:
        """Save a page, and that it was saved."""
        async with self._means.pool.transaction() as conn:
            if not await self._holds(conn, running):
                return None
            now = self._since(running)
            counts = await save_listed(conn, self._means, page.profiles, asked_at=asked_at, now=now)
            done = sync.paged(running, page, counts, now=now)
            await people_sync.save(conn, done)
            return done

    async def missing(self, running: Sync, *, after: int) -> Missing:
        """Return who is known and was not named, once the list was read to its end and is believed."""
        if running.read_at is None or running.started_at is None or not running.believed:
            return Missing((), None)
        async with self._means.pool.transaction() as conn:
            end = await people_listed.window_end(conn, team_id=running.team_id, after=after, window=WINDOW)
            if end is None:
                return Missing((), None)
            found = await people_listed.unseen(
                conn,
                team_id=running.team_id,
                since=running.started_at,
                standings=sync.COUNTED_STANDINGS,
                after=after,
                to=end,
            )
            return Missing(tuple(found), end)

    async def take_missing(
        self, running: Sync, missing: Known, told: Profile | None, *, asked_at: datetime
    ) -> Sync | None:
        """Save what Slack says of somebody whom its list did not name; None: they count as deactivated (X7)."""
        profile = told or replace(missing.profile, standing=Standing.DELETED)
        async with self._means.pool.transaction() as conn:
            if not await self._holds(conn, running):
                return None
            await lockdown.share(conn)
            if ends_membership(missing.person.standing, profile):
                await roles.lock_admins(conn)
            held = (await people_listed.hold(conn, [missing.person.person_id]))[profile.slack_user_id]
            fate = sync.fate(profile, held, asked_at=asked_at)
            if not sync.is_missing(held, running) or fate is Fate.OVERTAKEN:
                return running
            await save_profile(conn, self._means, profile, now=self._since(running))
            gone = profile.standing is Standing.DELETED
            counts = Counts(changed=int(fate is Fate.CHANGED and not gone), deactivated=int(gone))
            done = replace(running, counts=running.counts + counts)
            await people_sync.save(conn, done)
            return done

    async def finish(self, running: Sync, *, by: str) -> Sync | None:
        """End a sync whose list was read to its end, and whose missing people were asked for."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            if not await self._holds(conn, running):
                return None
            done = sync.finished(running, now=now)
            await people_sync.save(conn, done)
            detail: audit.Detail = {
                "believed": done.believed,
                "listed": done.counts.listed,
                "taken_in": done.counts.taken_in,
                "changed": done.counts.changed,
                "deactivated": done.counts.deactivated,
            }
            await audit_events.record(conn, Event(audit.Kind.PEOPLE_SYNCED, now, by, surface_of(by), None, detail))
            return done

    async def _holds(self, conn: Connection, running: Sync) -> bool:
        """Hold the row, and say whether it still stands where *running* does."""
        held = await people_sync.hold(conn, running.sync_id)
        return held is not None and _place(held) == _place(running)

    def _since(self, running: Sync) -> datetime:
        """Return the time, not before the sync began: another process may have begun it, by a clock that is ahead."""
        now = self._means.now()
        return now if running.started_at is None else max(now, running.started_at)


def _place(one: Sync) -> tuple[datetime | None, str, datetime | None, datetime | None]:
    return one.started_at, one.cursor, one.read_at, one.finished_at
