"""Who waits without a connection, so that others find one (R4).

Otherwise ten guesses at one person would hold all ten connections of the process, and a hundred questions of one
application would stand before every other's.
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
    """One at a time: requests that would wait for the same row.

    There is a queue a name, kept as long as somebody stands in it.
    """

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


class Gate:
    """So many at once; groups take turns for who is next, and of one group at most *most* wait."""

    def __init__(self, at_once: int, *, most: int) -> None:
        self._free = at_once
        self._most = most
        # The next group first, and in it who came first; who has gone stands there no more, and takes no turn.
        self._waiting: dict[Hashable, dict[asyncio.Future[None], None]] = {}

    @asynccontextmanager
    async def of(self, group: Hashable, *, since: float | None = None) -> AsyncIterator[None]:
        """Be inside for the block; *since* is the loop's time from which on one has waited.

        Raises:
            DatabaseAway: too many stand before this one.
        """
        await self._enter(group, since)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, group: Hashable, since: float | None) -> None:
        if self._free:
            self._free -= 1
            return
        loop = asyncio.get_running_loop()
        if len(self._waiting.get(group, ())) >= self._most:
            raise DatabaseAway("queue")
        let_in = loop.create_future()
        self._waiting.setdefault(group, {})[let_in] = None
        try:
            async with asyncio.timeout_at((loop.time() if since is None else since) + PATIENCE_S):
                await let_in
        except (TimeoutError, asyncio.CancelledError) as gone:
            if let_in.done() and not let_in.cancelled():
                self._leave()  # let in at the same moment
            else:
                self._take_out(group, let_in)
            if isinstance(gone, TimeoutError):
                raise DatabaseAway("turn") from None
            raise

    def _leave(self) -> None:
        """Let the next one in who still waits, and put their group behind the others."""
        while self._waiting:
            group = next(iter(self._waiting))
            queue = self._waiting.pop(group)
            let_in = next(iter(queue))
            del queue[let_in]
            if queue:
                self._waiting[group] = queue
            if not let_in.done():  # or they go at this very moment
                let_in.set_result(None)
                return
        self._free += 1

    def _take_out(self, group: Hashable, gone: asyncio.Future[None]) -> None:
        """Take who goes out of the line, where it was not done yet."""
        queue = self._waiting.get(group, {})
        queue.pop(gone, None)
        if not queue:
            self._waiting.pop(group, None)
