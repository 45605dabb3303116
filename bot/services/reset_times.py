"""What time does to reset requests: reminders at half time, expiry, and the end of a hold."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from bot.core import policy, resets
from bot.core.actions import Action, Guard
from bot.core.audit import SYSTEM
from bot.core.messages import Kind
from bot.core.people import Profile
from bot.core.resets import Reset, State
from bot.services import authority, closing
from bot.services import reset_steps as steps
from bot.services.approvers import ask_holders, find_approvers
from bot.services.authority import Held
from bot.services.means import Means
from storage import people, reset_messages
from storage import resets as requests
from storage.pool import Connection


class Due(StrEnum):
    """What came of looking at a held request."""

    EXECUTED = "executed"
    ENDED = "ended"
    WAITS = "waits"
    """Its time has not come, or a lockdown stands."""
    UNCONFIRMED = "unconfirmed"
    """Slack has not said of everybody concerned who they are; to be tried again."""


class ResetTimes:
    """What the jobs do about requests, one transaction a step."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def concerned(self, request_id: int) -> list[str]:
        """Return the Slack ids of those whom Slack has to confirm before a held request takes effect."""
        async with self._means.pool.transaction() as conn:
            reset = await requests.get(conn, request_id)
            if reset is None or reset.state is not State.HOLDING:
                return []
            return [person.slack_user_id for person in (await people.several(conn, reset.people)).values()]

    async def execute(self, request_id: int, *, told: Collection[Profile]) -> Due:
        """Carry out a request whose hold is over; every guard is read again (A2)."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            found = await requests.get(conn, request_id)
            if found is None:
                return Due.ENDED
            held = await authority.hold(conn, self._means, found.people, told=told, admins=True)
            reset = await requests.lock(conn, request_id)
            if reset is None or reset.state is not State.HOLDING:
                return Due.ENDED
            if reset.hold_until is None or now < reset.hold_until:
                return Due.WAITS
            came = await self._come(conn, held, reset)
            if came is Due.ENDED:
                factor = held.factors.get(reset.subject_id)
                same = factor is not None and factor.factor_id == reset.factor_id
                await closing.end(conn, reset, State.REFUSED if same else State.SUPERSEDED, by=SYSTEM, now=now)
            if came is not Due.EXECUTED:
                return came
            done = resets.ended(reset, State.EXECUTED, by=SYSTEM, now=now)
            await requests.save(conn, done)
            await closing.execute(conn, done, held.parties[reset.subject_id], by=SYSTEM, now=now)
            return Due.EXECUTED

    async def _come(self, conn: Connection, held: Held, reset: Reset) -> Due:
        """Return what becomes of a request whose hold is over, by the guards as they are now."""
        factor = held.factors.get(reset.subject_id)
        if factor is None or factor.factor_id != reset.factor_id:
            return Due.ENDED
        alone = reset.approver_id is None and reset.requester_id is not None
        if alone and policy.needs_approval(held.parties[reset.subject_id], self._means.policy):
            # Rights that the subject got meanwhile ask for a second person (A10).
            return Due.ENDED
        refusals = {await steps.requester_refused(conn, self._means, held, reset)}
        if reset.approver_id is not None:
            refusals.add(await steps.refusal(conn, self._means, Action.APPROVE, held, reset, by=reset.approver_id))
        # What ends it ends it, whatever else is missing; what only waits comes after.
        if refusals - {None, Guard.NO_LOCKDOWN, Guard.ACTOR_CONFIRMED, Guard.SUBJECT_CONFIRMED}:
            return Due.ENDED
        if Guard.NO_LOCKDOWN in refusals or held.lockdown is not None:
            return Due.WAITS
        return Due.UNCONFIRMED if refusals - {None} else Due.EXECUTED

    async def expire(self, request_id: int) -> bool:
        """End a request that nobody answered in time; return whether this did it."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            found = await requests.get(conn, request_id)
            if found is None:
                return False
            await authority.hold(conn, self._means, found.people)
            reset = await requests.lock(conn, request_id)
            if reset is None or reset.state is not State.AWAITING_APPROVAL or now < reset.expires_at:
                return False
            await closing.end(conn, reset, State.EXPIRED, by=SYSTEM, now=now)
            return True

    async def remind(self, request_id: int) -> bool:
        """At half time ask the holders of the right in any case, else the channel; remind who was asked before."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            found = await requests.get(conn, request_id)
            if found is None:
                return False
            held = await authority.hold(conn, self._means, found.people)
            reset = await requests.lock(conn, request_id)
            if reset is None or reset.state is not State.AWAITING_APPROVAL or reset.requester_id is None:
                return False
            if now < reset.half_time or not await requests.mark_reminded(conn, request_id, now=now):
                return False
            for person_id in await reset_messages.asked(conn, request_id):
                await closing.tell_of(conn, person_id, Kind.RESET_REMINDER, reset, now=now)
            approvers = await find_approvers(conn, self._means, held, reset.subject_id, requester_id=reset.requester_id)
            await ask_holders(conn, approvers, reset, now=now)
            return True
