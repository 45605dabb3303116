"""One at a time: requests that would wait for the same row wait here, without a connection (R4).

Otherwise ten guesses at one person would hold all ten connections of the process, and everybody else would find none.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from bot.core.faults import DatabaseAway

PATIENCE_S = 2.0
"""Seconds that a request waits for its turn; an application waits for its answer about so long."""


class Turns:
    """A queue a name, kept as long as somebody stands in it."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._queues: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, name: Hashable) -> AsyncIterator[None]:
        """Hold the turn of *name* for the block.

        Raises:
            DatabaseAway: too many stand before this one.
        """
        queue = self._queues.setdefault(name, asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience_s):
                await queue.acquire()
        except TimeoutError:
            raise DatabaseAway("turn") from None
        try:
            yield
        finally:
            queue.release()
