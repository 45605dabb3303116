"""How a request about somebody is opened, or why it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import policy, reset_opening
from bot.core.actions import Action, Guard
from bot.core.reset_opening import Before, OpenRefusal, VetoedLately
from bot.core.resets import Happened
from bot.services import authority
from bot.services.approvers import Approvers, find_approvers
from bot.services.authority import Held
from bot.services.means import Means
from storage import reset_history
from storage import resets as requests
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Route:
    """How somebody's MFA is reset by an actor: directly, or by asking *approvers*.

    *may_disable*: the actor may disable others directly; a privileged subject needs an approval all the same.
    """

    direct: bool
    may_disable: bool
    approvers: Approvers | None


async def find_route(
    conn: Connection, means: Means, held: Held, *, by: int, subject_id: int, happened: Happened, now: datetime
) -> Route | Guard | OpenRefusal | VetoedLately:
    """Return how *by* resets the subject's MFA, or why they may not even ask; both are held."""
    if by not in held.parties:
        return Guard.ACTOR_IS_MEMBER
    asked = await authority.case(conn, means, Action.DISABLE_OTHER, held, actor_id=by, subject_id=subject_id)
    guard = policy.refusal(asked)
    may_disable = guard is None
    if guard is Guard.RIGHT:
        guard = policy.refusal(replace(asked, action=Action.ASK))
    if guard is not None or asked.subject is None:
        return guard or Guard.SUBJECT_KNOWN
    refusal = await not_opened(conn, by=by, subject_id=subject_id, happened=happened, now=now)
    if refusal is not None:
        return refusal
    if may_disable and not policy.needs_approval(asked.subject, means.policy):
        return Route(direct=True, may_disable=True, approvers=None)
    approvers = await find_approvers(conn, means, held, subject_id, requester_id=by)
    return (
        Route(direct=False, may_disable=may_disable, approvers=approvers) if approvers.any else OpenRefusal.NO_APPROVER
    )


async def not_opened(
    conn: Connection, *, by: int, subject_id: int, happened: Happened, now: datetime
) -> OpenRefusal | VetoedLately | None:
    """Return why *by* opens no request, or None; where it decides something, both people's rows are held."""
    before = Before(
        open_about_subject=await requests.open_about(conn, subject_id) is not None,
        open_of_requester=await requests.count_open_of(conn, by),
        stolen_of_requester=await reset_history.count_stolen(conn, by, now=now, within=reset_opening.STOLEN_WITHIN),
        vetoed_at=await reset_history.vetoed_at(conn, subject_id, requester_id=by),
    )
    return reset_opening.may_open(before, happened=happened, now=now)
