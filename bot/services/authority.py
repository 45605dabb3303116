"""Who acts on whom, as it is now: read under lock, in the transaction that acts, in the one order of locks (A2).

The order: lockdown (shared), advisory lock `admins`, the people in id order, their factors, then the open requests that
concern them, in id order. Whatever an act leads to is among these (somebody left, somebody has just shown a code), so
that nothing is locked out of turn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from bot.core import permissions, policy
from bot.core.actions import Action, Guard, Lockdown, Party
from bot.core.factors import Factor
from bot.core.people import Person, Profile, Standing, overtaken
from bot.core.permissions import Permission
from bot.services.means import Means
from bot.services.profiles import save_profile
from storage import disputes, factors, lockdown, managers, people, protection, roles, suspensions
from storage import resets as requests
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Held:
    """What the transaction holds: the lockdown's row (shared), people, and their active factors."""

    lockdown: Lockdown | None
    parties: Mapping[int, Party]
    factors: Mapping[int, Factor] = field(repr=False)


async def hold(
    conn: Connection,
    means: Means,
    person_ids: Collection[int],
    *,
    told: Collection[Profile] = (),
    admins: bool = False,
) -> Held:
    """Hold *person_ids*; who is unknown is missing in the answer.

    *told* is what Slack has said of them for this very request: it is saved here, and those people count as confirmed,
    unless something newer was saved meanwhile.
    *admins*: the act may end somebody's being an admin, or changes who holds what; so may what *told* says.
    """
    admins = admins or any(profile.standing is not Standing.MEMBER for profile in told)
    standing = await hold_roles(conn) if admins else await lockdown.share(conn)
    known = await people.lock(conn, sorted(person_ids))
    active = await factors.lock_active(conn, sorted(known))
    await requests.hold_open_of(conn, known)
    by_slack_id = {(person.team_id, person.slack_user_id): person_id for person_id, person in known.items()}
    confirmed = set()
    for profile in told:
        person_id = by_slack_id.get((profile.team_id, profile.slack_user_id))
        if person_id is not None and not await _overtaken(conn, means, known[person_id], profile):
            known[person_id] = await save_profile(conn, means, profile, now=means.now())
            confirmed.add(person_id)
    grants = await roles.grants_of(conn, sorted(known))
    protected = await protection.of(conn, known)
    parties = {
        person_id: Party(
            person,
            enrolled=person_id in active,
            rights=permissions.rights(grants[person_id]),
            confirmed=person_id in confirmed,
            trusted_since=active[person_id].trusted_since if person_id in active else None,
            protected=person_id in protected,
            disputed=person_id in active and active[person_id].disputed_at is not None,
        )
        for person_id, person in known.items()
    }
    return Held(standing, parties, active)


async def hold_roles(conn: Connection) -> Lockdown | None:
    """Hold the lockdown (shared) and who holds which role, before any person: whom to hold may depend on it."""
    standing = await lockdown.share(conn)
    await roles.lock_admins(conn)
    return standing


async def _overtaken(conn: Connection, means: Means, person: Person, answer: Profile) -> bool:
    if person.standing is answer.standing:
        return False
    seen_at = await people.seen_at(conn, person.person_id)
    return overtaken(person, answer, seen_at=seen_at, now=means.now())


async def case(
    conn: Connection,
    means: Means,
    action: Action,
    held: Held,
    *,
    actor_id: int,
    subject_id: int | None = None,
    requester_id: int | None = None,
    stays_admin: bool = False,
) -> policy.Case:
    """Put together what the policy decides on. *stays_admin*: whom the act concerns manages roles after it, too."""
    subject = None if subject_id is None else held.parties.get(subject_id)
    manages = subject_id is not None and await managers.of(conn, subject_id) == actor_id
    ends = actor_id if action is Action.DISABLE_OWN else subject_id
    another = stays_admin or any(holder != ends for holder in await roles.able_holders(conn, Permission.MANAGE_ROLES))
    return policy.Case(
        action=action,
        actor=held.parties[actor_id],
        now=means.now(),
        lockdown=held.lockdown,
        subject=subject,
        manages=manages,
        requester_id=requester_id,
        caused_by=None if subject_id is None else await suspensions.caused_by(conn, subject_id),
        another_admin=another,
        limits=means.policy,
    )


async def refusal(
    conn: Connection,
    means: Means,
    action: Action,
    held: Held,
    *,
    actor_id: int,
    subject_id: int | None = None,
    requester_id: int | None = None,
    stays_admin: bool = False,
) -> Guard | None:
    """Return the policy's refusal, or None. An actor who is not known is no member."""
    if actor_id not in held.parties:
        return Guard.ACTOR_IS_MEMBER
    asked = await case(
        conn,
        means,
        action,
        held,
        actor_id=actor_id,
        subject_id=subject_id,
        requester_id=requester_id,
        stays_admin=stays_admin,
    )
    return policy.refusal(asked)


async def look(conn: Connection, person_ids: Collection[int]) -> dict[int, Party]:
    """Return people as they are now, without holding anything: for choosing and showing, never for deciding."""
    known = await people.several(conn, person_ids)
    trusted = await factors.trusted(conn, person_ids)
    disputed = await disputes.disputed(conn, person_ids)
    grants = await roles.grants_of(conn, sorted(person_ids))
    protected = await protection.of(conn, person_ids)
    return {
        person_id: Party(
            person,
            enrolled=person_id in trusted,
            rights=permissions.rights(grants[person_id]),
            trusted_since=trusted.get(person_id),
            protected=person_id in protected,
            disputed=person_id in disputed,
        )
        for person_id, person in known.items()
    }


async def as_if_confirmed(conn: Connection, person_ids: Collection[int]) -> Held:
    """Return people as they are now and as if Slack had confirmed them: for explaining, never for deciding."""
    parties = await look(conn, person_ids)
    confirmed = {person_id: replace(party, confirmed=True) for person_id, party in parties.items()}
    return Held(await lockdown.look(conn), confirmed, {})
