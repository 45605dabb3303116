"""Python looks for unreachable cycles seldom, and still finds them."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot import garbage


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_what_only_points_at_itself_is_found_though_seldom() -> None:
    garbage.look_seldom()
    gone = weakref.ref(Cycle())

    few: list[list[int]] = [[] for _ in range(garbage.OBJECTS_A_LOOK // 2)]
    assert gone() is not None

    many: list[list[int]] = [[] for _ in range(garbage.OBJECTS_A_LOOK)]
    assert gone() is None
    assert len(many) > len(few)
