"""When a suspended person releases themselves."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core import suspension
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.suspension import ReleaseRefusal

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ADA = Person(1, "T0MFA", "U0ADA", Standing.MEMBER, "Ada", None, None, None)


def suspended(why: SuspendedWhy, standing: Standing = Standing.MEMBER) -> Person:
    return replace(ADA, suspended_at=NOON, suspended_why=why, standing=standing)


@pytest.mark.parametrize(
    ("why", "needed"),
    [(SuspendedWhy.NOT_ME, True), (SuspendedWhy.STOLEN, True), (SuspendedWhy.DEACTIVATED, False)],
)
def test_only_an_account_that_came_back_needs_no_recovery_code(why: SuspendedWhy, *, needed: bool) -> None:
    assert suspension.needs_recovery_code(why) is needed


@pytest.mark.parametrize(
    ("person", "has_factor", "refusal"),
    [
        (suspended(SuspendedWhy.NOT_ME), True, None),
        (suspended(SuspendedWhy.DEACTIVATED), True, None),
        (ADA, True, ReleaseRefusal.NOT_SUSPENDED),
        (suspended(SuspendedWhy.NOT_ME), False, ReleaseRefusal.NO_FACTOR),
        (suspended(SuspendedWhy.DEACTIVATED, Standing.DELETED), True, ReleaseRefusal.DELETED),
        (suspended(SuspendedWhy.NOT_ME, Standing.GUEST), True, ReleaseRefusal.GUEST),
    ],
)
def test_a_member_with_a_factor_releases_themselves(
    person: Person, refusal: ReleaseRefusal | None, *, has_factor: bool
) -> None:
    assert suspension.may_release(person, has_factor=has_factor) is refusal


@pytest.mark.parametrize(
    ("person", "has_factor", "free"),
    [
        (suspended(SuspendedWhy.DEACTIVATED), False, True),
        (suspended(SuspendedWhy.DEACTIVATED), True, False),
        (suspended(SuspendedWhy.DEACTIVATED, Standing.DELETED), False, False),
        (suspended(SuspendedWhy.DEACTIVATED, Standing.GUEST), False, False),
        (suspended(SuspendedWhy.NOT_ME), False, False),
        (suspended(SuspendedWhy.STOLEN), False, False),
        (ADA, False, False),
    ],
)
def test_an_account_that_came_back_is_free_at_once_only_without_a_factor(
    person: Person, *, has_factor: bool, free: bool
) -> None:
    assert suspension.after_return(person, has_factor=has_factor) is free
