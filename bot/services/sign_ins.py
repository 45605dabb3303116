"""Sign-ins of several people in one transaction, each judged as if it were alone.

Rules of this file:

- Of a person one attempt is judged. Two would be judged against the same counts: a code could be used twice (C1).
- Factor rows are locked in person order, and one that somebody else holds is left out: it would stall everybody (R4).
- What cannot be decided here is left to the single path: a busy row; a person of whom no factor was seen, since only
  the second look under the person's row proves that there is none (E7); one about whom a reset is open, since requests
  are locked in an order of their own; a secret that does not open; a recovery code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bot.core.apps import App, Key, KeyRefusal, Scope
from bot.core.audit import by_app
from bot.core.codes import RecoveryCode, Verdict
from bot.core.factors import Factor
from bot.core.sealing import Unopenable
from bot.services.admission import Admission
from bot.services.judging import Asked, Judge, Judged, Weighed, barred, read
from bot.services.lookups import ByEmail, Lookup, find
from bot.services.means import Means
from storage import factors, sign_ins
from storage.pool import Connection
from storage.sign_ins import Around

Answer = Judged | KeyRefusal


@dataclass(eq=False, slots=True)
class Attempt:
    """A request that waits: who asks, about whom, what was typed, since when; *counted* once the key's rate was."""

    key: Key
    who: Lookup
    typed: str
    since: float
    answer: asyncio.Future[Answer]
    counted: bool = False

    @property
    def lane(self) -> tuple[Key, Lookup]:
        """What it shares with requests that are to wait for it: one address has many spellings."""
        who = self.who
        return self.key, ByEmail(who.email.lower(), who.team_id) if isinstance(who, ByEmail) else who


class Undecided(Enum):
    """Why nothing is said about an attempt."""

    NEXT_BATCH = auto()
    ALONE = auto()


class SignIns:
    """Judges attempts together."""

    def __init__(self, means: Means, judge: Judge, admission: Admission) -> None:
        self._means = means
        self._judge = judge
        self._admission = admission

    async def check(self, conn: Connection, attempts: Sequence[Attempt]) -> list[Answer | Undecided]:
        """Return the answer to each attempt, in their order; none of them holds before the commit."""
        answers: dict[Attempt, Answer | Undecided] = {}
        asking: list[tuple[Attempt, App]] = []
        keys = [(attempt.key, attempt.who.by, attempt.counted) for attempt in attempts]
        for attempt, app in zip(attempts, await self._admission.admit_all(conn, keys, Scope.VERIFY), strict=True):
            if isinstance(app, KeyRefusal):
                answers[attempt] = app  # should the batch fail, it is asked again, and refused again
            else:
                attempt.counted = True
                asking.append((attempt, app))
        people = await find(conn, self._means, [attempt.who for attempt, _ in asking])
        firsts: dict[int, tuple[Attempt, Asked]] = {}
        for (attempt, app), person in zip(asking, people, strict=True):
            if person is None:
                answers[attempt] = Judged(Verdict.UNKNOWN_USER)
            elif person.person_id in firsts:
                answers[attempt] = Undecided.NEXT_BATCH
            else:
                firsts[person.person_id] = (attempt, at_sign_in(app))
        answers |= await self._judge_held(conn, firsts)
        return [answers[attempt] for attempt in attempts]

    async def _judge_held(
        self, conn: Connection, firsts: dict[int, tuple[Attempt, Asked]]
    ) -> dict[Attempt, Answer | Undecided]:
        answers: dict[Attempt, Answer | Undecided] = {attempt: Undecided.ALONE for attempt, _ in firsts.values()}
        held = await factors.lock_free(conn, sorted(firsts)) if firsts else {}
        if not held:
            return answers
        # Read under the factors' rows, in a statement of its own: the first look may be old.
        asked = [(person_id, factor.factor_id, firsts[person_id][1].surface) for person_id, factor in held.items()]
        standing = await sign_ins.around(conn, asked)
        now = self._means.now_for_codes()
        weighed: list[Weighed] = []
        for person_id, factor in held.items():
            attempt, one = firsts[person_id]
            told = self._weigh(standing[person_id], factor, attempt.typed, one, now)
            if isinstance(told, Weighed):
                weighed.append(told)
                told = told.judged
            answers[attempt] = told
        await self._judge.follow(conn, weighed, now)
        return answers

    def _weigh(
        self, around: Around, factor: Factor, typed: str, asked: Asked, now: datetime
    ) -> Weighed | Judged | Undecided:
        answer = barred(around.person, factor, asked) or read(typed, asked)
        if isinstance(answer, Judged):
            return answer
        if isinstance(answer, RecoveryCode) or around.reset_open:
            return Undecided.ALONE
        try:
            return self._judge.weigh(around.person, factor, around.count, answer, asked, now)
        except Unopenable:
            return Undecided.ALONE


def at_sign_in(app: App) -> Asked:
    """Ask for a code at an application's sign-in, on a surface of its own."""
    name = by_app(app.app_id)
    return Asked(surface=name, actor=name, purpose="sign-in", recovery=True, app=app.name)
