"""What helpdesk does for somebody short of a reset: unlocking a factor, and releasing a suspended person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from bot.core import audit, resets, throttle
from bot.core.actions import Action, Guard, Party
from bot.core.audit import Event, by_person
from bot.core.factors import Factor
from bot.core.messages import Kind
from bot.core.people import Profile
from bot.core.resets import ReasonFault
from bot.core.throttle import SLACK, UnlockLimit
from bot.core.words import Awaited
from bot.services import authority, unlocking, words
from bot.services.authority import Held
from bot.services.judging import Judge, Judged, in_slack
from bot.services.means import Means
from bot.services.notices import refresh_home, tell
from storage import audit as audit_events
from storage import people, suspensions
from storage import words as stored_words
from storage.pool import Connection


class Helped(StrEnum):
    """What was done."""

    UNLOCKED = "unlocked"
    RELEASED = "released"
    OFFERED = "offered"
    """Released as far as helpdesk goes: one current code of the owner ends the suspension."""
    WORD = "word"
    """What goes on after a reset goes on, and a new word was made for the enrollment that ends it (E10)."""


@dataclass(frozen=True, slots=True)
class NewWord:
    """The word that was made, for this actor alone and this once."""

    word: str = field(repr=False)


_DONE: Final = {
    audit.Kind.UNLOCKED: Helped.UNLOCKED,
    audit.Kind.RELEASED: Helped.RELEASED,
    audit.Kind.RELEASE_OFFERED: Helped.OFFERED,
    audit.Kind.WORD_MADE: Helped.WORD,
}


class UnlockRefusal(StrEnum):
    """Why an unlock comes to nothing."""

    NOTHING_TO_UNLOCK = "nothing_to_unlock"
    ONLY_A_RESET = "only_a_reset"


class Helpdesk:
    """Unlocks and releases, one transaction each, for the actor's code."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def unlock(
        self, *, by: int, subject_id: int, told: Collection[Profile], intent: UUID, reason: str, typed: str
    ) -> Helped | UnlockRefusal | UnlockLimit | Guard | ReasonFault | Judged:
        """End the lock and every wait of somebody's factor, not what was counted; one effect an *intent* (X3)."""
        why = resets.reason(reason)
        if isinstance(why, ReasonFault):
            return why
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, {by, subject_id}, told=told)
            if (before := await self._before(conn, by, subject_id, intent)) is not None:
                return before
            refusal: Guard | UnlockRefusal | UnlockLimit | None = await authority.refusal(
                conn, self._means, Action.UNLOCK, held, actor_id=by, subject_id=subject_id
            )
            factor = held.factors.get(subject_id)
            if refusal is None and factor is not None:
                refusal = await self._may_unlock(conn, factor, now)
            if refusal is not None or factor is None:
                refusal = refusal or Guard.SUBJECT_HAS_MFA
                await self._record(conn, audit.Kind.UNLOCK_REFUSED, by, subject_id, {"why": refusal.value})
                return refusal
            judged = await self._judged(conn, held, by, purpose="unlock", typed=typed)
            if not judged.accepted:
                return judged
            await unlocking.unlock(conn, factor, self._means.throttle, now=now)
            detail = _detail(why, intent)
            await self._record(conn, audit.Kind.UNLOCKED, by, subject_id, detail)
            await tell(conn, subject_id, Kind.UNLOCKED, now=now)
            return Helped.UNLOCKED

    async def release(
        self, *, by: int, subject_id: int, told: Collection[Profile], intent: UUID, reason: str, typed: str
    ) -> Helped | NewWord | Guard | ReasonFault | Judged:
        """Release a suspended person: at once where they have no factor, else for one current code of theirs.

        Whom a reset has left suspended gets a new word instead, through the actor: nobody is let in by this (E10). One
        effect an *intent* (X3).
        """
        why = resets.reason(reason)
        if isinstance(why, ReasonFault):
            return why
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, {by, subject_id}, told=told)
            if (before := await self._before(conn, by, subject_id, intent)) is not None:
                return before
            refusal = await authority.refusal(
                conn, self._means, Action.RELEASE, held, actor_id=by, subject_id=subject_id
            )
            if refusal is not None:
                await self._record(conn, audit.Kind.RELEASE_REFUSED, by, subject_id, {"why": refusal.value})
                return refusal
            if await suspensions.release_at(conn, subject_id) is not None:
                return Helped.OFFERED
            judged = await self._judged(conn, held, by, purpose="release-other", typed=typed)
            if not judged.accepted:
                return judged
            return await self._released(conn, held.parties[subject_id], by, _detail(why, intent))

    async def _released(self, conn: Connection, subject: Party, by: int, detail: audit.Detail) -> Helped | NewWord:
        now, person_id = self._means.now(), subject.person.person_id
        awaited = await stored_words.awaited(conn, person_id)
        if awaited is not None:
            return await self._new_word(conn, subject, awaited, by, detail)
        await refresh_home(conn, person_id)
        if subject.enrolled:
            await suspensions.note_release(conn, person_id, now=now)
            await self._record(conn, audit.Kind.RELEASE_OFFERED, by, person_id, detail)
            await tell(conn, person_id, Kind.RELEASE_OFFERED, now=now)
            return Helped.OFFERED
        await people.release(conn, person_id)
        await suspensions.forget(conn, person_id)
        await self._record(conn, audit.Kind.RELEASED, by, person_id, detail)
        await tell(conn, person_id, Kind.RELEASED, now=now)
        return Helped.RELEASED

    async def _new_word(
        self, conn: Connection, subject: Party, awaited: Awaited, by: int, detail: audit.Detail
    ) -> NewWord:
        now, person = self._means.now(), subject.person
        word = await words.make_another(conn, self._means, person, awaited, by=by_person(by), now=now, detail=detail)
        await tell(conn, person.person_id, Kind.WORD_MADE, now=now)
        await refresh_home(conn, person.person_id)
        return NewWord(word)

    async def _before(self, conn: Connection, by: int, subject_id: int, intent: UUID) -> Helped | None:
        """Return what this very submission has done, if it arrives again; both rows are held."""
        done = await audit_events.was_done(
            conn, subject_id, _DONE, actor=by_person(by), intent=intent, now=self._means.now()
        )
        return None if done is None else _DONE[done]

    async def _may_unlock(self, conn: Connection, factor: Factor, now: datetime) -> UnlockRefusal | UnlockLimit | None:
        if throttle.beyond_help(factor.count, self._means.throttle):
            return UnlockRefusal.ONLY_A_RESET
        if not await unlocking.helps(conn, factor, self._means.throttle, now=now):
            return UnlockRefusal.NOTHING_TO_UNLOCK
        unlocked_at = await audit_events.lately(
            conn, factor.person_id, audit.Kind.UNLOCKED, now=now, within=throttle.MONTH
        )
        return throttle.unlock_limit(unlocked_at, now)

    async def _judged(self, conn: Connection, held: Held, by: int, *, purpose: str, typed: str) -> Judged:
        asked = in_slack(by, purpose, recovery=False)
        return await self._judge.judge(conn, held.parties[by].person, held.factors.get(by), typed, asked)

    async def _record(self, conn: Connection, kind: audit.Kind, by: int, subject_id: int, detail: audit.Detail) -> None:
        event = Event(kind, self._means.now(), by_person(by), SLACK, subject_id, detail)
        await audit_events.record(conn, event)


def _detail(why: str, intent: UUID) -> audit.Detail:
    return {"reason": resets.reason_digest(why), "by": "helpdesk", "intent": str(intent)}
