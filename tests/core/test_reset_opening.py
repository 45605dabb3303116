"""Whether a request is opened, by what was asked before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.reset_opening import Before, OpenRefusal, VetoedLately, may_open
from bot.core.resets import Happened

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NOTHING = Before(open_about_subject=False, open_of_requester=0, stolen_of_requester=0, vetoed_at=None)


@pytest.mark.parametrize("happened", Happened)
@pytest.mark.parametrize(
    ("open_about_subject", "open_of_requester", "refusal"),
    [
        (False, 0, None),
        (False, 2, None),
        (False, 3, OpenRefusal.TOO_MANY_OPEN),
        (True, 0, OpenRefusal.ALREADY_OPEN),
        (True, 3, OpenRefusal.ALREADY_OPEN),
    ],
)
def test_one_is_open_a_subject_and_three_a_requester(
    open_of_requester: int, refusal: OpenRefusal | None, happened: Happened, *, open_about_subject: bool
) -> None:
    before = replace(NOTHING, open_about_subject=open_about_subject, open_of_requester=open_of_requester)

    assert may_open(before, happened=happened, now=NOON) is refusal


def test_three_a_requester_and_day_are_for_a_stolen_phone() -> None:
    three, two = replace(NOTHING, stolen_of_requester=3), replace(NOTHING, stolen_of_requester=2)

    assert may_open(three, happened=Happened.STOLEN, now=NOON) is OpenRefusal.TOO_MANY_STOLEN
    assert may_open(three, happened=Happened.LOST, now=NOON) is None
    assert may_open(two, happened=Happened.STOLEN, now=NOON) is None


@pytest.mark.parametrize("happened", Happened)
def test_after_a_veto_the_requester_waits_for_a_day(happened: Happened) -> None:
    vetoed = replace(NOTHING, vetoed_at=NOON)

    refused = may_open(vetoed, happened=happened, now=NOON + DAY - timedelta(seconds=1))

    assert refused == VetoedLately(NOON + DAY)
    assert may_open(vetoed, happened=happened, now=NOON + DAY) is None
