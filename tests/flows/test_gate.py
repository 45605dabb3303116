"""The gate lets so many in at once, by turns of their groups, and nobody who has gone takes a place (R4)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.core.faults import DatabaseAway
from bot.services import turns
from bot.services.turns import Gate


class Door:
    """A gate for one at a time, with somebody inside, and who came in after them."""

    def __init__(self) -> None:
        self.gate = Gate(1, most=3)
        self.came: list[str] = []
        self._leaving = asyncio.Event()
        self._inside: asyncio.Task[None] | None = None

    async def is_taken(self) -> None:
        self._inside = asyncio.create_task(self._stays())
        await asyncio.sleep(0)

    async def _stays(self) -> None:
        async with self.gate.of("first"):
            await self._leaving.wait()

    def opens(self) -> None:
        self._leaving.set()

    def queues(self, *names: str) -> list[asyncio.Task[None]]:
        """Have some wait, each in the group of its first letter."""
        return [asyncio.create_task(self._passes(name)) for name in names]

    async def _passes(self, name: str) -> None:
        async with self.gate.of(name[0]):
            self.came.append(name)


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    await made.is_taken()
    yield made
    made.opens()


async def test_groups_take_turns(door: Door) -> None:
    waiting = door.queues("a1", "a2", "a3", "b1", "b2", "c1")
    await asyncio.sleep(0)
    door.opens()
    await asyncio.gather(*waiting)

    assert door.came == ["a1", "b1", "c1", "a2", "b2", "a3"]


async def test_of_one_group_so_many_wait_and_no_more(door: Door) -> None:
    waiting = door.queues("a1", "a2", "a3", "a4", "b1")
    await asyncio.sleep(0)
    door.opens()
    ends = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(end) for end in ends] == [type(None)] * 3 + [DatabaseAway, type(None)]
    assert sorted(door.came) == ["a1", "a2", "a3", "b1"]


async def test_who_hangs_up_takes_nobody_s_place(door: Door) -> None:
    waiting = door.queues("a1", "a2")
    await asyncio.sleep(0)
    waiting[0].cancel()
    door.opens()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert door.came == ["a2"]


async def test_who_hangs_up_when_they_are_let_in_lets_the_next_one_in(door: Door) -> None:
    [first, second] = door.queues("a1", "a2")
    await asyncio.sleep(0)
    door.opens()
    await asyncio.sleep(0)  # whoever was inside leaves, and lets the first one in, who has not noticed yet
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)

    assert door.came == ["a2"]


async def test_who_has_waited_too_long_hears_that_nothing_is_known(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(turns, "PATIENCE_S", -1.0)
        [late] = await asyncio.gather(*door.queues("a1"), return_exceptions=True)
    door.opens()
    await asyncio.gather(*door.queues("a2"))

    assert isinstance(late, DatabaseAway)
    assert door.came == ["a2"]


async def test_who_has_gone_takes_no_turn_of_their_group_and_no_room(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(turns, "PATIENCE_S", -1.0)
        gone = await asyncio.gather(*door.queues("a1", "a2", "a3"), return_exceptions=True)
    waiting = door.queues("b1", "b2", "b3", "a4", "a5")
    await asyncio.sleep(0)
    door.opens()
    await asyncio.gather(*waiting)

    assert [type(one) for one in gone] == [DatabaseAway] * 3
    assert door.came == ["b1", "a4", "b2", "a5", "b3"]
