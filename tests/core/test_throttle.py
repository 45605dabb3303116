"""Waits, the limit of a day, and the lock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.core import throttle
from bot.core.throttle import Change, FactorCount, Limits, SurfaceCount, Tries, UnlockLimit

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


# So many in a day that the limit is reached in most cases: pauses of up to six hours never came near to it.
PAUSES_S = st.sampled_from([1, 31, 61, 300, 300, 900, 1800])
WHAT = st.sampled_from(["wrong"] * 6 + ["right"] * 5 + ["unlock"])
SURFACES = st.sampled_from([0, 0, 0, 0, 1, 2, 3])


@settings(
    max_examples=50, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # a shorter one says no more
@given(st.lists(st.tuples(SURFACES, PAUSES_S, WHAT), min_size=150, max_size=200))
def test_in_any_24_hours_at_most_20_are_judged_wrong_and_one_on_each_further_surface_and_5_an_unlock(
    attempts: list[tuple[int, int, str]],
) -> None:
    factor, surfaces, judged, now = FRESH.factor, [SurfaceCount()] * 4, list[datetime](), NOON
    unlocked_at = list[datetime]()
    for surface, pause_s, what in attempts:
        now += timedelta(seconds=pause_s)
        if what == "unlock":
            if throttle.unlock_limit(unlocked_at, now) is None:
                factor = throttle.after_unlock(factor, now, LIMITS)
                surfaces = [replace(count, not_before=None) for count in surfaces]
                unlocked_at.append(now)
            continue
        right = what == "right"
        tries = Tries(factor, surfaces[surface])
        if throttle.locked(factor, LIMITS) or throttle.waits_until(tries, now, LIMITS) is not None:
            continue
        tries = throttle.after_success(tries) if right else throttle.after_failure(tries, now, LIMITS)
        factor, surfaces[surface] = tries.factor, tries.surface
        if not right:
            judged.append(now)

    for start in judged:
        # An unlock allows something for a day: one of the day before may still count.
        unlocks = sum(start - throttle.DAY < at < start + throttle.DAY for at in unlocked_at)
        within = sum(start <= at < start + throttle.DAY for at in judged)
        assert within <= 20 + len(surfaces) - 1 + throttle.UNLOCK_ALLOWS * unlocks


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

    opened = throttle.after_unlock(locked, NOON, LIMITS)

    assert (opened.failures, throttle.locked(opened, LIMITS)) == (100, False)
    assert throttle.after_unlock(twice, NOON, LIMITS) == twice
    assert throttle.beyond_help(twice, LIMITS)
    assert not throttle.beyond_help(locked, LIMITS)


def test_an_unlock_before_the_lock_is_not_used_up() -> None:
    count = replace(FRESH.factor, failures=99)

    assert not throttle.after_unlock(count, NOON, LIMITS).unlocked


FULL = failed(FRESH, 20, NOON)


def unlocked(tries: Tries, now: datetime) -> Tries:
    opened = throttle.after_unlock(tries.factor, now, LIMITS)
    return Tries(opened, replace(tries.surface, not_before=None))


def judged_in_all(tries: Tries, now: datetime, surfaces: int) -> int:
    """Guess at once on surfaces that all failed before, until each has to wait; return how many codes were judged."""
    factor, counts, judged = tries.factor, [tries.surface] * surfaces, 0
    for _ in range(100):
        for number, count in enumerate(counts):
            if throttle.waits_until(Tries(factor, count), now, LIMITS) is None:
                after = throttle.after_failure(Tries(factor, count), now, LIMITS)
                factor, counts[number], judged = after.factor, after.surface, judged + 1
    return judged


@pytest.mark.parametrize("surfaces", [5, 21])
def test_an_unlock_ends_the_limit_of_the_day_for_five_wrong_codes_over_all_surfaces(surfaces: int) -> None:
    now = NOON + timedelta(hours=1)

    assert throttle.waits_until(FULL, now, LIMITS) == NOON + throttle.DAY
    assert throttle.waits_until(unlocked(FULL, now), now, LIMITS) is None
    assert judged_in_all(unlocked(FULL, now), now, surfaces) == 5


def test_what_an_unlock_allows_is_over_after_a_day_and_does_not_add_up() -> None:
    now = NOON + timedelta(hours=1)
    once = unlocked(FULL, now)
    twice = unlocked(once, now)
    # Twenty further wrong codes on the next day, while nothing of the allowance is used: as if it were a new day.
    later = now + throttle.DAY
    full_again = failed(replace(twice, factor=replace(twice.factor, wrong_at=())), 20, later)
    hoarded = Tries(replace(full_again.factor, allowance=5), replace(full_again.surface, not_before=None))

    assert judged_in_all(twice, now, 21) == 5
    assert throttle.waits_until(hoarded, later, LIMITS) is not None


@pytest.mark.parametrize(
    ("tries", "waits", "helps"),
    [
        (FRESH, False, False),
        (FRESH, True, True),
        (FULL, False, True),
        (replace(FRESH, factor=replace(FRESH.factor, failures=100)), False, True),
        (replace(FULL, factor=replace(FULL.factor, failures=200)), True, False),
        (unlocked(FULL, NOON), False, False),
    ],
)
def test_an_unlock_helps_where_a_lock_or_any_wait_stands(tries: Tries, *, waits: bool, helps: bool) -> None:
    assert throttle.unlock_helps(tries.factor, NOON + timedelta(hours=1), LIMITS, waits=waits) is helps


@pytest.mark.parametrize(
    ("days_ago", "limit"),
    [
        ([], None),
        ([0.5], None),
        ([0.5, 0.9], UnlockLimit.DAY),
        ([0.5, 1], None),
        ([2, 3, 4, 5, 6], None),
        ([2, 3, 4, 5, 6, 29.9], UnlockLimit.MONTH),
        ([2, 3, 4, 5, 6, 30], None),
    ],
)
def test_two_unlocks_a_day_and_six_in_thirty_days(days_ago: list[float], limit: UnlockLimit | None) -> None:
    assert throttle.unlock_limit([NOON - timedelta(days=ago) for ago in days_ago], NOON) is limit


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
