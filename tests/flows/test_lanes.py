"""Who is next: groups take turns, a lane gives one at a time, and nothing is taken out of its lane's order."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from bot.services.lanes import Lanes

Item = tuple[str, int, int]
"""A group, a lane of it, and when it came."""


def put(lanes: Lanes[Item], item: Item) -> bool:
    return lanes.put(item, group=item[0], name=item[:2])


def test_groups_take_turns_and_a_busy_lane_waits() -> None:
    lanes: Lanes[Item] = Lanes(most=10, most_a_lane=10)
    for number in range(4):
        put(lanes, ("payroll", number, 0))
    put(lanes, ("payroll", 0, 1))
    put(lanes, ("wiki", 0, 0))

    first = lanes.take(3)
    second = lanes.take(3)
    lanes.free(("payroll", 0))
    third = lanes.take(3)

    assert first == [("payroll", 0, 0), ("wiki", 0, 0), ("payroll", 1, 0)]
    assert second == [("payroll", 2, 0), ("payroll", 3, 0)]
    assert third == [("payroll", 0, 1)]


def test_what_was_taken_and_has_to_wait_again_is_the_first_of_its_lane() -> None:
    lanes: Lanes[Item] = Lanes(most=10, most_a_lane=10)
    put(lanes, ("wiki", 0, 0))
    put(lanes, ("wiki", 0, 1))

    [taken] = lanes.take(5)
    lanes.free(taken[:2], back=taken)

    assert lanes.take(5) == [taken]


def test_a_full_group_and_a_full_lane_take_nothing_more_and_others_do() -> None:
    lanes: Lanes[Item] = Lanes(most=3, most_a_lane=2)

    lane = [put(lanes, ("wiki", 0, when)) for when in range(3)]
    group = [put(lanes, ("wiki", number, 0)) for number in (1, 2)]
    other = put(lanes, ("payroll", 0, 0))

    assert (lane, group, other) == ([True, True, False], [True, False], True)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3))), st.integers(1, 5))
def test_everything_comes_out_once_and_each_lane_in_its_order(asked: list[tuple[str, int]], most: int) -> None:
    lanes: Lanes[Item] = Lanes(most=100, most_a_lane=100)
    for when, (group, number) in enumerate(asked):
        assert put(lanes, (group, number, when))

    came: list[Item] = []
    while taken := lanes.take(most):
        assert len({item[:2] for item in taken}) == len(taken)
        came += taken
        for item in taken:
            lanes.free(item[:2])

    by_lane: dict[object, list[int]] = defaultdict(list)
    for item in came:
        by_lane[item[:2]].append(item[2])
    assert sorted(item[2] for item in came) == list(range(len(asked)))
    assert all(order == sorted(order) for order in by_lane.values())
    assert lanes.ready == 0
