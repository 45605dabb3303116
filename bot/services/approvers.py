"""Who is asked to approve a reset: the able manager, else and at half time the holders of the right, else a channel.

A channel is a place and nobody: it stands in for the holders where there are none to ask, and makes no approver exist.
Nothing is decided here: whoever presses the button is judged when they press it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import policy
from bot.core.messages import Kind
from bot.core.permissions import Permission
from bot.core.resets import Reset
from bot.services import authority, closing
from bot.services.authority import Held
from bot.services.means import Means
from storage import managers, roles
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who could approve: the subject's manager, where able, and everybody else who holds the right; and the channel."""

    manager: int | None
    holders: tuple[int, ...]
    channel: str | None

    @property
    def any(self) -> bool:
        """Whether anybody could."""
        return self.manager is not None or bool(self.holders)


async def find_approvers(
    conn: Connection, means: Means, held: Held, subject_id: int, *, requester_id: int
) -> Approvers:
    """Return who would be heard on a request about *subject_id*, as far as is known now."""
    subject = held.parties.get(subject_id)
    if subject is None:
        return Approvers(None, (), means.approvers_channel)
    manager_id = await managers.of(conn, subject_id)
    holders = await roles.able_holders(conn, Permission.APPROVE_RESETS)
    known = await authority.look(conn, {*holders, *([manager_id] if manager_id is not None else [])})

    def heard(person_id: int, *, manages: bool) -> bool:
        return policy.may_approve(
            known[person_id],
            subject=subject,
            manages=manages,
            requester_id=requester_id,
            now=means.now(),
            limits=means.policy,
        )

    manager = manager_id if manager_id is not None and heard(manager_id, manages=True) else None
    others = tuple(one for one in holders if one != manager and heard(one, manages=one == manager_id))
    return Approvers(manager, others, means.approvers_channel)


async def ask_approvers(conn: Connection, approvers: Approvers, reset: Reset, *, now: datetime) -> None:
    """Post the card to the manager, where able, else to the holders."""
    if approvers.manager is not None:
        await closing.tell_of(conn, approvers.manager, Kind.RESET_CARD, reset, now=now)
    else:
        await ask_holders(conn, approvers, reset, now=now)


async def ask_holders(conn: Connection, approvers: Approvers, reset: Reset, *, now: datetime) -> None:
    """Post the card to the holders of the right, else to the channel; who has it already gets it no second time."""
    for person_id in approvers.holders:
        await closing.tell_of(conn, person_id, Kind.RESET_CARD, reset, now=now)
    if not approvers.holders and approvers.channel is not None:
        await closing.tell_of(conn, reset.subject_id, Kind.RESET_CARD, reset, now=now, in_channel=approvers.channel)
