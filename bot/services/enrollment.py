"""Starting, confirming and ending an enrollment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.core import audit, codes, enrollment
from bot.core.actions import Action
from bot.core.audit import SYSTEM
from bot.core.codes import TotpCode
from bot.core.enrollment import ConfirmRefusal, Enrollment, StartRefusal, State
from bot.core.people import Person
from bot.core.words import Awaited
from bot.services import authority, words
from bot.services.authority import Held
from bot.services.beginning import begin
from bot.services.binding import bind
from bot.services.ending import end, record, save_end
from bot.services.judging import Judge, Judged, Method, in_slack
from bot.services.means import Means
from bot.services.words import WrongWord
from storage import enrollments, key_views, people
from storage import words as stored_words
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Started:
    """An enrollment is under way; the QR comes by DM."""

    enrollment_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An enrollment that a right code would confirm; *replacing*: in the place of the present factor.

    *asks_word*: the word from the approver as well (E10).
    """

    replacing: bool
    asks_word: bool = False


@dataclass(frozen=True, slots=True)
class Confirmed:
    """MFA is on. The recovery codes, the set *set_id*, are shown now and never again."""

    factor_id: int
    set_id: int
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrongCode:
    """No match: *left* tries, and the minutes the phone's clock is off where that explains it."""

    left: int
    minutes_off: int | None = None


@dataclass(frozen=True, slots=True)
class InvalidFormat:
    """Not six digits; counted nowhere."""


@dataclass(frozen=True, slots=True)
class PendingKey:
    """The secret of a pending enrollment, and the name of the modal that is to show it."""

    secret: str = field(repr=False)
    view: UUID


class Enrollments:
    """The life of an enrollment, one transaction a step."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def start(
        self, person_id: int, *, intent: UUID, replacing: bool, typed: str = ""
    ) -> Started | StartRefusal | Judged:
        """Start an enrollment; with *replacing*, *typed* is a current or recovery code. One effect an *intent* (X3)."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, [person_id])
            person, factor = held.parties[person_id].person, held.factors.get(person_id)
            done = await enrollments.by_intent(conn, person_id, intent)
            if done is not None:
                return Started(done.enrollment_id, done.expires_at)
            refusal = enrollment.may_start(
                person,
                has_factor=factor is not None,
                replacing=replacing,
                lately=await enrollments.count_lately(conn, person_id, now=now),
                limits=self._means.enrollment,
                awaited=await stored_words.awaited(conn, person_id),
            )
            if refusal is None and factor is not None and not await self._may_replace(conn, held, person_id):
                refusal = StartRefusal.LOCKDOWN
            if refusal is not None:
                await record(conn, audit.Kind.ENROLLMENT_REFUSED, person, now, {"why": refusal.value})
                return refusal
            keeps_age = False
            if factor is not None:
                asked = in_slack(person_id, "replace", recovery=True)
                judged = await self._judge.judge(conn, person, factor, typed, asked)
                if not judged.accepted:
                    return judged
                keeps_age = judged.method is Method.TOTP
            before = await enrollments.pending_of(conn, person_id)
            if before is not None:
                await end(conn, person, before, State.SUPERSEDED, now)
            begun = await begin(conn, self._means, person, factor, intent=intent, now=now, keeps_age=keeps_age)
            return Started(begun.enrollment_id, begun.expires_at)

    async def confirm(
        self, enrollment_id: int, *, by: int, typed: str, word: str = ""
    ) -> Confirmed | ConfirmRefusal | WrongCode | InvalidFormat | WrongWord:
        """Turn MFA on, if *typed* is a right code for this pending secret (E1), and *word* right where asked (E10)."""
        now = self._means.now_for_codes()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, [by])
            person, factor = held.parties[by].person, held.factors.get(by)
            pending = await enrollments.get(conn, enrollment_id)
            if pending is None:
                return ConfirmRefusal.NOT_YOURS
            awaited = await stored_words.awaited(conn, by)
            refusal = enrollment.may_confirm(pending, by=person, now=now, awaited=awaited)
            if refusal is None and factor is not None and not await self._may_replace(conn, held, by):
                refusal = ConfirmRefusal.LOCKDOWN
            if refusal is not None:
                if refusal is ConfirmRefusal.EXPIRED and pending.state is State.PENDING:
                    await end(conn, person, pending, State.EXPIRED, now)
                return refusal
            if pending.replaces != (factor.factor_id if factor else None):
                # It was started for another state of this person's MFA than the present one.
                await end(conn, person, pending, State.SUPERSEDED, now)
                return ConfirmRefusal.SUPERSEDED
            code = codes.parse(typed)
            if not isinstance(code, TotpCode):
                return InvalidFormat()
            if awaited is not None:
                wrong = await words.check(conn, self._means, person, pending, awaited, word, now=now)
                if wrong is not None:
                    return wrong
            return await self._judge_code(conn, held, pending, code, awaited)

    async def cancel(self, enrollment_id: int, *, by: int) -> State | None:
        """Cancel a pending enrollment of one's own; return the state it is in now, None where it is not theirs."""
        return await self._end_by_id(enrollment_id, State.CANCELLED, by=by)

    async def expire(self, enrollment_id: int) -> State | None:
        """End an enrollment whose time is over; return the state it is in now."""
        return await self._end_by_id(enrollment_id, State.EXPIRED)

    async def give_up(self, enrollment_id: int) -> State | None:
        """End an enrollment whose QR Slack says it will never deliver."""
        return await self._end_by_id(enrollment_id, State.UNDELIVERED)

    async def look(self, enrollment_id: int, *, by: int) -> Waiting | ConfirmRefusal:
        """Return what a code of theirs would do now, or why none would be looked at."""
        async with self._means.pool.transaction() as conn:
            found = await self._look(conn, enrollment_id, by)
            if isinstance(found, ConfirmRefusal):
                return found
            # Somebody suspended gets as far as this with a word alone.
            return Waiting(replacing=found[1].replaces is not None, asks_word=found[0].suspended)

    async def key(self, enrollment_id: int, *, by: int) -> PendingKey | ConfirmRefusal:
        """Return the pending secret for typing by hand, to its owner alone and only while it can be confirmed.

        It is counted, and an event: whoever has the owner's session can read it too (E11).
        """
        async with self._means.pool.transaction() as conn:
            found = await self._look(conn, enrollment_id, by)
            if isinstance(found, ConfirmRefusal):
                return found
            now, view = self._means.now(), UUID(bytes=self._means.random(16), version=4)
            await key_views.insert(conn, view, enrollment_id=enrollment_id, now=now)
            await record(conn, audit.Kind.KEY_SHOWN, found[0], now, {"enrollment": enrollment_id})
            return PendingKey(self._open(*found), view)

    async def _may_replace(self, conn: Connection, held: Held, person_id: int) -> bool:
        return await authority.refusal(conn, self._means, Action.REPLACE_OWN, held, actor_id=person_id) is None

    async def _look(self, conn: Connection, enrollment_id: int, by: int) -> tuple[Person, Enrollment] | ConfirmRefusal:
        person = (await people.lock(conn, [by]))[by]
        pending = await enrollments.get(conn, enrollment_id)
        if pending is None:
            return ConfirmRefusal.NOT_YOURS
        awaited = await stored_words.awaited(conn, by)
        return enrollment.may_confirm(pending, by=person, now=self._means.now(), awaited=awaited) or (person, pending)

    async def _judge_code(
        self, conn: Connection, held: Held, pending: Enrollment, code: TotpCode, awaited: Awaited | None
    ) -> Confirmed | WrongCode | ConfirmRefusal:
        person, now = held.parties[pending.person_id].person, self._means.now()
        secret = self._open(person, pending)
        step = codes.matching_step(secret, code, now)
        if step is None:
            return await self._count_wrong(conn, person, pending, codes.minutes_off(secret, code, now), now)
        old = held.factors.get(person.person_id)
        factor_id, made = await bind(conn, self._means, person, pending, secret=secret, step=step, old=old, now=now)
        if awaited is not None:
            await words.fulfil(conn, person, awaited, now=now)
        return Confirmed(factor_id, made.set_id, made.codes)

    async def _count_wrong(
        self, conn: Connection, person: Person, pending: Enrollment, minutes_off: int | None, now: datetime
    ) -> WrongCode | ConfirmRefusal:
        counted = enrollment.after_wrong_code(pending, now=now, limits=self._means.enrollment)
        detail = {"enrollment": pending.enrollment_id, "wrong": counted.wrong, "clock_off": minutes_off is not None}
        await record(conn, audit.Kind.ENROLLMENT_WRONG_CODE, person, now, detail)
        if counted.state is State.EXHAUSTED:
            await save_end(conn, person, counted, now)
            return ConfirmRefusal.EXHAUSTED
        await enrollments.save(conn, counted)
        return WrongCode(self._means.enrollment.max_wrong - counted.wrong, minutes_off)

    async def _end_by_id(self, enrollment_id: int, state: State, *, by: int | None = None) -> State | None:
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            found = await enrollments.get(conn, enrollment_id)
            if found is None or by not in (None, found.person_id):
                return None
            person = (await people.lock(conn, [found.person_id]))[found.person_id]
            # Read again: the first look was without the person's row.
            held = await enrollments.get(conn, enrollment_id)
            if held is None or held.state is not State.PENDING:
                return held.state if held else None
            if state is State.EXPIRED and now < held.expires_at:
                return held.state
            await end(conn, person, held, state, now, actor=SYSTEM if by is None else None)
            return state

    def _open(self, person: Person, pending: Enrollment) -> str:
        if pending.sealed is None:
            raise ValueError("an enrollment that is pending has a secret")
        return self._means.keyring.open(enrollment.secret_place(person, pending.enrollment_id), pending.sealed)
