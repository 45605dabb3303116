"""The policy against the same matrix, written a second time from the design alone by somebody who had not seen it (T9).

Each case is put to both, as plain facts: they have to agree on what is refused, and on every condition that fails.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from bot.core import codes, policy
from bot.core.actions import Action, Guard, Lockdown, Party
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.permissions import Permission, Rights
from bot.core.policy import Case
from tests.support.attacks import times
from tests.support.matrix import ACTOR, OWN, SUBJECT, Facts, Somebody, holds
from tests.support.matrix_cases import ROWS, cases, each_row_broken_alone

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CASES = times(500, full=5_000)
NAMES: dict[Guard, str] = {
    Guard.ACTOR_IS_MEMBER: "actor_member",
    Guard.ACTOR_NOT_SUSPENDED: "actor_not_suspended",
    Guard.OWN_MFA: "own_factor_active",
    Guard.ACTOR_CONFIRMED: "actor_confirmed_by_slack_now",
    Guard.SUBJECT_KNOWN: "subject_known",
    Guard.NOT_ONESELF: "subject_not_actor",
    Guard.SUBJECT_IS_MEMBER: "subject_member",
    Guard.SUBJECT_CONFIRMED: "subject_confirmed_by_slack_now",
    Guard.SUBJECT_NOT_SUSPENDED: "subject_not_suspended",
    Guard.SUBJECT_SUSPENDED: "subject_suspended",
    Guard.SUBJECT_HAS_MFA: "subject_has_active_factor",
    Guard.SUBJECT_HAS_DORMANT_RIGHTS: "subject_has_dormant_rights",
    Guard.NO_LOCKDOWN: "no_lockdown",
    Guard.LOCKDOWN_ON: "lockdown_on",
    Guard.LOCKDOWN_BY_ANOTHER: "lockdown_started_by_another",
    Guard.NOT_THE_REQUESTER: "actor_not_requester",
    Guard.OWN_REQUEST: "actor_is_requester",
    Guard.ABOUT_ONESELF: "actor_is_subject",
    Guard.NOT_THE_CAUSE: "actor_did_not_cause_the_suspension",
    Guard.NOT_DISPUTED: "subject_factor_not_disputed",
    Guard.RELEASE_IN_REACH: "may_disable_unless_plain_suspension",
    Guard.RIGHT_OLD_ENOUGH: "right_24h_old_if_subject_privileged",
    Guard.FACTOR_OLD_ENOUGH: "own_factor_24h_old",
    Guard.ANOTHER_ADMIN: "another_able_roles_manager_remains",
}


def case_of(facts: Facts) -> Case:
    """Return the case as the services would put it to the policy."""

    def party(who: Somebody, number: int) -> Party:
        person = Person(
            number,
            "T0MFA",
            f"U0{number}",
            Standing(who.standing),
            "Somebody",
            None,
            NOW if who.suspended else None,
            (SuspendedWhy.STOLEN if who.stolen else SuspendedWhy.NOT_ME) if who.suspended else None,
        )
        since = {Permission(f"security.{name}"): NOW - timedelta(hours=age) for name, age in who.rights}
        asleep = frozenset(Permission(f"security.{name}") for name in who.dormant) - since.keys()
        return Party(
            person,
            enrolled=who.enrolled,
            rights=Rights(since, asleep),
            confirmed=who.confirmed,
            trusted_since=None if who.factor_age is None else NOW - timedelta(hours=who.factor_age),
            protected=who.protected,
            disputed=who.disputed,
        )

    actor = party(facts.actor, ACTOR)
    subject = None if facts.subject is None else party(facts.subject, SUBJECT)
    return Case(
        action=facts.action,
        actor=actor,
        now=NOW,
        lockdown=Lockdown(NOW, facts.started_by) if facts.lockdown else None,
        subject=actor if facts.same else subject,
        manages=facts.manages,
        requester_id=facts.requester,
        caused_by=facts.caused_by,
        another_admin=facts.others_manage,
    )


def named(guard: Guard | None, rows: list[str]) -> str | None:
    """Return the row that asks for what a guard asks for."""
    if guard is Guard.RIGHT:
        return next(row for row in rows if row.startswith("permission"))
    return None if guard is None else NAMES[guard]


def failing(facts: Facts, rows: list[str]) -> set[str | None]:
    """Return what the code says fails, in the words of the matrix."""
    case = case_of(facts)
    failed = {verdict.guard for verdict in policy.verdicts(case) if not verdict.passed}
    found = {named(guard, rows) for guard in failed}
    if facts.action in OWN:
        # Of one's own MFA these two are the answer to the code, whatever the surface.
        barred = codes.barred(suspended=facts.actor.suspended, enrolled=facts.actor.enrolled)
        found |= {"actor_not_suspended"} if facts.actor.suspended else set()
        found |= set() if facts.actor.enrolled else {"own_factor_active"}
        assert (barred is not None) == bool(found & {"actor_not_suspended", "own_factor_active"})
    refusal = policy.refusal(case)
    assert (refusal is None) == (not failed)
    assert refusal is None or refusal in failed
    return found


@pytest.mark.attack("T9", "actors x actions x states against the matrix that was written a second time: they agree")
def test_the_policy_agrees_with_the_matrix(tally: Callable[[int, int], None], note: Callable[[str], None]) -> None:
    decided: Counter[tuple[Action, str]] = Counter()
    tried: set[Facts] = set()

    def compare(case: Facts) -> None:
        tried.add(case)
        rows = ROWS[case.action]
        expected = {row for row in rows if not holds(row, case)}
        assert failing(case, rows) == expected
        refusal = policy.refusal(case_of(case))
        decided.update((case.action, row) for row in expected if len(expected) == 1 or row == named(refusal, rows))

    @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def compare_drawn(case: Facts) -> None:
        compare(case)

    # What is drawn may miss a row in the short form: each of them once by itself.
    for case in each_row_broken_alone():
        compare(case)
    compare_drawn()

    never = [f"{action.value} {row}" for action, rows in ROWS.items() for row in rows if not decided[action, row]]
    note(f"{sum(map(len, ROWS.values()))} rows; these never decided: {', '.join(never) or 'none'}")
    # Of the drawn ones some come again: they are counted once.
    tally(len(tried), len(tried))
    # Nobody can mean somebody else's by their own.
    assert never == [f"{action.value} actor_is_subject" for action in OWN]
