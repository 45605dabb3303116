"""What who may see of others: a person, why an act would be refused, the open requests. Each look is an event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core import audit, policy, rates
from bot.core.actions import Action, Guard, Party
from bot.core.audit import Event, by_person
from bot.core.policy import Verdict
from bot.core.rates import Bucket
from bot.core.reset_opening import OpenRefusal, VetoedLately
from bot.core.resets import Happened
from bot.core.throttle import SLACK
from bot.services import authority
from bot.services.approvers import find_approvers
from bot.services.cards import Card, Facts, card, facts
from bot.services.means import Means
from bot.services.reset_opening import not_opened
from storage import audit as audit_events
from storage import people, roles, words
from storage import resets as requests
from storage.pool import Connection

LOOKS_A_SECOND = 5
SHOWN_AT_MOST = 16
"""Open requests that are shown, of three blocks each: Slack takes 50 in a message."""
WHY = (
    Action.DISABLE_OTHER,
    Action.ASK,
    Action.APPROVE,
    Action.DENY,
    Action.UNLOCK,
    Action.RELEASE,
    Action.GRANT,
    Action.REVOKE,
    Action.WAKE,
)
"""What `why` explains: everything that is done to somebody; answers only where there is a request."""
ANSWERS = (Action.APPROVE, Action.DENY)


class LookRefusal(StrEnum):
    """Why nothing is shown, though it might be."""

    TOO_FAST = "too_fast"


@dataclass(frozen=True, slots=True)
class Shown:
    """A person as who may look sees them: status only. *route*: what the looker's reset of them would be.

    *not_opened*: why a request of the looker would come to nothing, whatever the policy says.
    """

    party: Party
    facts: Facts
    roles: tuple[str, ...]
    route: Action | Guard
    needs_approval: bool
    open_request: int | None
    not_opened: OpenRefusal | VetoedLately | None = None
    awaits_word: bool = False
    """A reset left them suspended until they enroll with the word."""


@dataclass(frozen=True, slots=True)
class Why:
    """Each guard's verdict on each act of the asker towards somebody, as things stand now.

    *needs_approval*: nobody disables that person's MFA alone. *not_opened*: why a request of the asker would come to
    nothing though every guard lets it pass; *no_approver*: nobody could approve one.
    """

    subject: Party
    acts: tuple[tuple[Action, tuple[Verdict, ...]], ...]
    request_open: bool
    needs_approval: bool
    not_opened: OpenRefusal | VetoedLately | None
    no_approver: bool


class Looks:
    """Shows, and writes down who looked; an impatient looker has to wait."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._buckets: dict[int, Bucket] = {}

    async def show(self, *, by: int, subject_id: int) -> Shown | Guard | LookRefusal:
        """Return a person's status."""
        async with self._means.pool.transaction() as conn:
            refusal = await self.may(conn, Action.SHOW, by, subject_id)
            if refusal is not None:
                return refusal
            held = await authority.as_if_confirmed(conn, {by, subject_id})
            route = await self._route(conn, held, by, subject_id)
            party = held.parties[subject_id]
            grants = (await roles.grants_of(conn, [subject_id]))[subject_id]
            open_now = await requests.open_about(conn, subject_id)
            return Shown(
                party=party,
                facts=await facts(conn, self._means, subject_id, requester_id=by),
                roles=tuple(grant.role.name for grant in grants),
                route=route,
                needs_approval=route is Action.ASK or policy.needs_approval(party, self._means.policy),
                open_request=open_now,
                not_opened=await not_opened(
                    conn, by=by, subject_id=subject_id, happened=Happened.LOST, now=self._means.now()
                ),
                awaits_word=await words.awaited(conn, subject_id) is not None,
            )

    async def why(self, *, by: int, subject_id: int) -> Why | Guard | LookRefusal:
        """Return every guard's verdict, without acting."""
        async with self._means.pool.transaction() as conn:
            refusal = await self.may(conn, Action.WHY, by, subject_id)
            if refusal is not None:
                return refusal
            held = await authority.as_if_confirmed(conn, {by, subject_id})
            open_now = await requests.open_about(conn, subject_id)
            reset = None if open_now is None else await requests.get(conn, open_now)
            acts = []
            for action in WHY:
                if action in ANSWERS and reset is None:
                    continue
                asked = await authority.case(
                    conn,
                    self._means,
                    action,
                    held,
                    actor_id=by,
                    subject_id=subject_id,
                    requester_id=reset.requester_id if reset else None,
                )
                acts.append((action, policy.verdicts(asked)))
            subject = held.parties[subject_id]
            approvers = await find_approvers(conn, self._means, held, subject_id, requester_id=by)
            return Why(
                subject,
                tuple(acts),
                request_open=reset is not None,
                needs_approval=policy.needs_approval(subject, self._means.policy),
                not_opened=await not_opened(
                    conn, by=by, subject_id=subject_id, happened=Happened.LOST, now=self._means.now()
                ),
                no_approver=not approvers.any,
            )

    async def requests(self, *, by: int) -> list[Card] | Guard | LookRefusal:
        """Return the open requests, the oldest first; one more than are shown where there are more."""
        async with self._means.pool.transaction() as conn:
            refusal = await self.may(conn, Action.REQUESTS, by, None)
            if refusal is not None:
                return refusal
            found = await requests.every_open(conn, limit=SHOWN_AT_MOST + 1)
            cards = [await card(conn, self._means, reset.request_id) for reset in found]
            return [one for one in cards if one is not None]

    async def slack_ids(self, person_ids: set[int]) -> list[str]:
        """Return under which ids Slack knows people: whom to ask it about."""
        async with self._means.pool.transaction() as conn:
            return [person.slack_user_id for person in (await people.several(conn, person_ids)).values()]

    async def may(
        self, conn: Connection, action: Action, by: int, subject_id: int | None
    ) -> Guard | LookRefusal | None:
        """Return why *by* may not look now, or None; either is an event. In the transaction that looks."""
        concerned = {by} if subject_id is None else {by, subject_id}
        held = authority.Held(None, await authority.look(conn, concerned), {})
        refusal: Guard | LookRefusal | None = await authority.refusal(
            conn, self._means, action, held, actor_id=by, subject_id=subject_id
        )
        if refusal is None and (too_fast := self.paced(by)) is not None:
            return too_fast
        kind = audit.Kind.LOOKED if refusal is None else audit.Kind.LOOK_REFUSED
        detail: audit.Detail = {"act": action.value} | ({"why": refusal.value} if refusal else {})
        event = Event(kind, self._means.now(), by_person(by), SLACK, subject_id, detail)
        await audit_events.record(conn, event)
        return refusal

    def paced(self, by: int) -> LookRefusal | None:
        """Count a look of somebody who may, or tell them to wait; of all that is looked at together."""
        bucket = rates.take(self._buckets.get(by), self._means.now(), LOOKS_A_SECOND)
        if bucket is None:
            return LookRefusal.TOO_FAST
        self._buckets[by] = bucket
        return None

    async def _route(self, conn: Connection, held: authority.Held, by: int, subject_id: int) -> Action | Guard:
        for action in (Action.DISABLE_OTHER, Action.ASK):
            refusal = await authority.refusal(conn, self._means, action, held, actor_id=by, subject_id=subject_id)
            if refusal is None:
                return action
            if refusal is not Guard.RIGHT:
                return refusal
        return Guard.RIGHT
