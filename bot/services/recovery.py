"""Recovery codes: new ones, `I saved them`, and codes pasted into the DM."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.core import audit, codes, messages, recovery
from bot.core.actions import Action, Guard
from bot.core.audit import Event, by_person
from bot.core.codes import RecoveryCode, TotpCode
from bot.core.factors import Factor
from bot.core.people import Person
from bot.core.sealing import Purpose
from bot.core.throttle import SLACK
from bot.services import authority, closing
from bot.services.ending import record
from bot.services.judging import Judge, Judged, in_slack
from bot.services.means import Means
from bot.services.notices import refresh_home, tell
from storage import audit as audit_events
from storage import factors, people, recovery_codes
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class NewCodes:
    """Shown now and never again. *set_id* names the set; each one made voids the one before."""

    set_id: int
    codes: tuple[str, ...] = field(repr=False)


class MakeRefusal(StrEnum):
    """Why no new codes were made."""

    ALREADY_DONE = "already_done"


class Pasted(StrEnum):
    """What a message in the DM was."""

    CODE = "code"
    NO_CODE = "no_code"


async def make_codes(
    conn: Connection, means: Means, person: Person, factor_id: int, *, intent: UUID, now: datetime
) -> NewCodes:
    """Make a factor's set of codes inside the caller's transaction, voiding the set before."""
    shown = recovery.make(means.random(recovery.HOW_MANY * recovery.ENTROPY_BYTES))
    key_id = means.keyring.primary
    key = means.keyring.derived(Purpose.RECOVERY, key_id)
    digests = [
        recovery.digest(
            key, team_id=person.team_id, person_id=person.person_id, factor_id=factor_id, code=recovery.read(code)
        )
        for code in shown
    ]
    await recovery_codes.void(conn, factor_id, now=now)
    set_id = await recovery_codes.insert_set(conn, factor_id, intent=intent, key_id=key_id, digests=digests, now=now)
    return NewCodes(set_id, shown)


class Recovery:
    """What a person does with their recovery codes, one transaction a step."""

    def __init__(self, means: Means, judge: Judge) -> None:
        self._means = means
        self._judge = judge

    async def renew(self, person_id: int, *, intent: UUID, typed: str) -> NewCodes | MakeRefusal | Guard | Judged:
        """Make new codes for a current TOTP code; a recovery code will not do. One effect an *intent* (X3)."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            held = await authority.hold(conn, self._means, [person_id])
            person, factor = held.parties[person_id].person, held.factors.get(person_id)
            if factor is not None and await recovery_codes.was_made(conn, factor.factor_id, intent=intent):
                return MakeRefusal.ALREADY_DONE
            refusal = await authority.refusal(conn, self._means, Action.RENEW_OWN, held, actor_id=person_id)
            if refusal is not None:
                await record(conn, audit.Kind.OWN_REFUSED, person, now, {"why": refusal.value, "act": "renew"})
                return refusal
            asked = in_slack(person_id, "recovery-codes", recovery=False)
            judged = await self._judge.judge(conn, person, factor, typed, asked)
            if not judged.accepted or factor is None:
                return judged
            made = await make_codes(conn, self._means, person, factor.factor_id, intent=intent, now=now)
            await factors.mark_codes_unsaved(conn, factor.factor_id)
            await self._record(conn, audit.Kind.RECOVERY_CODES_MADE, person, factor, now)
            await tell(conn, person_id, messages.Kind.RECOVERY_CODES_MADE, now=now)
            await refresh_home(conn, person_id)
            return made

    async def saved(self, person_id: int, *, set_id: int) -> bool:
        """Remember that the owner saved this set of codes; return whether it is theirs and still works."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            person = (await people.lock(conn, [person_id]))[person_id]
            factor = (await factors.lock_active(conn, [person_id])).get(person_id)
            if factor is None or await recovery_codes.live_set(conn, factor.factor_id) != set_id:
                return False
            if factor.codes_saved_at is None:
                await factors.mark_codes_saved(conn, factor.factor_id, now=now)
                await self._record(conn, audit.Kind.RECOVERY_CODES_SAVED, person, factor, now)
                await refresh_home(conn, person_id)
            return True

    def looks_pasted(self, text: str) -> bool:
        """Whether a message is just a code, or holds recovery codes, so that it is worth asking who sent it."""
        return bool(codes.pasted(text))

    async def pasted(self, person_id: int, *, text: str, cause: str) -> Pasted:
        """Make codes that were pasted into the DM worthless; nothing else changes, and nothing is judged.

        The reply is the same whether or not the code was a right one; *cause* names the message, which may come twice.
        """
        found = codes.pasted(text)
        if not found:
            return Pasted.NO_CODE
        now = self._means.now_for_codes()
        async with self._means.pool.transaction() as conn:
            person = (await people.lock(conn, [person_id]))[person_id]
            factor = (await factors.lock_active(conn, [person_id])).get(person_id)
            if factor is not None and any([await self._burn(conn, person, factor, code, now) for code in found]):
                await self._record(conn, audit.Kind.CODE_PASTED, person, factor, now)
                if isinstance(found[0], RecoveryCode):
                    left = await recovery_codes.left(conn, factor.factor_id)
                    kind = messages.Kind.RECOVERY_CODE_PASTED
                    await tell(conn, person_id, kind, now=now, detail={"left": left}, cause=cause)
                    await closing.show_fewer_codes(conn, person_id)
            await tell(conn, person_id, messages.Kind.CODE_PASTED, now=now, cause=cause)
            return Pasted.CODE

    async def _burn(
        self, conn: Connection, person: Person, factor: Factor, code: TotpCode | RecoveryCode, now: datetime
    ) -> bool:
        """Use a code up without judging it; return whether it would have worked."""
        if isinstance(code, RecoveryCode):
            digests = await self._judge.digests(conn, person, factor, code)
            return await recovery_codes.use(conn, factor.factor_id, digests, now=now)
        step = codes.matching_step(self._judge.secret(person, factor), code, now)
        if step is None or step <= factor.count.last_step:
            return False
        await factors.save_count(conn, factor.factor_id, codes.burnt(factor.count, step), verified_at=None)
        return True

    async def _record(self, conn: Connection, kind: audit.Kind, person: Person, factor: Factor, now: datetime) -> None:
        event = Event(kind, now, by_person(person.person_id), SLACK, person.person_id, {"factor": factor.factor_id})
        await audit_events.record(conn, event)
