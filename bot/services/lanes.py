"""Who waits, and who is next: fairly among groups, and of one lane one at a time (R4).

Whoever asks a hundred times about one person stands in one lane, and its hundred take turns with everybody else's one.
Whoever asks about a thousand people has a thousand lanes, in one group that takes turns with the other groups.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(eq=False, slots=True)
class _Lane(Generic[Item]):
    group: Hashable
    name: Hashable
    items: deque[Item] = field(default_factory=deque)


class Lanes(Generic[Item]):
    """Waiting items; at most *most* a group and *most_a_lane* a lane."""

    def __init__(self, *, most: int, most_a_lane: int) -> None:
        self._most = most
        self._most_a_lane = most_a_lane
        self._lanes: dict[Hashable, _Lane[Item]] = {}  # those with waiting items, or with one that was taken
        self._ready: dict[Hashable, deque[_Lane[Item]]] = {}  # by group, the next group first
        self._standing = 0
        self._waiting: Counter[Hashable] = Counter()

    @property
    def ready(self) -> int:
        """How many items could be taken now."""
        return self._standing

    def put(self, item: Item, *, group: Hashable, name: Hashable) -> bool:
        """Let an item wait at the end of its lane; False where the group or the lane is full."""
        lane = self._lanes.get(name)
        if self._waiting[lane.group if lane else group] >= self._most:
            return False
        if lane is None:
            lane = self._lanes[name] = _Lane(group, name)
            self._ready.setdefault(group, deque()).append(lane)
            self._standing += 1
        elif len(lane.items) >= self._most_a_lane:
            return False
        lane.items.append(item)
        self._waiting[lane.group] += 1
        return True

    def take(self, most: int) -> list[Item]:
        """Take up to *most* items, one a lane; their lanes stand still until `free`."""
        taken: list[Item] = []
        while self._ready and len(taken) < most:
            group = next(iter(self._ready))
            lanes = self._ready.pop(group)
            lane = lanes.popleft()
            if lanes:
                self._ready[group] = lanes  # behind the other groups
            self._standing -= 1
            taken.append(lane.items.popleft())
            self._left(group)
        return taken

    def free(self, name: Hashable, *, back: Item | None = None) -> None:
        """Let the lane go on whose item was taken; *back* is that item where it has to wait once more, as the first."""
        lane = self._lanes[name]
        if back is not None:
            lane.items.appendleft(back)
            self._waiting[lane.group] += 1
        if lane.items:
            self._ready.setdefault(lane.group, deque()).append(lane)
            self._standing += 1
        else:
            del self._lanes[name]

    def _left(self, group: Hashable) -> None:
        self._waiting[group] -= 1
        if not self._waiting[group]:
            del self._waiting[group]
