"""Events, spelled the one way that can be chained and checked again."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.core import audit

DETAILS = st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.booleans() | st.none())


@given(DETAILS)
def test_equal_details_have_one_spelling_in_ascii_that_reads_back(detail: audit.Detail) -> None:
    spelled = audit.canonical(detail)

    assert spelled == audit.canonical(dict(reversed(list(detail.items()))))
    assert spelled.isascii()
    assert json.loads(spelled) == detail


def test_a_detail_is_spelled_without_blanks_and_in_the_order_of_its_keys() -> None:
    assert audit.canonical({"b": 1, "a": None, "c": True}) == '{"a":null,"b":1,"c":true}'


def test_a_time_is_spelled_in_utc_with_microseconds() -> None:
    at = datetime(2026, 11, 24, 14, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))

    assert audit.spelled_time(at) == "2026-11-24T12:00:00.000005Z"
    assert audit.spelled_time(datetime(2026, 11, 24, 12, 0, tzinfo=UTC)) == "2026-11-24T12:00:00.000000Z"


def test_actors_of_different_sorts_never_look_alike() -> None:
    assert {audit.by_person(1), audit.by_app(1), audit.by_host("1"), audit.SYSTEM} == {
        "person:1",
        "app:1",
        "host:1",
        "system",
    }


def test_no_two_kinds_share_a_stored_name() -> None:
    assert len({kind.value for kind in audit.Kind}) == len(audit.Kind.__members__)
