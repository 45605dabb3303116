"""How often a key may ask."""

from datetime import timedelta

from bot.core.rates import Bucket, take
from tests.support.clock import NOON


def taken(bucket: Bucket | None, times: int, *, rate: int, after_s: float = 0.0) -> tuple[int, Bucket | None]:
    """Return how many of *times* requests at one moment were let through, and the bucket afterwards."""
    now, passed = NOON + timedelta(seconds=after_s), 0
    for _ in range(times):
        left = take(bucket, now, rate)
        if left is not None:
            bucket, passed = left, passed + 1
    return passed, bucket


def test_a_new_key_may_ask_as_often_at_once_as_in_a_second() -> None:
    assert taken(None, 20, rate=5)[0] == 5


def test_what_was_taken_comes_back_with_time() -> None:
    _, empty = taken(None, 20, rate=5)

    assert [taken(empty, 20, rate=5, after_s=s)[0] for s in (0.1, 0.2, 0.6, 1, 100)] == [0, 1, 3, 5, 5]


def test_a_clock_that_is_set_back_gives_nothing() -> None:
    _, empty = taken(None, 20, rate=5)

    assert taken(empty, 20, rate=5, after_s=-60)[0] == 0


def test_a_key_of_one_a_second_may_ask_once_a_second() -> None:
    first = take(None, NOON, 1)

    assert first is not None
    assert take(first, NOON + timedelta(milliseconds=999), 1) is None
    assert take(first, NOON + timedelta(seconds=1), 1) is not None
