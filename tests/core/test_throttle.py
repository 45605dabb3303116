"""Waits, the limit of a day, and the lock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import throttle
from bot.core.throttle import Change, FactorCount, Limits, SurfaceCount, Tries

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIMITS = Limits()
GENEROUS = Limits(wrong_per_day=10_000, lock_after=10_000)
FRESH = Tries(FactorCount(last_step=0, failures=0, unlocked=False, wrong_at=()), SurfaceCount())


def failed(tries: Tries, times: int, now: datetime, limits: Limits = LIMITS) -> Tries:
    for _ in range(times):
        tries = throttle.after_failure(tries, now, limits)
    return tries


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(4, None), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 960), (11, 1920), (12, 3600), (40, 3600)],
)
def test_after_five_failures_the_wait_doubles_from_30_s_to_an_hour(failures: int, seconds: int | None) -> None:
    tries = failed(FRESH, failures, NOON, GENEROUS)

    ends = None if seconds is None else NOON + timedelta(seconds=seconds)
    assert throttle.waits_until(tries, NOON, GENEROUS) == ends


def test_a_wait_is_over_at_its_end() -> None:
    tries = failed(FRESH, 5, NOON)

    assert throttle.waits_until(tries, NOON + timedelta(seconds=29, microseconds=999_999), LIMITS) is not None
    assert throttle.waits_until(tries, NOON + timedelta(seconds=30), LIMITS) is None


def test_a_surface_that_did_not_fail_does_not_wait() -> None:
    tries = failed(FRESH, 5, NOON)

    assert throttle.waits_until(replace(tries, surface=SurfaceCount()), NOON, LIMITS) is None


def test_a_success_ends_the_count_of_its_surface() -> None:
    tries = throttle.after_success(failed(FRESH, 4, NOON))

    assert throttle.waits_until(failed(tries, 4, NOON), NOON, LIMITS) is None
    assert throttle.waits_until(failed(tries, 5, NOON), NOON, LIMITS) is not None


def test_the_21st_wrong_code_of_a_day_is_judged_only_where_none_failed_before() -> None:
    tries = FRESH
    for minute in range(20):
        tries = throttle.after_success(throttle.after_failure(tries, NOON + timedelta(minutes=minute), LIMITS))
    now = NOON + timedelta(hours=2)
    elsewhere = replace(tries, surface=SurfaceCount())

    after = throttle.after_failure(elsewhere, now, LIMITS)

    assert throttle.waits_until(tries, now, LIMITS) == NOON + throttle.DAY
    assert throttle.waits_until(elsewhere, now, LIMITS) is None
    # The one more moved the window by one: the first of the 20 before counts no more, the second does.
    assert throttle.waits_until(after, now, LIMITS) == NOON + timedelta(minutes=1) + throttle.DAY


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 6 * 3600), st.booleans()),
        min_size=1,
        max_size=200,
    )
)
def test_in_any_24_hours_at_most_20_are_judged_wrong_and_one_on_each_further_surface(
    attempts: list[tuple[int, int, bool]],
) -> None:
    factor, surfaces, judged, now = FRESH.factor, [SurfaceCount()] * 4, list[datetime](), NOON
    for surface, pause_s, right in attempts:
        now += timedelta(seconds=pause_s)
        tries = Tries(factor, surfaces[surface])
        if throttle.locked(factor, LIMITS) or throttle.waits_until(tries, now, LIMITS) is not None:
            continue
        tries = throttle.after_success(tries) if right else throttle.after_failure(tries, now, LIMITS)
        factor, surfaces[surface] = tries.factor, tries.surface
        if not right:
            judged.append(now)

    for start in judged:
        assert sum(start <= at < start + throttle.DAY for at in judged) <= 20 + len(surfaces) - 1


@pytest.mark.parametrize(
    ("failures", "unlocked", "locked"),
    [(99, False, False), (100, False, True), (100, True, False), (199, True, False), (200, True, True)],
)
def test_a_hundred_failures_lock_and_an_unlock_gives_a_hundred_more(
    failures: int, *, unlocked: bool, locked: bool
) -> None:
    count = replace(FRESH.factor, failures=failures, unlocked=unlocked)

    assert throttle.locked(count, LIMITS) is locked


def test_an_unlock_forgets_no_failure_and_at_twice_the_limit_it_helps_no_more() -> None:
    locked = replace(FRESH.factor, failures=100)
    twice = replace(FRESH.factor, failures=200, unlocked=True)

    assert throttle.after_unlock(locked, LIMITS) == replace(locked, unlocked=True)
    assert throttle.locked(throttle.after_unlock(twice, LIMITS), LIMITS)
    assert throttle.beyond_help(twice, LIMITS)
    assert not throttle.beyond_help(locked, LIMITS)


def test_an_unlock_before_the_lock_is_not_used_up() -> None:
    count = replace(FRESH.factor, failures=99)

    assert throttle.after_unlock(count, LIMITS) == count


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (failed(FRESH, 3, NOON), []),
        (failed(FRESH, 4, NOON), [Change.WAIT_BEGAN]),
        (failed(FRESH, 5, NOON), [Change.WAIT_ENDED, Change.WAIT_BEGAN]),
        (
            replace(FRESH, factor=replace(FRESH.factor, wrong_at=tuple([NOON] * 19))),
            [Change.DAY_LIMIT_REACHED],
        ),
        (replace(FRESH, factor=replace(FRESH.factor, failures=99)), [Change.LOCKED]),
        (replace(FRESH, factor=replace(FRESH.factor, failures=199, unlocked=True)), [Change.LOCKED]),
    ],
)
def test_each_beginning_and_end_of_a_wait_is_named_once(before: Tries, change: list[Change]) -> None:
    now = NOON + timedelta(minutes=1)

    after = throttle.after_failure(before, now, LIMITS)

    assert throttle.changes(before, after, now, LIMITS) == change


def test_what_is_remembered_does_not_grow_without_bound() -> None:
    tries = failed(FRESH, 5000, NOON)

    assert len(tries.factor.wrong_at) == LIMITS.wrong_per_day
    assert tries.surface.not_before is not None
    assert tries.surface.not_before <= NOON + throttle.DAY
