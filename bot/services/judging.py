"""The one function that judges a typed code, inside the transaction of whoever asks, whatever the surface.

Its caller holds the factor's row. Suspension and enrollment are guards, the code comes last; what was counted is saved
in the caller's transaction and commits with a refusal as well (C1 to C6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import audit, codes, recovery, throttle
from bot.core.audit import Event, by_person
from bot.core.codes import RecoveryCode, TotpCode, Verdict
from bot.core.factors import Factor
from bot.core.messages import Kind
from bot.core.people import Person
from bot.core.sealing import Place, Purpose
from bot.core.throttle import SurfaceCount
from bot.services import closing, unlocking
from bot.services.means import Means
from bot.services.notices import tell
from storage import attempts, factors, recovery_codes
from storage import audit as audit_events
from storage.pool import Connection

TOLD_AT_MOST_EVERY = timedelta(hours=1)


class Method(StrEnum):
    """With what a verification succeeded."""

    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer: *wait_s* with `throttled`, *method* with `accepted`."""

    verdict: Verdict
    method: Method | None = None
    wait_s: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether the code was right and is now used."""
        return self.verdict is Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class Asked:
    """For what a code is asked: where, by whom (audit; *app*: metrics), what for, and if a recovery code will do."""

    surface: str
    actor: str
    purpose: str
    recovery: bool
    while_suspended: bool = False
    app: str = throttle.SLACK


@dataclass(frozen=True, slots=True)
class Weighed:
    """A TOTP code's answer, with what is counted before and after; without *events* it was not judged."""

    judged: Judged
    factor: Factor
    asked: Asked
    before: throttle.Tries
    after: throttle.Tries
    changes: tuple[throttle.Change, ...] = ()
    events: tuple[Event, ...] = ()


class Judge:
    """Judges codes with the means of the process."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def judge(self, conn: Connection, person: Person, factor: Factor | None, typed: str, asked: Asked) -> Judged:
        """Judge what somebody *typed* as a code of *person*, whose *factor* the transaction holds."""
        judged = await self._judge(conn, person, factor, typed, asked)
        if asked.surface == throttle.SLACK:  # an application's answer is counted as a whole, by who gives it
            self._means.counts.verification(app=asked.app, result=judged.verdict.value)
        return judged

    async def _judge(self, conn: Connection, person: Person, factor: Factor | None, typed: str, asked: Asked) -> Judged:
        now = self._means.now_for_codes()
        code = barred(person, factor, asked) or read(typed, asked)
        if factor is None or isinstance(code, Judged):
            return code if isinstance(code, Judged) else Judged(Verdict.NOT_ENROLLED)
        if isinstance(code, RecoveryCode):
            return await self._judge_recovery(conn, person, factor, code, asked, now)
        count = await attempts.get(conn, factor.factor_id, asked.surface)
        weighed = self.weigh(person, factor, count, code, asked, now)
        await self.follow(conn, [weighed], now)
        if weighed.judged.accepted:
            # Who can produce codes needs no reset.
            await closing.self_cancel(conn, person.person_id, by=asked.actor, now=now)
        return weighed.judged

    def weigh(
        self, person: Person, factor: Factor, count: SurfaceCount, code: TotpCode, asked: Asked, now: datetime
    ) -> Weighed:
        """Return the answer to a code, and what is to be saved with it; *count* is of the surface that asks.

        Raises:
            Unopenable: the factor's secret does not open.
        """
        before = throttle.Tries(factor.count, count)
        refused = codes.gate(before, now, self._means.throttle)
        if refused is not None:
            # Neither judged nor consumed, and no event a try: the one when the wait began tells it.
            return Weighed(Judged(refused.verdict, wait_s=refused.wait_s), factor, asked, before, before)
        step = codes.matching_step(self.secret(person, factor), code, now)
        judgement = codes.judge(before, step, now, self._means.throttle)
        method = Method.TOTP if judgement.verdict is Verdict.ACCEPTED else None
        changes = throttle.changes(before, judgement.tries, now, self._means.throttle)
        events = (
            _verification(person, judgement.verdict, method, asked, now),
            *(Event(_EVENTS[change], now, asked.actor, asked.surface, person.person_id) for change in changes),
        )
        judged = Judged(judgement.verdict, method)
        return Weighed(judged, factor, asked, before, judgement.tries, tuple(changes), events)

    async def follow(self, conn: Connection, weighed: Sequence[Weighed], now: datetime) -> None:
        """Save what was judged of one person or several, each once, and tell whom it concerns; resets apart."""
        judged = [one for one in weighed if one.events]
        if not judged:
            return
        counts = [(one.factor.factor_id, one.after.factor, now if one.judged.accepted else None) for one in judged]
        await factors.save_counts(conn, counts)
        on_surfaces = [
            (one.factor.factor_id, one.asked.surface, one.after.surface)
            for one in judged
            if one.after.surface != one.before.surface
        ]
        if on_surfaces:
            await attempts.save(conn, on_surfaces)
        await audit_events.record(conn, *(event for one in judged for event in one.events))
        for one in judged:
            for change in one.changes:
                self._means.counts.throttle(app=one.asked.app, change=change.value)
            await self._tell_of_waits(conn, one, now)

    async def digests(self, conn: Connection, person: Person, factor: Factor, code: RecoveryCode) -> list[bytes]:
        """Return under which hashes the code would be stored, one a key in use."""
        return [
            recovery.digest(
                self._means.keyring.derived(Purpose.RECOVERY, key_id),
                team_id=person.team_id,
                person_id=person.person_id,
                factor_id=factor.factor_id,
                code=code,
            )
            for key_id in await recovery_codes.key_ids(conn, factor.factor_id)
            if key_id in self._means.keyring.keys
        ]

    async def unlock_helps(self, conn: Connection, factor: Factor, asked: Asked) -> bool:
        """Whether a current code would be judged only after an unlock."""
        tries = throttle.Tries(factor.count, await attempts.get(conn, factor.factor_id, asked.surface))
        return codes.unlock_helps(tries, self._means.now(), self._means.throttle)

    async def spend(
        self, conn: Connection, person: Person, factor: Factor, digests: list[bytes], asked: Asked
    ) -> Factor:
        """Use the live recovery code of these *digests* for what is *asked*; return the factor afterwards."""
        now = self._means.now()
        if await recovery_codes.use(conn, factor.factor_id, digests, now=now):
            await self._after_recovery(conn, person, factor, asked, now)
        return (await factors.lock_active(conn, [person.person_id]))[person.person_id]

    def secret(self, person: Person, factor: Factor) -> str:
        """Open a factor's secret."""
        place = Place(Purpose.FACTOR, person.team_id, person.person_id, factor.factor_id)
        return self._means.keyring.open(place, factor.sealed)

    async def _judge_recovery(
        self, conn: Connection, person: Person, factor: Factor, code: RecoveryCode, asked: Asked, now: datetime
    ) -> Judged:
        used = await recovery_codes.use(conn, factor.factor_id, await self.digests(conn, person, factor, code), now=now)
        if not used:
            await audit_events.record(conn, _verification(person, Verdict.WRONG_CODE, None, asked, now))
            return Judged(Verdict.WRONG_CODE)
        await self._after_recovery(conn, person, factor, asked, now)
        return Judged(Verdict.ACCEPTED, Method.RECOVERY_CODE)

    async def _after_recovery(
        self, conn: Connection, person: Person, factor: Factor, asked: Asked, now: datetime
    ) -> None:
        events = [_verification(person, Verdict.ACCEPTED, Method.RECOVERY_CODE, asked, now)]
        if await unlocking.by_recovery_code(conn, factor, self._means.throttle, now=now):
            detail = {"by": "recovery_code"}
            events.append(Event(audit.Kind.UNLOCKED, now, asked.actor, asked.surface, person.person_id, detail))
        left = await recovery_codes.left(conn, factor.factor_id)
        await audit_events.record(conn, *events)
        await tell(
            conn,
            person.person_id,
            Kind.RECOVERY_CODE_USED,
            now=now,
            detail={"left": left, "surface": asked.surface, "purpose": asked.purpose},
        )
        await closing.show_fewer_codes(conn, person.person_id)

    async def _tell_of_waits(self, conn: Connection, weighed: Weighed, now: datetime) -> None:
        factor = weighed.factor
        begun = [change for change in weighed.changes if change is not throttle.Change.WAIT_ENDED]
        if not begun:
            return
        locked = throttle.Change.LOCKED in begun
        not_before = now if factor.told_at is None else max(now, factor.told_at + TOLD_AT_MOST_EVERY)
        if not_before > now and not locked:
            return
        # A lock is never left untold: within the hour its notice waits for the hour to end.
        kind = Kind.LOCKED if locked else Kind.SLOWED_DOWN
        detail: audit.Detail = {"surface": weighed.asked.surface}
        await tell(conn, factor.person_id, kind, now=now, detail=detail, after=not_before - now)
        await factors.mark_told(conn, factor.factor_id, now=not_before)


def barred(person: Person, factor: Factor | None, asked: Asked) -> Judged | None:
    """Return the answer to somebody of whom no code is looked at, or None."""
    suspended = person.suspended and not asked.while_suspended
    verdict = codes.barred(suspended=suspended, enrolled=factor is not None)
    return None if verdict is None else Judged(verdict)


def read(typed: str, asked: Asked) -> TotpCode | RecoveryCode | Judged:
    """Return the code that somebody typed, or the answer where it is none that is asked for."""
    code = codes.parse(typed)
    if code is None or (isinstance(code, RecoveryCode) and not asked.recovery):
        return Judged(Verdict.INVALID_FORMAT)
    return code


def _verification(person: Person, verdict: Verdict, method: Method | None, asked: Asked, now: datetime) -> Event:
    detail = {"verdict": verdict.value, "method": method.value if method else None, "purpose": asked.purpose}
    return Event(audit.Kind.VERIFICATION, now, asked.actor, asked.surface, person.person_id, detail)


_EVENTS = {
    throttle.Change.WAIT_BEGAN: audit.Kind.WAIT_BEGAN,
    throttle.Change.DAY_LIMIT_REACHED: audit.Kind.DAY_LIMIT_REACHED,
    throttle.Change.LOCKED: audit.Kind.LOCKED,
    throttle.Change.WAIT_ENDED: audit.Kind.WAIT_ENDED,
}


def in_slack(person_id: int, purpose: str, *, recovery: bool, while_suspended: bool = False) -> Asked:
    """Ask for a code in Slack, by the person themselves."""
    return Asked(throttle.SLACK, by_person(person_id), purpose, recovery, while_suspended)
