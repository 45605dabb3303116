"""The report: who has MFA, and what happened in the last 30 days.

Rules of this file: what happened is counted from the audit's events, by the day in UTC, when the chain covers them; so
no question goes through the audit again, and an event counts once. What is refused before it is judged (throttled,
locked) is no event and is not counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.core.audit import Kind
from bot.core.chain import Entry

DAYS: Final = 30
LONG: Final = timedelta(days=DAYS)
ASK_EVERY: Final = timedelta(minutes=1)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=T)", re.ASCII)
_ACCEPTED = '"verdict":"accepted"'
"""As canonical JSON spells it; a verdict is one of few words, and nothing else of the detail is free text."""


class What(StrEnum):
    """What is counted. The value is stored."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ENABLED = "enabled"
    DISABLED = "disabled"
    RESET = "reset"


_COUNTED: Final = {
    Kind.MFA_ENABLED.value: What.ENABLED,
    Kind.MFA_DISABLED.value: What.DISABLED,
    Kind.MFA_RESET.value: What.RESET,
}

Counts = Mapping[tuple[date, What], int]


@dataclass(frozen=True, slots=True)
class Day:
    """A day's counts."""

    day: date
    counts: Mapping[What, int]

    def of(self, what: What) -> int:
        """Return one of them; 0 where nothing of it happened."""
        return self.counts.get(what, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """*days* are `DAYS` of them, the oldest first and today last."""

    days: tuple[Day, ...]
    members: int
    enrolled: int
    at: datetime

    @property
    def share(self) -> float:
        """The coverage, 0 to 1."""
        return self.enrolled / self.members if self.members else 0.0

    def total(self, what: What, days: int = DAYS) -> int:
        """Count over the last *days*, today among them."""
        return sum(day.of(what) for day in self.days[-days:])


def tally(entries: Iterable[Entry]) -> Counter[tuple[date, What]]:
    """Count events by day; one whose time is none that a clock ever said counts nowhere."""
    counted: Counter[tuple[date, What]] = Counter()
    for entry in entries:
        what = _what(entry)
        day = _DAY.match(entry.at)
        if what is None or day is None:
            continue
        try:
            counted[date.fromisoformat(day[0]), what] += 1
        except ValueError:
            continue
    return counted


def last_days(counts: Counts, today: date) -> tuple[Day, ...]:
    """Return the last `DAYS` days, those without anything too."""
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    return tuple(Day(day, {what: counts[day, what] for what in What if (day, what) in counts}) for day in days)


def _what(entry: Entry) -> What | None:
    if entry.kind == Kind.VERIFICATION.value:
        return What.ACCEPTED if _ACCEPTED in entry.detail else What.REFUSED
    return _COUNTED.get(entry.kind)
