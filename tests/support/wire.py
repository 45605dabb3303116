"""The wire between the bot and its database: it can be cut, go dead without a word, or lose the answer to a commit."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.database import OWNER, PROGRAM, WORKER, Database

PORT_FILE = ".s.PGSQL.5432"
WROTE = (b"INSERT 0", b"UPDATE ", b"DELETE ")
"""What the server says of a statement that may have changed a row."""


class Wire:
    """Listens on loopback and passes everything on to the server's socket, until a test says otherwise."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._socket: Path = database.server.socket_dir / PORT_FILE
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._whole = asyncio.Event()
        self._whole.set()
        self._cut = False
        self._losing: int | None = None
        self._lost = asyncio.Event()
        self._port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def program(self) -> str:
        """The DSN of the program's role over this wire."""
        return self._dsn(PROGRAM)

    @property
    def worker(self) -> str:
        """The DSN of the role that links the audit, over this wire."""
        return self._dsn(WORKER)

    @property
    def owner(self) -> str:
        """The DSN of the owner's role over this wire."""
        return self._dsn(OWNER)

    @property
    def broken(self) -> bool:
        """Whether nothing gets through."""
        return self._cut or not self._whole.is_set()

    def cut(self) -> None:
        """Break what is connected, and let nobody connect."""
        self._cut = True
        for end in self._ends:
            end.transport.abort()

    def go_dead(self) -> None:
        """Keep the connections, and pass nothing on any more: what a firewall does that forgot them."""
        self._whole.clear()

    def lose_an_answer(self, *, after: int = 0) -> None:
        """Let a transaction that writes be committed, and break before the answer to that gets through (R2).

        The next one, or the one *after* so many.
        """
        self._losing = after
        self._lost.clear()

    async def lost_it(self) -> None:
        """Return once the answer was lost."""
        await self._lost.wait()

    def mend(self) -> None:
        """Work again."""
        self._cut, self._losing = False, None
        self._whole.set()

    def _dsn(self, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self._port}/{self._database.name}?sslmode=disable"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_unix_connection(str(self._socket))
        ends = {writer, back}
        self._ends |= ends
        spoken = _Spoken()
        for source, target, heard in ((reader, back, spoken.asked), (there, writer, spoken.answered)):
            task = asyncio.create_task(self._pass_on(source, target, heard))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, heard: Callable[[bytes], bool]
    ) -> None:
        try:
            while piece := await source.read(65536):
                await self._whole.wait()
                if heard(piece) and self._losing is not None:
                    if self._losing == 0:
                        self.cut()
                        self._lost.set()
                        return
                    self._losing -= 1
                target.write(piece)
                await target.drain()
        except OSError:
            pass
        finally:
            self._ends.discard(target)
            target.transport.abort()


class _Spoken:
    """What went over one connection, as far as it matters for losing the answer to a commit."""

    def __init__(self) -> None:
        self._wrote = False
        self._committing = False

    def asked(self, piece: bytes) -> bool:
        """Hear what the bot asks; nothing of it is ever lost."""
        self._committing = b"COMMIT;" in piece
        return False

    def answered(self, piece: bytes) -> bool:
        """Hear what the server answers; return whether it says that rows were committed."""
        self._wrote |= any(tag in piece for tag in WROTE)
        if not self._committing:
            return False
        wrote, self._wrote = self._wrote, False
        return wrote
