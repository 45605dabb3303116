"""A year of guessing at twenty apps by somebody who has time, on the pure rules and a simulated clock (T5; C4, C5a).

What is simulated is the whole of `codes.judge`, its gate included, at one application and at twenty, without a helpdesk
and with one that unlocks whenever it is asked, as often as it may (twice in 24 h, six times in 30 days).
Three ways to guess: wherever a guess is judged, at once; around the hour at which the owner signs in; and saving up, so
that each day's limit has been reached before an app is asked for the first time, which is then judged once more
(design, "Throttle", (b)). A guess is right with three chances in a million: three time steps are good at a time.
Seeded defects: `defects/T5.patch` lets the owner's accepted codes end the count of the day; `defects/T5-unlocks.patch`
lets an unlock allow any number of codes for a day.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product

import pytest

from bot.core import codes, throttle
from bot.core.codes import Verdict
from bot.core.throttle import UNLOCK_ALLOWS, FactorCount, Limits, SurfaceCount, Tries
from tests.support.attacks import times
from tests.support.services import NOON

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAYS = times(60, full=365)
LIMITS = Limits()
A_RIGHT_ONE = 3 / 1_000_000


@dataclass
class Year:
    """One factor through a year: what is counted, and when guesses were judged."""

    owner_signs_in: bool
    apps: int
    helpdesk: bool
    now: datetime = NOON
    factor: FactorCount = field(default_factory=lambda: FactorCount(0, 0, unlocked=False, wrong_at=()))
    surfaces: list[SurfaceCount] = field(init=False)
    """The last one is Slack, where nobody else can type a code of theirs."""
    judged: list[datetime] = field(default_factory=list)
    unlocked_at: list[datetime] = field(default_factory=list)
    signed_in: int = 0

    def __post_init__(self) -> None:
        self.surfaces = [SurfaceCount()] * (self.apps + 1)

    @property
    def locked(self) -> bool:
        return throttle.locked(self.factor, LIMITS)

    @property
    def over(self) -> bool:
        for_ever = throttle.beyond_help(self.factor, LIMITS) or (self.locked and not self.helpdesk)
        return self.now >= NOON + DAYS * DAY or for_ever

    def free_at(self, app: int) -> datetime:
        """Return when a guess at *app* is judged next."""
        return throttle.waits_until(Tries(self.factor, self.surfaces[app]), self.now, LIMITS) or self.now

    def next_app(self) -> int:
        """Return at which app a guess is judged first."""
        return min(range(self.apps), key=self.free_at)

    def until(self, moment: datetime) -> None:
        """Let time pass; on the way the owner signs in at every noon."""
        while self.owner_signs_in and (noon := NOON + (self.signed_in + 1) * DAY) <= moment:
            self.now = noon
            self.signed_in += 1
            first = self.signed_in % self.apps
            # Where they have to wait they go elsewhere, at last to Slack.
            step = codes.step_at(noon)
            assert any(self._try(app, step=step) for app in (first, *range(self.apps), self.apps))
        self.now = max(self.now, moment)

    def ask_for_an_unlock(self) -> None:
        """Have the helpdesk unlock where the day's limit or the lock stops every guess, if it may."""
        helps = self.helpdesk and throttle.unlock_helps(self.factor, self.now, LIMITS, waits=False)
        if helps and throttle.unlock_limit(self.unlocked_at, self.now) is None:
            self.factor = throttle.after_unlock(self.factor, self.now, LIMITS)
            self.surfaces = [replace(surface, not_before=None) for surface in self.surfaces]
            self.unlocked_at.append(self.now)

    def guess(self, app: int) -> None:
        """Guess wrongly at *app*."""
        if self.locked:
            self.ask_for_an_unlock()
        self._try(app, step=None)

    def _try(self, app: int, *, step: int | None) -> bool:
        judgement = codes.judge(Tries(self.factor, self.surfaces[app]), step, self.now, LIMITS)
        self.factor, self.surfaces[app] = judgement.tries.factor, judgement.tries.surface
        if judgement.verdict is Verdict.WRONG_CODE:
            self.judged.append(self.now)
        return judgement.verdict is Verdict.ACCEPTED

    @property
    def keeps_each_day(self) -> bool:
        """Whether in any 24 hours no more was judged than C5a says; what an unlock allows holds for a day."""
        return all(
            self._within(self.judged, at, DAY)
            <= LIMITS.wrong_per_day + self.apps - 1 + UNLOCK_ALLOWS * self._within(self.unlocked_at, at, 2 * DAY)
            for at in self.judged
        )

    @staticmethod
    def _within(moments: list[datetime], at: datetime, before: timedelta) -> int:
        return bisect_right(moments, at) - bisect_right(moments, at - before)

    @property
    def chance(self) -> float:
        """How likely one of the guesses was right."""
        return float(1 - (1 - A_RIGHT_ONE) ** len(self.judged))


def at_once(year: Year) -> None:
    """Guess wherever a guess is judged, as soon as it is."""
    while not year.over:
        year.ask_for_an_unlock()
        if year.locked:
            year.until(year.now + HOUR)
        else:
            year.until(year.free_at(year.next_app()))
            year.guess(year.next_app())


def saving_up(year: Year, base: int) -> None:
    """Reach the day's limit at *base* apps, guess once at each of the others, and wait until all that is a day old."""
    while not year.over:
        begun = len(year.judged)
        while len(year.judged) - begun < LIMITS.wrong_per_day and not year.over:
            app = min(range(base), key=year.free_at)
            year.until(max(year.free_at(app), year.now + (HOUR if year.locked else timedelta())))
            year.guess(app)
        for app in range(base, year.apps):
            year.guess(app)
        for _ in range(throttle.UNLOCKS_A_DAY):
            year.ask_for_an_unlock()
            _wherever_it_is_judged(year, at_most=UNLOCK_ALLOWS)
        year.until(year.now + DAY)


def around_noon(year: Year) -> None:
    """Stop short of the day's limit before the owner signs in, and go on afterwards wherever a guess is judged."""
    while not year.over:
        noon = NOON + (year.signed_in + 1) * DAY if year.owner_signs_in else year.now + DAY
        year.until(noon - MINUTE)
        _wherever_it_is_judged(year, at_most=LIMITS.wrong_per_day - 1)
        year.until(noon + MINUTE)
        _wherever_it_is_judged(year, at_most=LIMITS.lock_after)
        year.ask_for_an_unlock()
        _wherever_it_is_judged(year, at_most=LIMITS.lock_after)
        year.until(year.now + 2 * DAY - 3 * MINUTE)


def _wherever_it_is_judged(year: Year, *, at_most: int) -> None:
    for _ in range(at_most):
        app = year.next_app()
        if year.free_at(app) > year.now:
            return
        year.guess(app)


def years(*, owner_signs_in: bool, apps: int, helpdesk: bool) -> Iterator[Year]:
    """Live a year in each way to guess."""
    bases = range(1, apps + 1, times(5, full=1))
    ways: list[Callable[[Year], None]] = [at_once, around_noon, *(partial(saving_up, base=base) for base in bases)]
    for way in ways:
        year = Year(owner_signs_in=owner_signs_in, apps=apps, helpdesk=helpdesk)
        way(year)
        yield year


WORLDS = list(product((1, 20), (False, True)))
"""How many applications, and whether a helpdesk unlocks."""


def told(lived: list[Year]) -> str:
    """Say for each world how far the best of the ways got."""
    words = []
    for apps, helpdesk in WORLDS:
        best = max(
            (year for year in lived if (year.apps, year.helpdesk) == (apps, helpdesk)), key=lambda y: len(y.judged)
        )
        unlocks = f"{throttle.UNLOCKS_A_DAY if helpdesk else 0} unlocks a day"
        words.append(f"{apps} app{'s' * (apps > 1)}, {unlocks}: {len(best.judged):,}, one right with {best.chance:.2%}")
    return "; ".join(words)


def lived(*, owner_signs_in: bool) -> list[Year]:
    return [
        year for apps, helpdesk in WORLDS for year in years(owner_signs_in=owner_signs_in, apps=apps, helpdesk=helpdesk)
    ]


@pytest.mark.timeout(600)
@pytest.mark.attack("T5", "a year of guessing, the owner away: 100 guesses, with unlocks 200, then only a reset helps")
def test_while_the_owner_is_away_two_hundred_guesses_are_judged(
    tally: Callable[[int, int], None], seen: Callable[[str], None]
) -> None:
    all_years = lived(owner_signs_in=False)

    held = [len(year.judged) <= LIMITS.lock_after * (2 if year.helpdesk else 1) for year in all_years]
    seen(told(all_years))
    tally(len(held), sum(held))
    assert all(held)
    assert all(year.locked for year in all_years if len(year.judged) in (LIMITS.lock_after, 2 * LIMITS.lock_after))
    assert max(len(year.judged) for year in all_years) == 2 * LIMITS.lock_after


@pytest.mark.timeout(600)
@pytest.mark.attack(
    "T5", "the same, the owner signing in daily: in 24 h 20, one at each app that had not failed, 5 an unlock"
)
def test_whatever_the_owner_does_twenty_guesses_a_day_are_judged_and_one_at_each_further_app(
    tally: Callable[[int, int], None], seen: Callable[[str], None]
) -> None:
    all_years = lived(owner_signs_in=True)

    held = [year.keeps_each_day and year.signed_in >= DAYS - 1 for year in all_years]
    seen(told(all_years))
    tally(len(held), sum(held))
    assert all(held)
    assert {year.helpdesk for year in all_years if year.unlocked_at} == {True}
