"""Compare everybody with Slack's list, page by page, as quickly as Slack allows: nightly, or when the host asks.

Whatever cuts it off, it goes on from the page it had come to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.core.audit import SYSTEM
from bot.core.people import Home
from bot.core.sync import PAGE_EVERY_S, PERSON_EVERY_S, Sync
from bot.jobs.steps import Reached, nothing
from bot.services.sync import Syncs
from handlers.outgoing import Later, Outgoing

logger = structlog.get_logger(__name__)

WORKER_ENDS: Final = "the worker ends"
Seen = Callable[[Sync], None]
"""Told how far the sync has come, after each page and each person."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two calls of users.list, and of users.info; *pause* waits so many."""

    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    page_s: float = PAGE_EVERY_S
    person_s: float = PERSON_EVERY_S


class Syncing:
    """One sync, from where it stands to its end."""

    def __init__(
        self,
        syncs: Syncs,
        outgoing: Outgoing,
        *,
        pace: Pace,
        seen: Seen = lambda _: None,
        reached: Reached = nothing,
    ) -> None:
        self._syncs = syncs
        self._outgoing = outgoing
        self._pace = pace
        self._seen = seen
        self._reached = reached

    async def run(self, *, by: str) -> Sync | None:
        """Return the sync when it is finished, believed or not; None: another one is at work.

        Raises:
            Later: Slack cannot say it now. What was saved is saved: the next run goes on from there.
        """
        home = await self._outgoing.home()
        async with self._syncs.turn(home) as free:
            if not free:
                return None
            began, went_on = await self._syncs.begin(home)
            if went_on:
                logger.info("the sync of the people goes on", listed=began.counts.listed)
            self._seen(began)
            read = await self._read(began, home)
            asked = None if read is None else await self._ask_for_missing(read, home)
            return None if asked is None else await self._syncs.finish(asked, by=by)

    async def _read(self, sync: Sync | None, home: Home) -> Sync | None:
        """Read the list to its end; a cursor that Slack takes no more is believed once.

        Raises:
            Later: Slack cannot say it now, or its cursors lead in a circle.
        """
        anew, cursors = False, set[str]()
        while sync is not None and sync.read_at is None:
            asked_at = self._syncs.now()
            page = await self._outgoing.people(sync.cursor, home)
            self._reached("sync.page_read")
            if page is None and anew:
                raise Later("invalid_cursor")
            if page is None:
                logger.warning("the sync of the people begins anew", listed=sync.counts.listed)
                anew, sync = True, await self._syncs.anew(sync)
                cursors.clear()
            elif page.cursor in cursors:
                raise Later("cursor_again")
            else:
                cursors |= {page.cursor} - {""}
                sync = await self._syncs.take_page(sync, page, asked_at=asked_at)
                self._reached("sync.page_saved")
            if sync is not None:
                self._seen(sync)
                if sync.read_at is None:
                    await self._pace.pause(self._pace.page_s)
        return sync

    async def _ask_for_missing(self, sync: Sync | None, home: Home) -> Sync | None:
        """Ask for everybody alone whom the whole list did not name."""
        after: int | None = 0
        while sync is not None and after is not None:
            missing = await self._syncs.missing(sync, after=after)
            after = missing.after
            for known in missing.people:
                asked_at = self._syncs.now()
                told = await self._outgoing.sought(known.profile.slack_user_id, home)
                self._reached("sync.asked_for_missing")
                sync = await self._syncs.take_missing(sync, known, told, asked_at=asked_at)
                self._reached("sync.missing_saved")
                if sync is None:
                    return None
                self._seen(sync)
                await self._pace.pause(self._pace.person_s)
        return sync


class SyncPeople:
    """The job sync_people."""

    def __init__(
        self,
        syncs: Syncs,
        outgoing: Outgoing,
        reached: Reached,
        *,
        ending: asyncio.Event,
        page_s: float,
        person_s: float,
    ) -> None:
        self._ending = ending
        self._syncing = Syncing(syncs, outgoing, pace=Pace(self._pause, page_s, person_s), reached=reached)

    async def run(self, _sync_id: int) -> None:
        """Sync to the end. While the host does, the sweep comes again until one was finished.

        Raises:
            Later: Slack cannot say it now, or the worker ends.
        """
        done = await self._syncing.run(by=SYSTEM)
        if done is None:
            logger.info("another sync of the people is at work")
            return
        counts = done.counts
        told = {
            "listed": counts.listed,
            "taken_in": counts.taken_in,
            "changed": counts.changed,
            "deactivated": counts.deactivated,
        }
        if done.believed:
            logger.info("the people were synced", **told)
        else:
            logger.warning("slack's list of people is not believed: it lacks the bot itself", **told)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for a worker that ends."""
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return
        raise Later(WORKER_ENDS, 0.0)
