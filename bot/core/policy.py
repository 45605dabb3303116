"""The one policy function: who may do what to whom, for every surface (A1).

Rules of this file (design: "Permissions"): deny by default, and what is not known denies. Each action names its guards
below, in the order in which they are told; the first that fails is the refusal. Guards come before the code, so that a
refusal leaves the code unjudged. What is given was read under lock in the transaction that acts (A2).

Of an action's class: *loosen* weakens somebody's MFA, and needs the right, one's own MFA, Slack's present word on both
people, and no lockdown; *tighten* needs the right alone; *look* needs the right and one's own MFA; *own* is about one's
own factor, whose code follows: that it is suspended or off is then the answer to the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.actions import Action, Guard, Lockdown, Party
from bot.core.people import Standing, SuspendedWhy
from bot.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Limits:
    """What a company may set: how old an approver's right and factor must be, and if the privileged need two people."""

    right_min_age: timedelta = timedelta(hours=24)
    privileged_need_approval: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that decides; what is not known counts against the actor.

    *manages*: our table has the actor as the subject's manager. *requester_id*: of the request that is answered.
    *caused_by*: who had the subject suspended. *another_admin*: after this act an able holder of roles.manage remains.
    """

    action: Action
    actor: Party
    now: datetime
    lockdown: Lockdown | None
    subject: Party | None = None
    manages: bool = False
    requester_id: int | None = None
    caused_by: int | None = None
    another_admin: bool = False
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One guard, and whether it lets the case pass."""

    guard: Guard
    passed: bool


def verdicts(case: Case) -> tuple[Verdict, ...]:
    """Return each guard's verdict, in order."""
    return tuple(Verdict(guard, _CHECKS[guard](case)) for guard in GUARDS[case.action])


def refusal(case: Case) -> Guard | None:
    """Return the first guard that refuses, or None."""
    return next((guard for guard in GUARDS[case.action] if not _CHECKS[guard](case)), None)


def needs_approval(subject: Party, limits: Limits) -> bool:
    """Whether a second person has to approve a reset of *subject*, whoever asks (A10)."""
    return limits.privileged_need_approval and subject.privileged


def may_approve(
    approver: Party, *, subject: Party, manages: bool, requester_id: int | None, now: datetime, limits: Limits
) -> bool:
    """Whether *approver* would be heard on a request about *subject*, as far as is known: for choosing who is asked."""
    asked = Case(
        action=Action.APPROVE,
        actor=replace(approver, confirmed=True),
        now=now,
        lockdown=None,
        subject=replace(subject, confirmed=True),
        manages=manages,
        requester_id=requester_id,
        limits=limits,
    )
    return refusal(asked) is None


_ACTOR: Final = (Guard.ACTOR_IS_MEMBER, Guard.ACTOR_NOT_SUSPENDED)
_LOOK: Final = (*_ACTOR, Guard.RIGHT, Guard.OWN_MFA)
_LOOSEN: Final = (*_LOOK, Guard.ACTOR_CONFIRMED)
_OTHER: Final = (Guard.SUBJECT_KNOWN, Guard.NOT_ONESELF, Guard.SUBJECT_IS_MEMBER, Guard.SUBJECT_CONFIRMED)

GUARDS: Final[Mapping[Action, tuple[Guard, ...]]] = {
    Action.LIST_USERS: _LOOK,
    Action.SHOW: (*_LOOK, Guard.SUBJECT_KNOWN),
    Action.WHY: (*_LOOK, Guard.SUBJECT_KNOWN),
    Action.REQUESTS: _LOOK,
    Action.ROLES: _LOOK,
    Action.AUDIT: _LOOK,
    Action.REPORT: _LOOK,
    Action.DISABLE_OTHER: (*_LOOSEN, *_OTHER, Guard.SUBJECT_HAS_MFA, Guard.NO_LOCKDOWN),
    Action.ASK: (*_LOOSEN, *_OTHER, Guard.SUBJECT_HAS_MFA, Guard.NO_LOCKDOWN),
    Action.APPROVE: (
        *_ACTOR,
        Guard.NOT_THE_REQUESTER,
        Guard.RIGHT,
        Guard.OWN_MFA,
        Guard.ACTOR_CONFIRMED,
        *_OTHER,
        Guard.FACTOR_OLD_ENOUGH,
        Guard.RIGHT_OLD_ENOUGH,
        Guard.SUBJECT_HAS_MFA,
        Guard.NO_LOCKDOWN,
    ),
    Action.UNLOCK: (*_LOOSEN, *_OTHER, Guard.SUBJECT_NOT_SUSPENDED, Guard.SUBJECT_HAS_MFA, Guard.NO_LOCKDOWN),
    Action.RELEASE: (
        *_LOOSEN,
        *_OTHER,
        Guard.SUBJECT_SUSPENDED,
        Guard.NOT_THE_CAUSE,
        Guard.NOT_DISPUTED,
        Guard.RELEASE_IN_REACH,
        Guard.NO_LOCKDOWN,
    ),
    Action.GRANT: (*_LOOSEN, *_OTHER, Guard.SUBJECT_NOT_SUSPENDED, Guard.SUBJECT_HAS_MFA, Guard.NO_LOCKDOWN),
    Action.WAKE: (
        *_LOOSEN,
        *_OTHER,
        Guard.SUBJECT_NOT_SUSPENDED,
        Guard.SUBJECT_HAS_DORMANT_RIGHTS,
        Guard.SUBJECT_HAS_MFA,
        Guard.NO_LOCKDOWN,
    ),
    Action.LIFT_LOCKDOWN: (*_LOOSEN, Guard.LOCKDOWN_ON, Guard.LOCKDOWN_BY_ANOTHER),
    # A suspended or departed subject, too: else a stolen admin's role could be taken away on the host alone.
    Action.REVOKE: (*_LOOK, Guard.SUBJECT_KNOWN, Guard.NOT_ONESELF, Guard.ANOTHER_ADMIN),
    Action.DENY: (*_ACTOR, Guard.RIGHT, Guard.SUBJECT_KNOWN, Guard.NOT_ONESELF),
    Action.VETO: (Guard.ACTOR_IS_MEMBER, Guard.ABOUT_ONESELF),
    Action.CANCEL: (*_ACTOR, Guard.OWN_REQUEST),
    # What lifts a suspension loosens, though what it goes with tightens.
    Action.CANCEL_LIFTING: (*_LOOSEN, *_OTHER, Guard.OWN_REQUEST, Guard.NO_LOCKDOWN),
    Action.DENY_LIFTING: (*_LOOSEN, *_OTHER, Guard.FACTOR_OLD_ENOUGH, Guard.NO_LOCKDOWN),
    Action.LOCKDOWN: (*_ACTOR, Guard.RIGHT),
    Action.DISABLE_OWN: (Guard.ACTOR_IS_MEMBER, Guard.NO_LOCKDOWN, Guard.ANOTHER_ADMIN),
    Action.REPLACE_OWN: (Guard.ACTOR_IS_MEMBER, Guard.NO_LOCKDOWN),
    Action.RENEW_OWN: (Guard.ACTOR_IS_MEMBER, Guard.NO_LOCKDOWN),
}


_VIEW: Final = frozenset({Permission.VIEW_USERS})
_DISABLE: Final = _VIEW | {Permission.DISABLE_TWO_FACTOR}
_REQUEST: Final = _VIEW | {Permission.REQUEST_RESETS}

NEEDS: Final[Mapping[Action, tuple[frozenset[Permission], ...]]] = {
    Action.LIST_USERS: (_VIEW,),
    Action.SHOW: (_VIEW,),
    Action.WHY: (_VIEW,),
    Action.REPORT: (_VIEW,),
    Action.REQUESTS: (_DISABLE, _REQUEST, frozenset({Permission.APPROVE_RESETS})),
    Action.ROLES: (frozenset({Permission.MANAGE_ROLES}),),
    Action.AUDIT: (frozenset({Permission.VIEW_AUDIT}),),
    Action.DISABLE_OTHER: (_DISABLE,),
    Action.ASK: (_DISABLE, _REQUEST),
    Action.APPROVE: (frozenset({Permission.APPROVE_RESETS}),),
    Action.UNLOCK: (_DISABLE, _REQUEST),
    Action.RELEASE: (_DISABLE, _REQUEST),
    Action.GRANT: (frozenset({Permission.MANAGE_ROLES}),),
    Action.WAKE: (frozenset({Permission.MANAGE_ROLES}),),
    Action.LIFT_LOCKDOWN: (frozenset({Permission.LOCKDOWN}),),
    Action.REVOKE: (frozenset({Permission.MANAGE_ROLES}),),
    Action.DENY: (frozenset({Permission.DISABLE_TWO_FACTOR}), frozenset({Permission.APPROVE_RESETS})),
    Action.DENY_LIFTING: (frozenset({Permission.DISABLE_TWO_FACTOR}), frozenset({Permission.APPROVE_RESETS})),
    Action.CANCEL_LIFTING: (_DISABLE, _REQUEST),
    Action.LOCKDOWN: (frozenset({Permission.LOCKDOWN}),),
}
"""For each action the sets of permissions of which one is needed whole; an action that is not here is nobody's."""


_ANSWERS: Final = (Action.APPROVE, Action.DENY, Action.DENY_LIFTING)


def _answers_as_manager(case: Case) -> bool:
    """Whether the actor is the subject's manager: one who is not able, or who is the requester, counts as none."""
    able = case.actor.able and case.requester_id != case.actor.person.person_id
    return case.manages and able and case.action in _ANSWERS


def _right(case: Case) -> bool:
    """Whether the actor's rights reach; a subject's own manager may answer without one."""
    reach = any(needed <= case.actor.rights.since.keys() for needed in NEEDS.get(case.action, ()))
    return reach or _answers_as_manager(case)


def _release_in_reach(case: Case) -> bool:
    """Whether the actor may release this person: with a factor, and not reported robbed, whoever may ask for resets."""
    subject = case.subject
    plain = subject is not None and subject.enrolled and subject.person.suspended_why is not SuspendedWhy.STOLEN
    return plain or (subject is not None and case.actor.rights.since.keys() >= _DISABLE)


def _right_old_enough(case: Case) -> bool:
    """Whether it is not a right of yesterday that approves for the privileged (A4)."""
    if case.subject is None:
        return False
    if _answers_as_manager(case) or not case.subject.privileged:
        return True
    since = case.actor.rights.since.get(Permission.APPROVE_RESETS)
    return since is not None and case.now - since >= case.limits.right_min_age


def _factor_old_enough(case: Case) -> bool:
    """Whether the actor's own factor was not set up just now: whoever takes over a Slack account can enroll (A16)."""
    since = case.actor.trusted_since
    return since is not None and case.now - since >= case.limits.right_min_age


def _another_admin(case: Case) -> bool:
    """Whether an able holder of roles.manage remains (A9), where the act could end one."""
    ends = case.actor if case.action is Action.DISABLE_OWN else case.subject
    if ends is None:
        return False
    return case.another_admin or not (ends.able and ends.rights.has(Permission.MANAGE_ROLES))


_CHECKS: Final[Mapping[Guard, Callable[[Case], bool]]] = {
    Guard.ACTOR_IS_MEMBER: lambda case: case.actor.person.standing is Standing.MEMBER,
    Guard.ACTOR_NOT_SUSPENDED: lambda case: not case.actor.person.suspended,
    Guard.RIGHT: _right,
    Guard.OWN_MFA: lambda case: case.actor.enrolled,
    Guard.ACTOR_CONFIRMED: lambda case: case.actor.confirmed,
    Guard.SUBJECT_KNOWN: lambda case: case.subject is not None,
    Guard.NOT_ONESELF: lambda case: case.subject is not None and not _same(case),
    Guard.SUBJECT_IS_MEMBER: lambda case: case.subject is not None and case.subject.person.standing is Standing.MEMBER,
    Guard.SUBJECT_CONFIRMED: lambda case: case.subject is not None and case.subject.confirmed,
    Guard.SUBJECT_NOT_SUSPENDED: lambda case: case.subject is not None and not case.subject.person.suspended,
    Guard.SUBJECT_SUSPENDED: lambda case: case.subject is not None and case.subject.person.suspended,
    Guard.SUBJECT_HAS_MFA: lambda case: case.subject is not None and case.subject.enrolled,
    Guard.SUBJECT_HAS_DORMANT_RIGHTS: lambda case: case.subject is not None and bool(case.subject.rights.dormant),
    Guard.NO_LOCKDOWN: lambda case: case.lockdown is None,
    Guard.LOCKDOWN_ON: lambda case: case.lockdown is not None,
    Guard.LOCKDOWN_BY_ANOTHER: lambda case: case.lockdown is None or case.lockdown.by != case.actor.person.person_id,
    Guard.NOT_THE_REQUESTER: lambda case: case.requester_id not in (None, case.actor.person.person_id),
    Guard.OWN_REQUEST: lambda case: case.requester_id == case.actor.person.person_id,
    Guard.ABOUT_ONESELF: lambda case: case.subject is not None and _same(case),
    Guard.NOT_THE_CAUSE: lambda case: case.caused_by != case.actor.person.person_id,
    Guard.NOT_DISPUTED: lambda case: case.subject is not None and not case.subject.disputed,
    Guard.RELEASE_IN_REACH: _release_in_reach,
    Guard.RIGHT_OLD_ENOUGH: _right_old_enough,
    Guard.FACTOR_OLD_ENOUGH: _factor_old_enough,
    Guard.ANOTHER_ADMIN: _another_admin,
}


def _same(case: Case) -> bool:
    return case.subject is not None and case.subject.person.person_id == case.actor.person.person_id
