"""What a relying app asks: is this code right, and does this person have MFA at all."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.apps import App, Key, KeyRefusal, Scope
from bot.core.codes import Verdict
from bot.services.admission import Admission
from bot.services.batches import MOST_WAITING, Batches
from bot.services.judging import Judge, Judged
from bot.services.lookups import Lookup, find
from bot.services.means import Means
from bot.services.sign_ins import Attempt, at_sign_in
from bot.services.turns import Gate, Turns
from storage import factors, people
from storage.pool import Connection

READS_AT_ONCE = 3
"""Of the pool's ten connections: what applications read leaves the rest to sign-ins and to Slack (R4)."""


@dataclass(frozen=True, slots=True)
class FactorStatus:
    """What an app may know without a code. *reset_at*: by somebody else only."""

    enrolled: bool
    suspended: bool
    since: datetime | None
    reset_at: datetime | None


class NotFound(StrEnum):
    """There is nobody to tell of."""

    UNKNOWN_USER = "unknown_user"


class Verification:
    """Answers relying apps: sign-ins in batches, the rest one transaction a request."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge
        self._admission = Admission(means)
        self._turns = Turns()
        self._reads = Gate(READS_AT_ONCE, most=MOST_WAITING)
        self._batches = Batches(means, judge, self._admission, self._alone) if means.batched else None

    async def check(self, key: Key, who: Lookup, *, typed: str) -> Judged | KeyRefusal:
        """Judge a code at sign-in on the app's own surface, and count the answer once it is committed.

        Raises:
            DatabaseAway: nothing is known about the code.
            ClockOff: no code can be checked here.
        """
        began = time.perf_counter()
        self._means.clock_check.require()
        if self._batches is not None:
            answer = await self._batches.ask(key, who, typed)
        else:
            answer = await self._check(key, who, typed, counted=False)
        if isinstance(answer, Judged):
            app, seconds = self._admission.name_of(key), time.perf_counter() - began
            self._means.counts.verification(app=app, result=answer.verdict.value, seconds=seconds)
        return answer

    async def drain(self) -> None:
        """Answer the sign-ins that wait, and take no more."""
        if self._batches is not None:
            await self._batches.drain()

    async def _alone(self, attempt: Attempt) -> Judged | KeyRefusal:
        return await self._check(attempt.key, attempt.who, attempt.typed, counted=attempt.counted)

    async def _check(self, key: Key, who: Lookup, typed: str, *, counted: bool) -> Judged | KeyRefusal:
        """Judge a sign-in in a transaction of its own.

        Only the factor's row is held: whoever changes a factor or a suspension holds it too. No row found says nothing
        yet, since a replacement may be committing; `not_enrolled` is said only after a second look under the person's
        row (E7).
        """
        async with self._turn(key, who) as conn:
            app = await self._admission.admit(conn, key, Scope.VERIFY, who.by, counted=counted)
            if isinstance(app, KeyRefusal):
                return app
            [found] = await find(conn, self._means, [who])
            if found is None:
                return Judged(Verdict.UNKNOWN_USER)
            factor = (await factors.lock_active(conn, [found.person_id])).get(found.person_id)
            if factor is None:
                await people.lock(conn, [found.person_id])
                factor = (await factors.lock_active(conn, [found.person_id])).get(found.person_id)
            # Read under the factor's (or the person's) row, in a statement of its own: the first look may be old.
            person = await people.get(conn, found.person_id)
            if person is None:
                return Judged(Verdict.UNKNOWN_USER)
            return await self._judge.judge(conn, person, factor, typed, at_sign_in(app))

    async def factor(self, key: Key, who: Lookup) -> FactorStatus | NotFound | KeyRefusal:
        """Return whether a person has MFA."""
        async with self._reading(key) as conn:
            app = await self._admission.admit(conn, key, Scope.READ, who.by)
            if isinstance(app, KeyRefusal):
                return app
            [found] = await find(conn, self._means, [who])
            if found is None:
                return NotFound.UNKNOWN_USER
            status = await factors.status(conn, found.person_id)
            if status is None:
                await people.lock(conn, [found.person_id])
                status = await factors.status(conn, found.person_id)
            person = await people.get(conn, found.person_id) or found
            return FactorStatus(
                enrolled=status is not None,
                suspended=person.suspended,
                since=status.since if status else None,
                reset_at=await factors.last_reset_at(conn, found.person_id),
            )

    async def admit(self, key: Key, scope: Scope) -> App | KeyRefusal:
        """Recognize the key of a request that asks nothing sensible: who may not ask hears that first."""
        async with self._reading(key) as conn:
            return await self._admission.admit(conn, key, scope)

    @asynccontextmanager
    async def _reading(self, key: Key) -> AsyncIterator[Connection]:
        """Hold a transaction that no flood of another key's questions keeps from beginning."""
        async with self._reads.of(self._admission.group(key)), self._means.pool.transaction() as conn:
            yield conn

    @asynccontextmanager
    async def _turn(self, key: Key, who: Lookup) -> AsyncIterator[Connection]:
        """Hold a transaction; of one app's requests about one person one at a time.

        The queue is the presented key's own: who has no good key stands in nobody's way.
        """
        async with self._turns.of((key, who)), self._means.pool.transaction() as conn:
            yield conn
