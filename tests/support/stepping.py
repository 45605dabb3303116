"""A transaction that something else happens to, between two of its statements."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from storage.pool import Connection, Pool

Meanwhile = Callable[[int], Awaitable[None]]


class _Stepped:
    """A connection that says before each statement the how many-eth it is."""

    def __init__(self, conn: Connection, before: Callable[[], Awaitable[None]]) -> None:
        self._conn = conn
        self._before = before

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever a connection has
        found = getattr(self._conn, name)
        if name not in ("execute", "executemany", "fetch", "fetchrow", "fetchval"):
            return found

        async def after_the_step(*values: object, **named: object) -> object:
            await self._before()
            return await found(*values, **named)

        return after_the_step


class SteppingPool(Pool):
    """Awaits *meanwhile* before each statement of its transactions, and before their commit, with the step's number."""

    meanwhile: Meanwhile | None = None
    steps = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Hold a connection as any pool does."""
        self.steps = 0
        async with super().transaction() as conn:
            yield cast("Connection", _Stepped(conn, self._step))
            await self._step()

    async def _step(self) -> None:
        self.steps += 1
        if self.meanwhile is not None:
            await self.meanwhile(self.steps)


async def done_or_held_up(task: asyncio.Task[object], conn: Connection) -> None:
    """Wait until a task is done, or its transaction waits for a row that somebody holds."""
    while not task.done():
        if await conn.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            return
