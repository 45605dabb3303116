"""The queue as the worker sees it: connections of its own, and what keeps it in order."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core import sync
from bot.core.jobs import GIVE_UP_AFTER, ExecuteReset, ExpireEnrollment, ExpireReset, ShredQr, SyncPeople
from bot.core.resets import Reset, State
from bot.services.means import Means
from storage import audit, enrollments, jobs, people_sync, workspaces
from storage import resets as requests
from storage.jobs import OpenQueue
from storage.pool import Connection

SWEEP_AFTER = timedelta(minutes=1)
"""How long the ordinary jobs have before the sweep enqueues them again."""
SWEEP_AT_MOST = 200
MONTHS_S = 30.0
LOG_KEPT = timedelta(days=7)
TRIM_AT_MOST = 5000
"""Lines of the queue's log at a time; more would not fit into the time of a statement."""


class Queue:
    """Opens the queue at *dsn*, and comes by to sweep."""

    def __init__(self, means: Means, dsn: str) -> None:
        self._means = means
        self._dsn = dsn

    async def open(self) -> OpenQueue:
        """Connect to the queue.

        Raises:
            DatabaseAway: it cannot be reached now.
        """
        return await jobs.open_queue(self._dsn)

    async def sweep(self) -> int:
        """Enqueue what a crash may have left; return how many (E4).

        Those are overdue enrollments, unshredded ones, requests whose time has come, and jobs that are held though they
        are young. A request that a lockdown keeps waiting comes by here again and again.
        """
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            overdue = await enrollments.overdue(conn, now=now - SWEEP_AFTER, limit=SWEEP_AT_MOST)
            left = await enrollments.unshredded(conn, ended_before=now - SWEEP_AFTER, limit=SWEEP_AT_MOST)
            await jobs.enqueue_once(conn, *map(ExpireEnrollment, overdue), *map(ShredQr, left))
            resets = await requests.due(conn, now=now, limit=SWEEP_AT_MOST)
            await jobs.enqueue_once(conn, *map(_for, resets))
            await _nightly(conn, now=now)
            held = await jobs.take_up_held(conn, younger_than=GIVE_UP_AFTER)
            return len(overdue) + len(left) + len(resets) + held

    async def make_months(self) -> bool:
        """Make the audit's next months long before their first event; whether events lie in none.

        Apart from the sweep, since reading what lies in no month may take longer than anything else may.
        """
        async with self._means.pool.transaction() as conn:
            await audit.ensure_months(conn, now=self._means.now(), within_s=MONTHS_S)
            return await audit.is_beyond_months(conn)

    async def trim(self) -> int:
        """Forget the oldest lines of the queue's log; return how many. The queue notes three or more of each job."""
        async with self._means.pool.transaction() as conn:
            return await jobs.trim_log(conn, older_than=LOG_KEPT, limit=TRIM_AT_MOST)


def _for(reset: Reset) -> ExpireReset | ExecuteReset:
    waits = reset.state is State.AWAITING_APPROVAL
    return ExpireReset(reset.request_id) if waits else ExecuteReset(reset.request_id)


async def _nightly(conn: Connection, *, now: datetime) -> None:
    """Enqueue the sync of the people where it is due: one over all replicas, until one was finished (X7)."""
    home = await workspaces.latest(conn)
    if home is not None:
        found = await people_sync.ensure(conn, home.team_id, due_at=sync.next_night(now))
        if found.due_at <= now:
            await jobs.enqueue_once(conn, SyncPeople(found.sync_id))
