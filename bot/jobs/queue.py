"""The worker: takes jobs from the queue, tries again what Slack could not do, and survives its database.

What is given up on is held in the queue, not deleted, so that somebody can look (`on_failure="hold"`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from pgqueuer import PgQueuer
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.models import Job as Queued

from bot.core import jobs
from bot.core.faults import DatabaseAway
from bot.jobs.deliver import Deliver, Reached
from bot.jobs.home import Home
from bot.jobs.notify import Notify
from bot.jobs.shred import Shred
from bot.services.delivery import Deliveries
from bot.services.enrollment import Enrollments
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.queue import open_queue
from handlers.outgoing import Later, Outgoing

logger = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
HEARTBEAT = timedelta(seconds=5)
"""A job whose worker was silent for so long is taken up by another."""
POLL = timedelta(seconds=2)
SWEEP_EVERY_S = 30.0
RESTART_LONGEST_S = 5.0
DRAIN_S = 10.0

Work = Callable[[int], Awaitable[object]]


class Jobs:
    """The worker of one process."""

    def __init__(  # noqa: PLR0913  what it works with, and two times that tests shorten
        self,
        *,
        dsn: str,
        deliveries: Deliveries,
        enrollments: Enrollments,
        messages: Messages,
        people: People,
        outgoing: Outgoing,
        reached: Reached = lambda _step: None,
        heartbeat: timedelta = HEARTBEAT,
        drain_s: float = DRAIN_S,
    ) -> None:
        self._dsn = dsn
        self._heartbeat = heartbeat
        self._drain_s = drain_s
        self._deliveries = deliveries
        self._tasks: list[asyncio.Task[None]] = []
        self._queuer: PgQueuer | None = None
        notify = Notify(messages, outgoing)
        self._work: dict[type[jobs.Job], Work] = {
            jobs.DeliverQr: Deliver(deliveries, enrollments, outgoing, reached).run,
            jobs.ShredQr: Shred(deliveries, outgoing, reached).run,
            jobs.ExpireEnrollment: enrollments.expire,
            jobs.Notify: notify.run,
            jobs.EditMessage: notify.edit,
            jobs.RefreshHome: Home(people, outgoing).run,
        }

    def start(self) -> None:
        """Begin; returns at once, and the database need not be there yet."""
        self._tasks = [asyncio.create_task(self._supervise()), asyncio.create_task(self._sweep())]

    async def stop(self) -> None:
        """Take nothing new, let what runs finish for a while, put back what does not, and end."""
        if self._queuer is not None:
            self._queuer.shutdown.set()
            self._queuer.qm.shutdown.set()
            self._queuer.sm.shutdown.set()
            await asyncio.wait(self._tasks[:1], timeout=self._drain_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _supervise(self) -> None:
        """Run the queue, and run it again whenever the database ended it."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                queue = await open_queue(self._dsn)
            except DatabaseAway:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RESTART_LONGEST_S)
                continue
            try:
                self._queuer = queue.queuer
                self._register(queue.queuer)
                pause_s = FIRST_PAUSE_S
                await queue.queuer.run(dequeue_timeout=POLL, heartbeat_timeout=self._heartbeat)
                if queue.queuer.shutdown.is_set():
                    return
            except Exception as error:  # noqa: BLE001  whatever ended the queue, it is opened again
                logger.warning("the queue was interrupted", fault=type(error).__name__)
                await asyncio.sleep(pause_s)
            finally:
                self._queuer = None
                await queue.close()

    def _register(self, queuer: PgQueuer) -> None:
        for kind, work in self._work.items():
            queuer.entrypoint(jobs.NAMES[kind], on_failure="hold")(self._entry(kind, work))

    def _entry(self, kind: type[jobs.Job], work: Work) -> Callable[[Queued], Awaitable[None]]:
        async def entry(queued: Queued) -> None:
            job = jobs.read(kind, queued.payload or b"")
            try:
                await work(jobs.row_id(job))
            except Later as later:
                raise _again(queued, later.why, later.after_s) from None
            except DatabaseAway as away:
                raise _again(queued, str(away), None) from None
            except asyncio.CancelledError:
                # The drain took too long. The queue strikes a cancelled job off; this leaves it for the next worker.
                raise RetryRequested(timedelta(0), "the worker ended") from None
            except Exception as error:
                logger.exception("a job failed", entrypoint=queued.entrypoint)
                raise _again(queued, type(error).__name__, None) from None

        return entry

    async def _sweep(self) -> None:
        """Look for what a crash may have left, for ever."""
        while True:
            try:
                await self._deliveries.sweep()
            except DatabaseAway:
                logger.info("the sweep waits for the database")
            except Exception:
                logger.exception("the sweep failed")
            await asyncio.sleep(SWEEP_EVERY_S)


def _again(queued: Queued, why: str, after_s: float | None) -> Exception:
    """Return what has the queue run the job again, or hold it where it is too old."""
    if datetime.now(UTC) - queued.created > jobs.GIVE_UP_AFTER:
        logger.error("a job is held", entrypoint=queued.entrypoint, why=why)
        return GaveUp(why)
    backoff_s = min(FIRST_PAUSE_S * (1 << min(queued.attempts, 10)), LONGEST_PAUSE_S)
    return RetryRequested(timedelta(seconds=max(after_s or 0.0, backoff_s)), why)


class GaveUp(Exception):  # noqa: N818  reads as what happened
    """A job was tried for a day; it is held."""
