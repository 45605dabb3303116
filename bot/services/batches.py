"""Sign-ins that wait together are judged together: many requests, one transaction, one commit.

Rules of this file:

- A batch begins at once where none is in flight; what arrives meanwhile waits and makes the next one. There is no
  timer: a sign-in that comes alone is a batch of one.
- What a batch leaves undecided, and every member of one that failed, since one bad row rolls all of them back, is asked
  alone, once.
- Nothing is said before the commit (C6). Where the commit's answer was lost nobody knows what was counted and used:
  nothing is said about any code, and nothing is judged again (R2).
- Apps take turns, and so do the people whom an app asks about; what is asked alone takes turns by app, too (R4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence

import structlog

from bot.core.apps import Key
from bot.core.faults import AnswerLost, DatabaseAway
from bot.services.admission import Admission
from bot.services.judging import Judge
from bot.services.lanes import Lanes
from bot.services.lookups import Lookup
from bot.services.means import Means
from bot.services.sign_ins import Answer, Attempt, SignIns, Undecided
from bot.services.turns import PATIENCE_S, Gate
from storage.pool import Kept

logger = structlog.get_logger(__name__)

LINES = 2
"""Batches in flight: while the database works on one, this process reads and judges the other."""
WORTH_IT = 32
"""So many have to wait for a batch to begin beside another: fewer go with the next one, and cost less there."""
MOST_A_BATCH = 64
MOST_WAITING = 1024
"""Requests of one app that may wait for a batch, and so many alone; all that have no good key count as one app."""
MOST_A_LANE = 256
ALONE_AT_ONCE = 4
"""Of the pool's ten connections, so that busy rows leave some to everybody else."""

Alone = Callable[[Attempt], Awaitable[Answer]]


class Batches:
    """Judges attempts together, and leaves to *alone* what they leave undecided."""

    def __init__(self, means: Means, judge: Judge, admission: Admission, alone: Alone) -> None:
        self._sign_ins = SignIns(means, judge, admission)
        self._count = means.counts.batch
        self._admission = admission
        self._alone = alone
        self._lanes: Lanes[Attempt] = Lanes(most=MOST_WAITING, most_a_lane=MOST_A_LANE)
        self._idle = [means.pool.keep() for _ in range(LINES)]
        self._asking_alone = Gate(ALONE_AT_ONCE, most=MOST_WAITING)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = False

    async def ask(self, key: Key, who: Lookup, typed: str) -> Answer:
        """Return the answer once it is committed; who hangs up before it was taken is not judged.

        Raises:
            DatabaseAway: nothing is known about the code: too many wait, or the database is away.
        """
        loop = asyncio.get_running_loop()
        attempt = Attempt(key, who, typed, loop.time(), loop.create_future())
        if self._ending or not self._lanes.put(attempt, group=self._admission.group(key), name=attempt.lane):
            raise DatabaseAway("queue")
        self._go_on()
        return await attempt.answer

    async def drain(self) -> None:
        """Take no more attempts, and answer those that wait."""
        self._ending = True
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _due(self, *, others: int) -> bool:
        """Whether a batch is to begin now: at once, but beside *others* in flight only once it is worth it."""
        return self._lanes.ready >= (WORTH_IT if others else 1)

    def _go_on(self) -> None:
        if self._idle and self._due(others=LINES - len(self._idle)):
            self._begin(self._work(self._idle.pop()))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, line: Kept) -> None:
        try:
            while self._due(others=LINES - len(self._idle) - 1):
                if batch := self._next_batch():
                    await self._run(line, batch)
        finally:
            self._idle.append(line)

    def _next_batch(self) -> list[Attempt]:
        """Take those who come next, but who has hung up, or has waited too long to be still listening."""
        too_old = asyncio.get_running_loop().time() - PATIENCE_S
        batch = []
        for attempt in self._lanes.take(MOST_A_BATCH):
            if attempt.answer.done():
                self._lanes.free(attempt.lane)
            elif attempt.since < too_old:
                self._fail(attempt, DatabaseAway("turn"))
            else:
                batch.append(attempt)
        return batch

    async def _run(self, line: Kept, batch: list[Attempt]) -> None:
        begun = False
        answers: Sequence[Answer | Undecided] = [Undecided.ALONE] * len(batch)
        try:
            async with line.transaction() as conn:
                begun = True
                told = await self._sign_ins.check(conn, batch)
            self._count(len(batch))
            answers = told
        except DatabaseAway as away:
            logger.warning("a batch failed", says=str(away), size=len(batch))
            if isinstance(away, AnswerLost) or not begun:
                for attempt in batch:
                    self._fail(attempt, type(away)(*away.args))
                return
        except Exception as error:  # noqa: BLE001  who is asked alone meets it again, and tells it
            # A bad row, or a bug: to each their own. Its text may hold anything.
            logger.warning("a batch failed", says=type(error).__name__, size=len(batch))
        except BaseException:
            for attempt in batch:
                self._fail(attempt, DatabaseAway("ending"))
            raise
        for attempt, answer in zip(batch, answers, strict=True):
            match answer:
                case Undecided.ALONE:
                    self._begin(self._ask_alone(attempt))
                case Undecided.NEXT_BATCH:
                    self._lanes.free(attempt.lane, back=attempt)
                case _:
                    self._settle(attempt, answer)

    async def _ask_alone(self, attempt: Attempt) -> None:
        try:
            async with self._asking_alone.of(self._admission.group(attempt.key), since=attempt.since):
                answer = await self._alone(attempt)
        except Exception as error:  # noqa: BLE001  whoever waits for the answer gets it
            self._fail(attempt, error)
        else:
            self._settle(attempt, answer)

    def _settle(self, attempt: Attempt, answer: Answer) -> None:
        if not attempt.answer.done():
            attempt.answer.set_result(answer)
        self._freed(attempt)

    def _fail(self, attempt: Attempt, error: Exception) -> None:
        if not attempt.answer.done():
            attempt.answer.set_exception(error)
        self._freed(attempt)

    def _freed(self, attempt: Attempt) -> None:
        self._lanes.free(attempt.lane)
        self._go_on()
