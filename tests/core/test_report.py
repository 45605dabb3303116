"""What is counted of the audit, by day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.audit import Kind, canonical
from bot.core.chain import Entry
from bot.core.codes import Verdict
from bot.core.report import DAYS, Report, What, last_days, tally

TODAY = date(2026, 11, 24)
ZERO = Report(last_days({}, TODAY), 0, 0, datetime(2026, 11, 24, 12, tzinfo=UTC))


def event(kind: str, *, at: str = "2026-11-24T12:00:00.000000Z", detail: str = "{}") -> Entry:
    return Entry(1, at, kind, "person:1", "slack", 1, detail)


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.WRONG_CODE, Verdict.CODE_REUSED])
def test_a_verification_counts_as_accepted_or_refused(verdict: Verdict) -> None:
    detail = canonical({"verdict": verdict.value, "method": None, "purpose": "sign-in"})

    expected = What.ACCEPTED if verdict is Verdict.ACCEPTED else What.REFUSED
    assert tally([event(Kind.VERIFICATION, detail=detail)]) == {(TODAY, expected): 1}


def test_what_is_no_change_of_mfa_and_no_code_counts_nowhere() -> None:
    counted = {kind for kind in Kind if tally([event(kind)])}

    assert counted == {Kind.VERIFICATION, Kind.MFA_ENABLED, Kind.MFA_DISABLED, Kind.MFA_RESET}


def test_a_day_begins_at_midnight_utc() -> None:
    events = [event(Kind.MFA_RESET, at=f"2026-11-{at}Z") for at in ("23T23:59:59.999999", "24T00:00:00.000000")]

    assert tally(events) == {(TODAY, What.RESET): 1, (TODAY - timedelta(days=1), What.RESET): 1}


@pytest.mark.parametrize("at", ["infinity", "-infinity", "0044-03-15T12:00:00.000000Z BC", "2026-13-45T00:00:00Z", ""])
def test_an_event_of_a_time_that_no_clock_said_does_not_stop_the_chain(at: str) -> None:
    assert sum(tally([event(Kind.MFA_RESET, at=at), event(Kind.MFA_RESET)]).values()) <= 2
    assert tally([event(Kind.MFA_RESET, at=at), event(Kind.MFA_RESET)])[TODAY, What.RESET] == 1


def test_the_last_thirty_days_are_all_there_the_oldest_first() -> None:
    counts = {
        (TODAY, What.RESET): 2,
        (TODAY - timedelta(days=29), What.RESET): 3,
        (TODAY - timedelta(days=30), What.RESET): 5,
    }

    days = last_days(counts, TODAY)

    assert len(days) == DAYS
    assert [(days[0].day, days[0].of(What.RESET)), (days[-1].day, days[-1].of(What.RESET))] == [
        (date(2026, 10, 26), 3),
        (TODAY, 2),
    ]
    assert [day.day for day in days] == sorted(day.day for day in days)


def test_totals_and_coverage() -> None:
    days = last_days({(TODAY, What.RESET): 2, (TODAY - timedelta(days=7), What.RESET): 3}, TODAY)
    report = Report(days, members=8, enrolled=2, at=ZERO.at)

    assert [report.total(What.RESET, days) for days in (1, 7, 8, 30)] == [2, 2, 5, 5]
    assert report.share == 0.25
    assert ZERO.share == 0
