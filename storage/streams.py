"""Reading many rows a few at a time, all of them as they were at one moment.

The driver's cursor is a portal of the server: the query runs on as far as rows are fetched, and neither side ever holds
more than one fetch of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import asyncpg
import asyncpg.cursor

from storage.pool import Connection

Row = TypeVar("Row")


class Stream(Generic[Row]):
    """The rows of one query; only inside the transaction that opened it."""

    def __init__(
        self, cursor: asyncpg.cursor.Cursor[asyncpg.Record], read: Callable[[asyncpg.Record], Row], *, size: int
    ) -> None:
        self._cursor = cursor
        self._read = read
        self._size = size

    async def fetch(self) -> list[Row]:
        """Return the next rows; none when all were read."""
        return [self._read(row) for row in await self._cursor.fetch(self._size)]


async def open_stream(
    conn: Connection, query: str, *arguments: object, read: Callable[[asyncpg.Record], Row], size: int
) -> Stream[Row]:
    """Begin to run *query*; each fetch returns *size* rows."""
    return Stream(await conn.cursor(query, *arguments), read, size=size)


async def hold_still(conn: Connection) -> None:
    """Read from now on what is committed now, and nothing later, for as long as it takes. First in a transaction."""
    await conn.execute(
        """
        SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
        SET LOCAL idle_in_transaction_session_timeout = 0
        """
    )
