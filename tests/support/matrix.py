"""The permission matrix as it was written from the design alone, and what its conditions mean on plain facts.

Nothing in here knows the policy's code but the names of its actions: it is the other side of a comparison.
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.core.actions import Action

MATRIX = Path(__file__).resolve().parent.parent / "attacks/matrix.csv"
ACTOR, SUBJECT, THIRD = 1, 2, 3
OWN = (Action.DISABLE_OWN, Action.REPLACE_OWN, Action.RENEW_OWN)


@dataclass(frozen=True)
class Somebody:
    """One of the two, in facts: *rights* since how many hours ago, a factor trusted for how many.

    *stolen*: the reason of a suspension.
    """

    standing: str = "member"
    suspended: bool = False
    enrolled: bool = True
    confirmed: bool = True
    rights: tuple[tuple[str, int], ...] = ()
    dormant: frozenset[str] = frozenset()
    factor_age: int | None = 720
    protected: bool = False
    stolen: bool = False
    disputed: bool = False

    def holds(self, permission: str) -> bool:
        return permission in dict(self.rights)


@dataclass(frozen=True)
class Facts:
    """A case, in facts. *subject* None: unknown, or the action is on nobody."""

    action: Action
    actor: Somebody
    subject: Somebody | None
    same: bool
    manages: bool
    requester: int | None
    caused_by: int | None
    lockdown: bool
    started_by: int | None
    others_manage: bool


def matrix() -> dict[Action, list[str]]:
    """Return the conditions of each action."""
    found: dict[Action, list[str]] = defaultdict(list)
    with (MATRIX).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[Action(row["action"])].append(row["condition"])
    return dict(found)


def able(who: Somebody) -> bool:
    return who.standing == "member" and who.enrolled and not who.suspended


def manager(facts: Facts) -> bool:
    return facts.manages and able(facts.actor) and facts.requester != ACTOR


def reaches(who: Somebody, expression: str) -> bool:
    return any(all(who.holds(name) for name in needed.split("+")) for needed in expression.split("|"))


def whom(facts: Facts) -> Somebody | None:
    return facts.actor if facts.same else facts.subject


def of_subject(holds: Callable[[Somebody], bool]) -> Callable[[Facts], bool]:
    def whether(facts: Facts) -> bool:
        subject = whom(facts)
        return subject is not None and holds(subject)

    return whether


def old_right(facts: Facts) -> bool:
    subject = whom(facts)
    if subject is None:
        return False
    privileged = bool(subject.rights or subject.dormant) or subject.protected
    return not privileged or manager(facts) or dict(facts.actor.rights).get("resets.approve", -1) >= 24


def roles_manager_remains(facts: Facts) -> bool:
    ends = facts.actor if facts.action is Action.DISABLE_OWN else whom(facts)
    if ends is None:
        return False
    return facts.others_manage or not (able(ends) and ends.holds("roles.manage"))


BOTH = "users.view+users.disable_two_factor"


def plain(facts: Facts) -> bool:
    """Whether a code of the subject's own would have to follow a release, and nobody told of a theft."""
    subject = whom(facts)
    return subject is not None and subject.enrolled and not (subject.suspended and subject.stolen)


CONDITIONS: dict[str, Callable[[Facts], bool]] = {
    "actor_member": lambda facts: facts.actor.standing == "member",
    "actor_not_suspended": lambda facts: not facts.actor.suspended,
    "own_factor_active": lambda facts: facts.actor.enrolled,
    "actor_confirmed_by_slack_now": lambda facts: facts.actor.confirmed,
    "subject_known": lambda facts: whom(facts) is not None,
    "subject_not_actor": lambda facts: whom(facts) is not None and not facts.same,
    "subject_member": of_subject(lambda subject: subject.standing == "member"),
    "subject_confirmed_by_slack_now": of_subject(lambda subject: subject.confirmed),
    "subject_not_suspended": of_subject(lambda subject: not subject.suspended),
    "subject_suspended": of_subject(lambda subject: subject.suspended),
    "subject_has_active_factor": of_subject(lambda subject: subject.enrolled),
    "subject_has_dormant_rights": of_subject(lambda subject: bool(subject.dormant - dict(subject.rights).keys())),
    "no_lockdown": lambda facts: not facts.lockdown,
    "lockdown_on": lambda facts: facts.lockdown,
    "lockdown_started_by_another": lambda facts: not facts.lockdown or facts.started_by != ACTOR,
    "actor_not_requester": lambda facts: facts.requester not in (None, ACTOR),
    "actor_is_requester": lambda facts: facts.requester == ACTOR,
    "actor_is_subject": lambda facts: facts.same or facts.action in OWN,
    "actor_did_not_cause_the_suspension": lambda facts: facts.caused_by != ACTOR,
    "subject_factor_not_disputed": of_subject(lambda subject: not subject.disputed),
    "may_disable_unless_plain_suspension": lambda facts: (
        plain(facts) or (whom(facts) is not None and reaches(facts.actor, BOTH))
    ),
    "right_24h_old_if_subject_privileged": old_right,
    "own_factor_24h_old": lambda facts: (facts.actor.factor_age or 0) >= 24,
    "another_able_roles_manager_remains": roles_manager_remains,
}


def holds(condition: str, facts: Facts) -> bool:
    """Return whether a condition of the matrix holds."""
    kind, _, expression = condition.partition(":")
    if kind == "permission":
        return reaches(facts.actor, expression)
    if kind == "permission_or_manager":
        return reaches(facts.actor, expression) or manager(facts)
    return CONDITIONS[kind](facts)
