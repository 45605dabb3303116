"""The worker: takes jobs from the queue, tries again what Slack could not do, and survives its database.

What is given up on is held in the queue, not deleted, so that somebody can look (`on_failure="hold"`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from pgqueuer import PgQueuer
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.models import Job as Queued

from bot.core import jobs
from bot.core.faults import DatabaseAway
from bot.core.sync import PAGE_EVERY_S, PERSON_EVERY_S
from bot.jobs.deliver import Deliver
from bot.jobs.home import Home
from bot.jobs.notify import Notify
from bot.jobs.report import DeliverReport
from bot.jobs.resets import ExecuteReset
from bot.jobs.shred import Shred
from bot.jobs.steps import Reached, nothing
from bot.jobs.sync import SyncPeople
from bot.services.counts import Counts, Uncounted
from bot.services.queue import Queue
from handlers import Services
from handlers.outgoing import Later, Outgoing

logger = structlog.get_logger(__name__)

Work = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the worker waits for what; tests wait less."""

    first_pause_s: float = 0.5
    """Before a job is tried again, doubled each time up to *longest_pause_s*, and before the queue is opened again."""
    longest_pause_s: float = 60.0
    longest_reopening_s: float = 5.0
    heartbeat: timedelta = timedelta(seconds=5)
    """A job whose worker was silent for so long is taken up by another."""
    poll: timedelta = timedelta(seconds=2)
    sweep_every_s: float = 30.0
    months_every_s: float = 600.0
    drain_s: float = 10.0
    sync_page_s: float = PAGE_EVERY_S
    sync_person_s: float = PERSON_EVERY_S


PACE = Pace()


class Jobs:
    """The worker of one process."""

    def __init__(
        self,
        services: Services,
        queue: Queue,
        outgoing: Outgoing,
        *,
        reached: Reached = nothing,
        pace: Pace = PACE,
        counts: Counts | None = None,
    ) -> None:
        self._queue = queue
        self._counts = counts or Uncounted()
        self._pace = pace
        self._tasks: list[asyncio.Task[None]] = []
        self._queuer: PgQueuer | None = None
        self._ending = asyncio.Event()
        notify = Notify(services.messages, outgoing, reached)
        self._work: dict[type[jobs.Job], Work] = {
            jobs.DeliverQr: Deliver(services.deliveries, services.enrollments, outgoing, reached).run,
            jobs.ShredQr: Shred(services.deliveries, outgoing, reached).run,
            jobs.ExpireEnrollment: services.enrollments.expire,
            jobs.Notify: notify.run,
            jobs.EditMessage: notify.edit,
            jobs.ExpireReset: services.reset_times.expire,
            jobs.RemindReset: services.reset_times.remind,
            jobs.ExecuteReset: ExecuteReset(services.reset_times, services.people, outgoing).run,
            jobs.DeliverReport: DeliverReport(services.reports, services.messages, outgoing, reached).run,
            jobs.RefreshHome: Home(services.people, outgoing, reached).run,
            jobs.SyncPeople: SyncPeople(
                services.syncs,
                outgoing,
                reached,
                ending=self._ending,
                page_s=pace.sync_page_s,
                person_s=pace.sync_person_s,
            ).run,
        }

    def start(self) -> None:
        """Begin; returns at once, and the database need not be there yet."""
        works = (self._supervise, self._sweep, self._make_months)
        self._tasks = [asyncio.create_task(work()) for work in works]

    async def stop(self) -> None:
        """Take nothing new, let what runs finish for a while, put back what does not, and end."""
        self._ending.set()
        if self._queuer is not None:
            self._queuer.shutdown.set()
            await asyncio.wait(self._tasks[:1], timeout=self._pace.drain_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _supervise(self) -> None:
        """Run the queue, and open it again whenever the database ended it."""
        loop = asyncio.get_running_loop()
        pause_s = self._pace.first_pause_s
        while not self._ending.is_set():
            began = loop.time()
            await self._run()
            if self._ending.is_set():
                return
            if loop.time() - began > self._pace.longest_reopening_s:
                pause_s = self._pace.first_pause_s  # it had worked for a while
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._pace.longest_reopening_s)

    async def _run(self) -> None:
        """Open the queue and work, until it is told to end or the database ends it."""
        try:
            queue = await self._queue.open()
        except DatabaseAway:
            return
        try:
            self._queuer = queue.queuer
            self._register(queue.queuer)
            await queue.queuer.run(
                dequeue_timeout=self._pace.poll,
                heartbeat_timeout=self._pace.heartbeat,
                log_aggregation_interval=timedelta(0),  # statistics that nobody reads
            )
        except Exception as error:  # noqa: BLE001  whatever ended the queue, it is opened again
            logger.warning("the queue was interrupted", fault=type(error).__name__)
        finally:
            self._queuer = None
            await queue.close()

    def _register(self, queuer: PgQueuer) -> None:
        for kind, work in self._work.items():
            queuer.entrypoint(jobs.NAMES[kind], on_failure="hold")(self._entry(kind, work))

    def _entry(self, kind: type[jobs.Job], work: Work) -> Callable[[Queued], Awaitable[None]]:
        async def entry(queued: Queued) -> None:
            job = jobs.read(kind, queued.payload or b"")
            began, outcome, ending = time.perf_counter(), "done", None
            try:
                await work(jobs.row_id(job))
            except Later as later:
                outcome, ending = "again", self._again(queued, later.why, later.after_s)
            except DatabaseAway as away:
                outcome, ending = "away", self._again(queued, str(away))
            except asyncio.CancelledError:
                # The drain took too long. The queue strikes a cancelled job off; this leaves it for the next worker.
                outcome, ending = "cut off", RetryRequested(timedelta(0), "the worker ended")
            except Exception as error:
                logger.exception("a job failed", entrypoint=queued.entrypoint)
                outcome, ending = "failed", self._again(queued, type(error).__name__)
            if isinstance(ending, GaveUp):
                outcome = "held"
            self._counts.job(name=queued.entrypoint, outcome=outcome, seconds=time.perf_counter() - began)
            if ending is not None:
                raise ending

        return entry

    def _again(self, queued: Queued, why: str, after_s: float | None = None) -> Exception:
        """Return what has the queue run the job again, or hold it where it is too old."""
        if datetime.now(UTC) - queued.created > jobs.GIVE_UP_AFTER:
            logger.error("a job is held", entrypoint=queued.entrypoint, why=why)
            return GaveUp(why)
        backoff_s = min(self._pace.first_pause_s * (1 << min(queued.attempts, 10)), self._pace.longest_pause_s)
        return RetryRequested(timedelta(seconds=max(after_s or 0.0, backoff_s)), why)

    async def _sweep(self) -> None:
        """Look for what a crash may have left, and keep the queue's log short, for ever."""
        while True:
            try:
                await self._queue.sweep()
                await self._queue.trim()
            except DatabaseAway:
                logger.info("the sweep waits for the database")
            except Exception:
                logger.exception("the sweep failed")
            await asyncio.sleep(self._pace.sweep_every_s)

    async def _make_months(self) -> None:
        """Make the audit's months, for ever; warn once if events lie in none of them."""
        warned = False
        while True:
            try:
                if await self._queue.make_months() and not warned:
                    logger.warning("audit events lie in the default partition: no partition was made for their month")
                    warned = True
            except DatabaseAway as away:
                logger.warning("the audit's months wait for the database", fault=str(away))
            except Exception:
                logger.exception("making the audit's months failed")
            await asyncio.sleep(self._pace.months_every_s)


class GaveUp(Exception):  # noqa: N818  reads as what happened
    """A job was tried for a day; it is held."""
