"""For each action of the policy a case that is allowed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.actions import Action, Lockdown, Party
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.permissions import Permission, Rights
from bot.core.policy import Case

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=30)
ACTOR, SUBJECT, THIRD = 1, 2, 3


def person(person_id: int) -> Person:
    return Person(person_id, "T0MFA", f"U0{person_id}", Standing.MEMBER, "Somebody", None, None, None)


def suspended(party: Party) -> Party:
    return replace(party, person=replace(party.person, suspended_at=NOON, suspended_why=SuspendedWhy.STOLEN))


def since(at: datetime, *permissions: Permission) -> Rights:
    return Rights(dict.fromkeys(permissions, at))


def allowed(action: Action) -> Case:
    """Return a case in which everything is as it should be, and nothing more than is needed."""
    rights = since(LONG_AGO, *Permission)
    actor = Party(person(ACTOR), enrolled=True, rights=rights, confirmed=True, trusted_since=LONG_AGO)
    subject = Party(person(SUBJECT), enrolled=True, confirmed=True)
    if action is Action.RELEASE:
        subject = suspended(subject)
    if action is Action.WAKE:
        subject = replace(subject, rights=Rights({}, frozenset(Permission)))
    return Case(
        action=action,
        actor=actor,
        now=NOON,
        lockdown=Lockdown(LONG_AGO, THIRD) if action is Action.LIFT_LOCKDOWN else None,
        subject=actor if action is Action.VETO else subject,
        requester_id=ACTOR if action in (Action.CANCEL, Action.CANCEL_LIFTING) else THIRD,
        caused_by=THIRD,
        another_admin=True,
    )
