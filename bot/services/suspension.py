"""`Block my sign-in`, `Stop this request`, and `It was me`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.core import audit, codes, suspension
from bot.core.actions import Action
from bot.core.audit import by_person
from bot.core.codes import RecoveryCode, Verdict
from bot.core.factors import Factor
from bot.core.jobs import EditMessage
from bot.core.messages import Kind, Message, Settled
from bot.core.people import Person, SuspendedWhy
from bot.core.resets import State
from bot.core.suspension import ReleaseRefusal
from bot.services import authority, closing, stolen
from bot.services.authority import Held
from bot.services.ending import record
from bot.services.judging import Judge, Judged, in_slack
from bot.services.means import Means
from bot.services.notices import refresh_home, settle_offers, tell
from bot.services.suspending import dispute, suspend
from storage import factors, jobs, messages, people, recovery_codes, reset_messages, suspensions, words
from storage import resets as requests
from storage.pool import Connection


class Stopped(StrEnum):
    """What pressing the button did."""

    NOW = "now"
    DISPUTED = "disputed"
    """As NOW, and what was changed lately counts no longer: only a reset ends it."""
    AWAITS_WORD = "awaits_word"
    """As NOW, and since the factor is gone the next enrollment asks for a word."""
    TOO_LATE = "too_late"
    BEFORE = "before"
    NOT_YOURS = "not_yours"
    VETOED = "vetoed"
    """The reset that the notice told of is stopped; nobody is suspended by that."""
    VETOED_SUSPENDED = "vetoed_suspended"
    """Likewise, of somebody who is suspended and stays so."""


class Released(StrEnum):
    """The suspension is over."""

    NOW = "now"


class Suspension:
    """Stops everything for a person who says it was not them, and lets them back."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def stop(self, message_id: int, *, by: int) -> Stopped:
        """Suspend the owner of a notice, who says that what it tells was not them. It needs no code: it tightens."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, [by], admins=True)
            message = await messages.get(conn, message_id)
            if message is None or message.person_id != by:
                return Stopped.NOT_YOURS
            if message.kind is Kind.RESET_OPENED:
                return await self._veto(conn, held, message_id, by, now)
            return await self._stop(conn, held, by, message, now)

    async def _stop(self, conn: Connection, held: Held, by: int, message: Message, now: datetime) -> Stopped:
        """Suspend, and dispute what was changed lately; which notice it was pressed on does not matter (E9)."""
        if not message.blocks:
            return Stopped.BEFORE
        person, ttl = held.parties[by].person, self._means.block_ttl
        if not suspension.block_works(message.created_at, now=now, ttl=ttl):
            return Stopped.TOO_LATE
        await messages.settle(conn, message.message_id, Settled.STOPPED, now=now)
        await jobs.enqueue(conn, EditMessage(message.message_id))
        detail: audit.Detail = {"message": message.message_id}
        blocked = await suspend(conn, person, SuspendedWhy.NOT_ME, by=by_person(by), now=now, detail=detail)
        disputed = await dispute(conn, person, held.factors.get(by), since=now - ttl, now=now)
        if not blocked and not disputed:
            return Stopped.BEFORE
        stopped = Stopped.NOW
        if disputed:
            stopped = Stopped.DISPUTED if held.parties[by].enrolled else Stopped.AWAITS_WORD
            await closing.show_fewer_codes(conn, by)
        await tell(conn, by, Kind.SUSPENDED, now=now, detail={"as": stopped.value})
        return stopped

    async def _veto(self, conn: Connection, held: Held, message_id: int, by: int, now: datetime) -> Stopped:
        """Stop the reset that the notice tells of (A13); pressed when it was carried out already, it suspends."""
        about = await reset_messages.request_of(conn, message_id)
        reset = None if about is None else await requests.lock(conn, about[0])
        if reset is None:
            return Stopped.BEFORE
        refusal = await authority.refusal(
            conn, self._means, Action.VETO, held, actor_id=by, subject_id=reset.subject_id
        )
        if refusal is not None:
            return Stopped.NOT_YOURS
        if reset.open:
            done = await closing.end(conn, reset, State.VETOED, by=by_person(by), now=now)
            await stolen.tell_of_veto(conn, done, now=now)
            return Stopped.VETOED_SUSPENDED if held.parties[by].person.suspended else Stopped.VETOED
        # The press counts for the notice that followed, and as often as that one: once.
        told_id = await reset_messages.done_of(conn, reset.request_id)
        told = None if told_id is None else await messages.get(conn, told_id)
        return Stopped.BEFORE if told is None else await self._stop(conn, held, by, told, now)

    async def release(self, person_id: int, *, typed: str, recovery_code: str) -> Released | ReleaseRefusal | Judged:
        """Lift the owner's own suspension: a current code, and where the reason asks for it a recovery code as well."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            person = (await people.lock(conn, [person_id]))[person_id]
            factor = (await factors.lock_active(conn, [person_id])).get(person_id)
            refusal = suspension.may_release(
                person,
                has_factor=factor is not None,
                disputed=factor is not None and factor.disputed_at is not None,
                awaits_word=await words.awaited(conn, person_id) is not None,
            )
            if refusal is not None or factor is None or person.suspended_why is None:
                return refusal or ReleaseRefusal.NO_FACTOR
            offered = await suspensions.release_at(conn, person_id) is not None
            second = [] if offered else await self._second(conn, person, factor, recovery_code)
            if isinstance(second, Judged):
                return second
            judged = await self._both(conn, person, factor, second, typed)
            if not judged.accepted:
                return judged
            await people.release(conn, person_id)
            await suspensions.forget(conn, person_id)
            await settle_offers(conn, person_id, now=now)
            await record(conn, audit.Kind.RELEASED, person, now, {"why": person.suspended_why.value})
            await tell(conn, person_id, Kind.RELEASED, now=now)
            await refresh_home(conn, person_id)
            return Released.NOW

    async def _second(self, conn: Connection, person: Person, factor: Factor, typed: str) -> list[bytes] | Judged:
        """Return the digests of a recovery code that is still good (none where none is asked for), or the refusal."""
        if person.suspended_why is None or not suspension.needs_recovery_code(person.suspended_why):
            return []
        code = codes.parse(typed)
        if not isinstance(code, RecoveryCode):
            return Judged(Verdict.INVALID_FORMAT)
        digests = await self._judge.digests(conn, person, factor, code)
        if not await recovery_codes.is_live(conn, factor.factor_id, digests):
            return Judged(Verdict.WRONG_CODE)
        return digests

    async def _both(self, conn: Connection, person: Person, factor: Factor, second: list[bytes], typed: str) -> Judged:
        """Judge the current code beside a good recovery code, which a mistyped one does not cost.

        Where a lock or a wait stands in the way the recovery code ends it first, and is used by that: nobody else's
        guesses may close this way out (C5).
        """
        asked = in_slack(person.person_id, "release", recovery=False, while_suspended=True)
        if second and await self._judge.unlock_helps(conn, factor, asked):
            factor, second = await self._judge.spend(conn, person, factor, second, asked), []
        judged = await self._judge.judge(conn, person, factor, typed, asked)
        if judged.accepted and second:
            held = (await factors.lock_active(conn, [person.person_id]))[person.person_id]
            await self._judge.spend(conn, person, held, second, asked)
        return judged
