"""Which permissions an action needs, when a manager needs none, and who has to be asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import policy
from bot.core.actions import Action, Guard, Lockdown, Party
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.permissions import NONE, Permission, Rights
from bot.core.policy import Case, Limits

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=30)
VIEW, DISABLE, REQUEST = Permission.VIEW_USERS, Permission.DISABLE_TWO_FACTOR, Permission.REQUEST_RESETS
APPROVE, MANAGE = Permission.APPROVE_RESETS, Permission.MANAGE_ROLES
AUDIT, LOCKDOWN = Permission.VIEW_AUDIT, Permission.LOCKDOWN


def party(person_id: int, *permissions: Permission, since: datetime = LONG_AGO) -> Party:
    member = Person(person_id, "T0MFA", f"U0{person_id}", Standing.MEMBER, "Somebody", None, None, None)
    rights = Rights(dict.fromkeys(permissions, since))
    return Party(member, enrolled=True, rights=rights, confirmed=True, trusted_since=LONG_AGO)


ANSWERS = (Action.APPROVE, Action.DENY, Action.DENY_LIFTING)
ACTOR, SUBJECT = party(1), party(2)
ASKED = Case(
    action=Action.APPROVE, actor=ACTOR, now=NOON, lockdown=None, subject=SUBJECT, requester_id=3, another_admin=True
)


def case(action: Action, *permissions: Permission) -> Case:
    blocked = replace(SUBJECT.person, suspended_at=NOON, suspended_why=SuspendedWhy.NOT_ME)
    return replace(
        ASKED,
        action=action,
        actor=party(1, *permissions),
        subject=replace(
            SUBJECT,
            person=blocked if action is Action.RELEASE else SUBJECT.person,
            rights=Rights({}, frozenset({VIEW})) if action is Action.WAKE else NONE,
        ),
        lockdown=Lockdown(LONG_AGO, 3) if action is Action.LIFT_LOCKDOWN else None,
        requester_id=1 if action is Action.CANCEL_LIFTING else 3,
    )


@pytest.mark.parametrize(
    ("action", "enough"),
    [
        (Action.LIST_USERS, [{VIEW}]),
        (Action.SHOW, [{VIEW}]),
        (Action.WHY, [{VIEW}]),
        (Action.REQUESTS, [{VIEW, DISABLE}, {VIEW, REQUEST}, {APPROVE}]),
        (Action.ROLES, [{MANAGE}]),
        (Action.AUDIT, [{AUDIT}]),
        (Action.REPORT, [{VIEW}]),
        (Action.DISABLE_OTHER, [{VIEW, DISABLE}]),
        (Action.ASK, [{VIEW, DISABLE}, {VIEW, REQUEST}]),
        (Action.APPROVE, [{APPROVE}]),
        (Action.UNLOCK, [{VIEW, DISABLE}, {VIEW, REQUEST}]),
        (Action.RELEASE, [{VIEW, DISABLE}, {VIEW, REQUEST}]),
        (Action.GRANT, [{MANAGE}]),
        (Action.WAKE, [{MANAGE}]),
        (Action.LIFT_LOCKDOWN, [{LOCKDOWN}]),
        (Action.REVOKE, [{MANAGE}]),
        (Action.DENY, [{DISABLE}, {APPROVE}]),
        (Action.DENY_LIFTING, [{DISABLE}, {APPROVE}]),
        (Action.CANCEL_LIFTING, [{VIEW, DISABLE}, {VIEW, REQUEST}]),
        (Action.LOCKDOWN, [{LOCKDOWN}]),
    ],
)
def test_an_action_needs_one_of_these_sets_whole(action: Action, enough: list[set[Permission]]) -> None:
    for needed in enough:
        assert policy.refusal(case(action, *needed)) is None
        for missing in needed:
            assert policy.refusal(case(action, *(needed - {missing}))) is Guard.RIGHT
    lacking = set(Permission) - set[Permission]().union(*enough)
    assert policy.refusal(case(action, *lacking)) is Guard.RIGHT


@pytest.mark.parametrize(
    ("why", "enrolled", "disputed", "asking", "disabling"),
    [
        (SuspendedWhy.NOT_ME, True, False, None, None),
        (SuspendedWhy.DEACTIVATED, True, False, None, None),
        (SuspendedWhy.STOLEN, True, False, Guard.RELEASE_IN_REACH, None),
        (SuspendedWhy.NOT_ME, False, False, Guard.RELEASE_IN_REACH, None),
        (SuspendedWhy.NOT_ME, True, True, Guard.NOT_DISPUTED, Guard.NOT_DISPUTED),
        (SuspendedWhy.STOLEN, True, True, Guard.NOT_DISPUTED, Guard.NOT_DISPUTED),
    ],
)
def test_who_may_ask_releases_the_plain_case_and_nobody_a_disputed_factor(
    why: SuspendedWhy, asking: Guard | None, disabling: Guard | None, *, enrolled: bool, disputed: bool
) -> None:
    person = replace(SUBJECT.person, suspended_at=NOON, suspended_why=why)
    subject = replace(SUBJECT, person=person, enrolled=enrolled, disputed=disputed)

    by_asking = replace(case(Action.RELEASE, VIEW, REQUEST), subject=subject)
    by_disabling = replace(case(Action.RELEASE, VIEW, DISABLE), subject=subject)

    assert (policy.refusal(by_asking), policy.refusal(by_disabling)) == (asking, disabling)


def test_to_disable_somebody_s_mfa_both_permissions_are_needed_and_mfa_of_one_s_own() -> None:
    assert policy.refusal(case(Action.DISABLE_OTHER, VIEW)) is Guard.RIGHT
    assert policy.refusal(case(Action.DISABLE_OTHER, DISABLE)) is Guard.RIGHT
    assert policy.refusal(case(Action.DISABLE_OTHER, VIEW, DISABLE)) is None
    without = replace(case(Action.DISABLE_OTHER, VIEW, DISABLE), actor=replace(party(1, VIEW, DISABLE), enrolled=False))
    assert policy.refusal(without) is Guard.OWN_MFA


@pytest.mark.parametrize("action", ANSWERS)
def test_the_subject_s_own_able_manager_answers_without_a_permission(action: Action) -> None:
    asked = replace(ASKED, action=action)

    assert policy.refusal(asked) is Guard.RIGHT
    assert policy.refusal(replace(asked, manages=True)) is None


@pytest.mark.parametrize("action", [one for one in Action if one not in ANSWERS])
def test_a_manager_may_do_nothing_else_for_it(action: Action) -> None:
    expected = None if action not in policy.NEEDS else Guard.RIGHT

    asked = replace(case(action), manages=True, requester_id=1, subject=ACTOR if action is Action.VETO else SUBJECT)

    assert policy.refusal(asked) is expected


@pytest.mark.parametrize("action", ANSWERS)
@pytest.mark.parametrize(
    "manager",
    [
        replace(ACTOR, enrolled=False),
        replace(ACTOR, person=replace(ACTOR.person, standing=Standing.DELETED)),
        replace(ACTOR, person=replace(ACTOR.person, suspended_at=NOON, suspended_why=SuspendedWhy.NOT_ME)),
    ],
    ids=["without MFA", "deactivated", "suspended"],
)
def test_a_manager_who_is_not_able_counts_as_none(action: Action, manager: Party) -> None:
    assert policy.refusal(replace(ASKED, action=action, manages=True, actor=manager)) is not None


def test_a_manager_who_is_the_requester_counts_as_none() -> None:
    asked = replace(ASKED, manages=True, requester_id=ACTOR.person.person_id)

    assert policy.refusal(asked) is Guard.NOT_THE_REQUESTER
    assert policy.refusal(replace(asked, action=Action.DENY)) is Guard.RIGHT


def test_a_request_whose_requester_is_not_known_is_approved_by_nobody() -> None:
    assert policy.refusal(replace(ASKED, manages=True, requester_id=None)) is Guard.NOT_THE_REQUESTER


@pytest.mark.parametrize(
    ("age", "limits", "refused"),
    [
        (timedelta(hours=24), Limits(), None),
        (timedelta(hours=24) - timedelta(seconds=1), Limits(), Guard.RIGHT_OLD_ENOUGH),
        (timedelta(0), Limits(right_min_age=timedelta(0)), None),
        (timedelta(days=2), Limits(right_min_age=timedelta(days=3)), Guard.RIGHT_OLD_ENOUGH),
    ],
)
@pytest.mark.parametrize("rights", [Rights({VIEW: LONG_AGO}), Rights({}, frozenset({VIEW}))], ids=["awake", "dormant"])
def test_a_young_right_does_not_approve_for_the_privileged(
    age: timedelta, limits: Limits, refused: Guard | None, rights: Rights
) -> None:
    asked = replace(ASKED, actor=party(1, APPROVE, since=NOON - age), limits=limits)

    assert policy.refusal(asked) is None
    assert policy.refusal(replace(asked, subject=replace(SUBJECT, rights=rights))) is refused


@pytest.mark.parametrize(
    ("age", "limits", "refused"),
    [
        (timedelta(hours=24), Limits(), None),
        (timedelta(hours=24) - timedelta(seconds=1), Limits(), Guard.FACTOR_OLD_ENOUGH),
        (timedelta(0), Limits(right_min_age=timedelta(0)), None),
        (None, Limits(right_min_age=timedelta(0)), Guard.FACTOR_OLD_ENOUGH),
    ],
)
@pytest.mark.parametrize("manages", [True, False])
def test_an_approver_s_own_factor_is_old_enough_whatever_the_subject(
    age: timedelta | None, limits: Limits, refused: Guard | None, *, manages: bool
) -> None:
    since = None if age is None else NOON - age
    approver = replace(party(1) if manages else party(1, APPROVE), trusted_since=since)
    asked = replace(ASKED, actor=approver, manages=manages, limits=limits)

    assert policy.refusal(asked) is refused
    assert policy.refusal(replace(asked, action=Action.DENY)) is None


def test_who_is_protected_is_privileged_without_a_right() -> None:
    protected = replace(SUBJECT, protected=True)
    young = replace(ASKED, actor=party(1, APPROVE, since=NOON), subject=protected)

    assert policy.needs_approval(protected, Limits())
    assert policy.refusal(young) is Guard.RIGHT_OLD_ENOUGH


def test_a_manager_needs_no_old_right() -> None:
    privileged = replace(SUBJECT, rights=Rights({VIEW: LONG_AGO}))

    asked = replace(ASKED, manages=True, subject=privileged, actor=party(1, APPROVE, since=NOON))

    assert policy.refusal(asked) is None


@pytest.mark.parametrize("action", [Action.REVOKE, Action.DISABLE_OWN])
def test_the_last_who_manages_roles_stays_and_others_go(action: Action) -> None:
    other = replace(case(action, *Permission), another_admin=False)
    last = replace(other, subject=party(2, MANAGE))

    assert policy.refusal(last) is Guard.ANOTHER_ADMIN
    assert policy.refusal(replace(last, another_admin=True)) is None
    harmless = replace(other, actor=party(1, VIEW)) if action is Action.DISABLE_OWN else other
    assert policy.refusal(harmless) is None
    # Who is not able is not the last able one.
    without = replace(last, subject=replace(party(2, MANAGE), enrolled=False))
    own = replace(last, actor=replace(party(1, MANAGE), enrolled=False))
    assert policy.refusal(own if action is Action.DISABLE_OWN else without) is None


@pytest.mark.parametrize("rights", [Rights({AUDIT: NOON}), Rights({}, frozenset({AUDIT}))], ids=["awake", "dormant"])
def test_who_holds_any_permission_is_never_reset_without_a_second_person(rights: Rights) -> None:
    privileged = replace(SUBJECT, rights=rights)

    assert policy.needs_approval(privileged, Limits())
    assert not policy.needs_approval(privileged, Limits(privileged_need_approval=False))
    assert not policy.needs_approval(SUBJECT, Limits())


@pytest.mark.parametrize(
    ("approver", "manages", "heard"),
    [
        (party(1, APPROVE), False, True),
        (party(1), True, True),
        (party(1), False, False),
        (party(2, APPROVE), False, False),
        (party(3, APPROVE), True, False),
        (replace(party(1, APPROVE), enrolled=False), False, False),
    ],
    ids=["holder", "manager", "nobody", "subject", "requester", "without MFA"],
)
def test_asked_is_who_would_be_heard(approver: Party, *, manages: bool, heard: bool) -> None:
    unconfirmed = replace(approver, confirmed=False)

    answer = policy.may_approve(
        unconfirmed, subject=SUBJECT, manages=manages, requester_id=3, now=NOON, limits=Limits()
    )

    assert answer is heard
