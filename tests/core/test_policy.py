"""The one policy function: who may do what to whom.

For every action there is a case that is allowed. `WRONG` spoils it in one way, names the guard that has to refuse, and
the actions that have to refuse for it: every other action lets the same case pass.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.core import policy
from bot.core.actions import Action, Guard, Lockdown, Party
from bot.core.people import Standing
from bot.core.permissions import NONE, Permission, Rights
from bot.core.policy import GUARDS, Case
from tests.support.allowed import ACTOR, LONG_AGO, NOON, SUBJECT, THIRD, allowed, person, since, suspended

YESTERDAY = NOON - timedelta(hours=23, minutes=59)
ALL = frozenset(Action)
OUTSIDERS = (Standing.GUEST, Standing.BOT, Standing.DELETED, Standing.STRANGER)
OWN = frozenset({Action.DISABLE_OWN, Action.REPLACE_OWN, Action.RENEW_OWN})
LOOK = frozenset(
    {Action.LIST_USERS, Action.SHOW, Action.WHY, Action.REQUESTS, Action.ROLES, Action.AUDIT, Action.REPORT}
)
RESETS = frozenset({Action.DISABLE_OTHER, Action.ASK, Action.APPROVE})
LOOSEN_OTHER = RESETS | {Action.UNLOCK, Action.RELEASE, Action.GRANT, Action.WAKE}
LOOSEN_OTHER |= {Action.CANCEL_LIFTING, Action.DENY_LIFTING}
LOOSEN = LOOSEN_OTHER | {Action.LIFT_LOCKDOWN}
ABOUT_ANOTHER = LOOSEN_OTHER | {Action.REVOKE, Action.DENY}


ASKING = Party(
    person(ACTOR),
    enrolled=True,
    rights=since(LONG_AGO, Permission.VIEW_USERS, Permission.REQUEST_RESETS),
    confirmed=True,
)


@pytest.mark.parametrize("action", Action)
def test_each_action_can_be_allowed(action: Action) -> None:
    case = allowed(action)

    assert policy.refusal(case) is None
    assert all(verdict.passed for verdict in policy.verdicts(case))


@dataclass(frozen=True)
class Wrong:
    """One thing that is not as it should be."""

    what: str
    guard: Guard
    refused: frozenset[Action]
    spoil: Callable[[Case], Case]


def actor(change: Callable[[Party], Party]) -> Callable[[Case], Case]:
    return lambda case: replace(case, actor=change(case.actor))


def subject(change: Callable[[Party], Party]) -> Callable[[Case], Case]:
    return lambda case: replace(case, subject=None if case.subject is None else change(case.subject))


def privileged(case: Case) -> Case:
    """Have the subject hold rights; where they sleep, they sleep on."""
    if case.subject is None or case.subject.rights.privileged:
        return case
    return replace(case, subject=replace(case.subject, rights=since(LONG_AGO, *Permission)))


def standing(which: Standing) -> Callable[[Party], Party]:
    return lambda party: replace(party, person=replace(party.person, standing=which))


WRONG = [
    *(
        Wrong(f"the actor is a {which.value}", Guard.ACTOR_IS_MEMBER, ALL, actor(standing(which)))
        for which in OUTSIDERS
    ),
    Wrong("the actor is suspended", Guard.ACTOR_NOT_SUSPENDED, ALL - OWN - {Action.VETO}, actor(suspended)),
    Wrong(
        "the actor has no right",
        Guard.RIGHT,
        ALL - OWN - {Action.VETO, Action.CANCEL},
        actor(lambda party: replace(party, rights=NONE)),
    ),
    Wrong(
        "the actor's rights are dormant",
        Guard.RIGHT,
        ALL - OWN - {Action.VETO, Action.CANCEL},
        actor(lambda party: replace(party, rights=Rights({}, frozenset(Permission)))),
    ),
    Wrong(
        "the actor's MFA is off",
        Guard.OWN_MFA,
        LOOK | LOOSEN | {Action.REVOKE},
        actor(lambda party: replace(party, enrolled=False)),
    ),
    Wrong(
        "Slack says nothing of the actor",
        Guard.ACTOR_CONFIRMED,
        LOOSEN,
        actor(lambda party: replace(party, confirmed=False)),
    ),
    Wrong(
        "the subject is unknown",
        Guard.SUBJECT_KNOWN,
        ABOUT_ANOTHER | {Action.SHOW, Action.WHY},
        lambda case: case if case.action is Action.VETO else replace(case, subject=None),
    ),
    Wrong(
        "the actor means themselves",
        Guard.NOT_ONESELF,
        ABOUT_ANOTHER,
        lambda case: replace(case, subject=None if case.subject is None else replace(case.subject, person=person(1))),
    ),
    *(
        Wrong(f"the subject is a {which.value}", Guard.SUBJECT_IS_MEMBER, LOOSEN_OTHER, subject(standing(which)))
        for which in OUTSIDERS
    ),
    Wrong(
        "Slack says nothing of the subject",
        Guard.SUBJECT_CONFIRMED,
        LOOSEN_OTHER,
        subject(lambda party: replace(party, confirmed=False)),
    ),
    Wrong(
        "the subject is suspended",
        Guard.SUBJECT_NOT_SUSPENDED,
        frozenset({Action.UNLOCK, Action.GRANT, Action.WAKE}),
        subject(suspended),
    ),
    Wrong(
        "the subject is not suspended",
        Guard.SUBJECT_SUSPENDED,
        frozenset({Action.RELEASE}),
        subject(lambda party: replace(party, person=replace(party.person, suspended_at=None, suspended_why=None))),
    ),
    Wrong(
        "the subject's MFA is off",
        Guard.SUBJECT_HAS_MFA,
        RESETS | {Action.UNLOCK, Action.GRANT, Action.WAKE},
        subject(lambda party: replace(party, enrolled=False)),
    ),
    Wrong(
        "the subject has nothing to wake",
        Guard.SUBJECT_HAS_DORMANT_RIGHTS,
        frozenset({Action.WAKE}),
        subject(lambda party: replace(party, rights=NONE)),
    ),
    Wrong(
        "a lockdown stands",
        Guard.NO_LOCKDOWN,
        LOOSEN_OTHER | OWN,
        lambda case: replace(case, lockdown=Lockdown(LONG_AGO, THIRD)),
    ),
    Wrong(
        "no lockdown stands",
        Guard.LOCKDOWN_ON,
        frozenset({Action.LIFT_LOCKDOWN}),
        lambda case: replace(case, lockdown=None),
    ),
    Wrong(
        "the actor started the lockdown",
        Guard.LOCKDOWN_BY_ANOTHER,
        frozenset({Action.LIFT_LOCKDOWN}),
        lambda case: replace(case, lockdown=case.lockdown and Lockdown(LONG_AGO, ACTOR)),
    ),
    Wrong(
        "the actor asked for it",
        Guard.NOT_THE_REQUESTER,
        frozenset({Action.APPROVE}),
        lambda case: replace(case, requester_id=ACTOR),
    ),
    Wrong(
        "somebody else asked for it",
        Guard.OWN_REQUEST,
        frozenset({Action.CANCEL, Action.CANCEL_LIFTING}),
        lambda case: replace(case, requester_id=THIRD),
    ),
    Wrong(
        "it is about somebody else",
        Guard.ABOUT_ONESELF,
        frozenset({Action.VETO}),
        subject(lambda party: replace(party, person=replace(party.person, person_id=SUBJECT))),
    ),
    Wrong(
        "the actor had the subject suspended",
        Guard.NOT_THE_CAUSE,
        frozenset({Action.RELEASE}),
        lambda case: replace(case, caused_by=ACTOR),
    ),
    Wrong(
        "the subject's factor is disputed",
        Guard.NOT_DISPUTED,
        frozenset({Action.RELEASE}),
        subject(lambda party: replace(party, disputed=True)),
    ),
    Wrong(
        "the subject's phone was stolen, and the actor may only ask for resets",
        Guard.RELEASE_IN_REACH,
        frozenset({Action.RELEASE}),
        lambda case: replace(case, actor=ASKING) if case.action is Action.RELEASE else case,
    ),
    Wrong(
        "the right is of yesterday, and the subject privileged",
        Guard.RIGHT_OLD_ENOUGH,
        frozenset({Action.APPROVE}),
        lambda case: replace(privileged(case), actor=replace(case.actor, rights=since(YESTERDAY, *Permission))),
    ),
    Wrong(
        "the actor's own factor is of yesterday",
        Guard.FACTOR_OLD_ENOUGH,
        frozenset({Action.APPROVE, Action.DENY_LIFTING}),
        actor(lambda party: replace(party, trusted_since=YESTERDAY)),
    ),
    Wrong(
        "nobody else manages roles",
        Guard.ANOTHER_ADMIN,
        frozenset({Action.REVOKE, Action.DISABLE_OWN}),
        lambda case: replace(privileged(case), another_admin=False),
    ),
]


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.what)
def test_what_is_wrong_refuses_what_it_concerns_and_nothing_else(wrong: Wrong, action: Action) -> None:
    spoiled = wrong.spoil(allowed(action))

    assert policy.refusal(spoiled) is (wrong.guard if action in wrong.refused else None)


@pytest.mark.parametrize("action", Action)
def test_every_guard_of_every_action_is_seen_to_refuse(action: Action) -> None:
    seen = {wrong.guard for wrong in WRONG if action in wrong.refused}

    assert seen == set(GUARDS[action])
    assert len(GUARDS[action]) == len(seen)


@pytest.mark.parametrize("action", Action)
def test_the_first_guard_that_fails_is_told_and_why_tells_them_all(action: Action) -> None:
    nobody = Party(suspended(standing(Standing.GUEST)(Party(person(ACTOR), enrolled=False))).person, enrolled=False)
    case = Case(action=action, actor=nobody, now=NOON, lockdown=Lockdown(LONG_AGO, ACTOR), requester_id=ACTOR)

    verdicts = policy.verdicts(case)

    assert [verdict.guard for verdict in verdicts] == list(GUARDS[action])
    assert policy.refusal(case) is next(verdict.guard for verdict in verdicts if not verdict.passed)
