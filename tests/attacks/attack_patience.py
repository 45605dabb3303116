"""A year of guessing at twenty apps by somebody who has time, on the pure rules and a simulated clock (T5; C4, C5a).

What is simulated is the whole of `codes.judge`, its gate included, and a helpdesk that unlocks whenever it is asked.
Three ways to guess: wherever a guess is judged, at once; around the hour at which the owner signs in; and saving up, so
that each day's limit has been reached before an app is asked for the first time, which is then judged once more
(design, "Throttle", (b)). A guess is right with three chances in a million: three time steps are good at a time.
Seeded defect: `defects/T5.patch` lets the owner's accepted codes end the count of the day.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.core import codes, throttle
from bot.core.codes import Verdict
from bot.core.throttle import FactorCount, Limits, SurfaceCount, Tries
from tests.support.attacks import times
from tests.support.services import NOON

APPS = 20
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
DAYS = times(60, full=365)
LIMITS = Limits()
A_RIGHT_ONE = 3 / 1_000_000


@dataclass
class Year:
    """One factor through a year: what is counted, and when guesses were judged."""

    owner_signs_in: bool
    now: datetime = NOON
    factor: FactorCount = field(default_factory=lambda: FactorCount(0, 0, unlocked=False, wrong_at=()))
    apps: list[SurfaceCount] = field(default_factory=lambda: [SurfaceCount()] * (APPS + 1))
    """The last one is Slack, where nobody else can type a code of theirs."""
    judged: list[datetime] = field(default_factory=list)
    signed_in: int = 0

    @property
    def over(self) -> bool:
        return self.now >= NOON + DAYS * DAY or throttle.beyond_help(self.factor, LIMITS)

    def free_at(self, app: int) -> datetime:
        """Return when a guess at *app* is judged next."""
        return throttle.waits_until(Tries(self.factor, self.apps[app]), self.now, LIMITS) or self.now

    def until(self, moment: datetime) -> None:
        """Let time pass; on the way the owner signs in at every noon."""
        while self.owner_signs_in and (noon := NOON + (self.signed_in + 1) * DAY) <= moment:
            self.now = noon
            self.signed_in += 1
            first = self.signed_in % APPS
            # Where they have to wait they go elsewhere, at last to Slack.
            assert any(self._try(app, step=codes.step_at(noon)) for app in (first, *range(APPS), APPS))
        self.now = max(self.now, moment)

    def guess(self, app: int) -> None:
        """Guess wrongly at *app*; helpdesk has unlocked whenever that helps."""
        self.factor = throttle.after_unlock(self.factor, LIMITS)
        if not throttle.locked(self.factor, LIMITS):
            self._try(app, step=None)

    def _try(self, app: int, *, step: int | None) -> bool:
        judgement = codes.judge(Tries(self.factor, self.apps[app]), step, self.now, LIMITS)
        self.factor, self.apps[app] = judgement.tries.factor, judgement.tries.surface
        if judgement.verdict is Verdict.WRONG_CODE:
            self.judged.append(self.now)
        return judgement.verdict is Verdict.ACCEPTED

    @property
    def most_in_a_day(self) -> int:
        """The most guesses that were judged within any 24 hours."""
        return max(number + 1 - bisect_right(self.judged, at - DAY) for number, at in enumerate(self.judged))

    @property
    def chance(self) -> float:
        """How likely one of the guesses was right."""
        return float(1 - (1 - A_RIGHT_ONE) ** len(self.judged))


def at_once(year: Year) -> None:
    """Guess wherever a guess is judged, as soon as it is."""
    while not year.over:
        app = min(range(APPS), key=year.free_at)
        year.until(year.free_at(app))
        year.guess(app)


def saving_up(year: Year, base: int) -> None:
    """Reach the day's limit at *base* apps, guess once at each of the others, and wait until all that is a day old."""
    while not year.over:
        begun = len(year.judged)
        while len(year.judged) - begun < LIMITS.wrong_per_day and not year.over:
            app = min(range(base), key=year.free_at)
            year.until(year.free_at(app))
            year.guess(app)
        for app in range(base, APPS):
            year.guess(app)
        year.until(year.now + DAY)


def around_noon(year: Year) -> None:
    """Stop short of the day's limit before the owner signs in, and go on afterwards wherever a guess is judged."""
    while not year.over:
        noon = NOON + (year.signed_in + 1) * DAY
        year.until(noon - MINUTE)
        _wherever_it_is_judged(year, at_most=LIMITS.wrong_per_day - 1)
        year.until(noon + MINUTE)
        _wherever_it_is_judged(year, at_most=LIMITS.lock_after)
        year.until(year.now + 2 * DAY - 3 * MINUTE)


def _wherever_it_is_judged(year: Year, *, at_most: int) -> None:
    for _ in range(at_most):
        app = min(range(APPS), key=year.free_at)
        if year.free_at(app) > year.now:
            return
        year.guess(app)


WAYS: list[Callable[[Year], None]] = [
    at_once,
    around_noon,
    *(partial(saving_up, base=apps) for apps in range(1, APPS + 1, times(5, full=1))),
]


def years(*, owner_signs_in: bool) -> list[Year]:
    """Return a year of each way to guess."""
    lived = [Year(owner_signs_in=owner_signs_in) for _ in WAYS]
    for way, year in zip(WAYS, lived, strict=True):
        way(year)
    return lived


def told(lived: list[Year]) -> str:
    """Say how far the best of the ways got."""
    best = max(lived, key=lambda year: len(year.judged))
    return f"at most {len(best.judged):,}, of which one is right with {best.chance:.2%}"


@pytest.mark.attack("T5", "a year of guessing at 20 apps, the owner away: 200 guesses, then only a reset helps")
def test_while_the_owner_is_away_two_hundred_guesses_are_judged(
    tally: Callable[[int, int], None], seen: Callable[[str], None]
) -> None:
    lived = years(owner_signs_in=False)

    held = [len(year.judged) == 2 * LIMITS.lock_after and throttle.beyond_help(year.factor, LIMITS) for year in lived]
    seen(told(lived))
    tally(len(held), sum(held))
    assert all(held)


@pytest.mark.attack("T5", "the same, the owner signing in daily: in 24 h 20, and one at each app that had not failed")
def test_whatever_the_owner_does_twenty_guesses_a_day_are_judged_and_one_at_each_further_app(
    tally: Callable[[int, int], None], seen: Callable[[str], None]
) -> None:
    lived = years(owner_signs_in=True)

    held = [year.most_in_a_day <= LIMITS.wrong_per_day + APPS - 1 and year.signed_in >= DAYS - 1 for year in lived]
    seen(told(lived))
    tally(len(held), sum(held))
    assert all(held)
