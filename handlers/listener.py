"""A port: what asyncio and aiohttp do for it, but for taking connections in, which asks first whether there is room.

asyncio takes in whatever comes. With no file left it writes a traceback for each try, on some versions many at once,
and tries on; here it waits for a second, and one line a second tells of all connections that were not left alone.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable

import structlog
from aiohttp import http_exceptions, web

from handlers.connections import CHUNK_BYTES, Connection, Connections, Limits

logger = structlog.get_logger(__name__)

BURST = 16
"""Connections that are taken in before anything else is done."""
BACKLOG = 512
LINGER_S = 1.0
"""For the rest of a body that nobody wants: who still sends it would else not read the answer."""
SWEEP_S = 1.0


class Listener:
    """One port, from `start` to `stop`. Made inside the running loop."""

    def __init__(
        self,
        app: web.Application,
        *,
        name: str,
        limits: Limits,
        drain_s: float,
        now: Callable[[], float] = time.monotonic,
        ended: Callable[[str, str, int], None] = lambda _port, _why, _count: None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._name = name
        self._ended = ended
        self.connections = Connections(limits, now=now)
        self._of_aiohttp = logging.getLogger(f"{__name__}.{name}")
        # Compressed bodies stay as they are: what Slack signed are the raw bytes.
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=drain_s,
            auto_decompress=False,
            lingering_time=LINGER_S,
            read_bufsize=2 * CHUNK_BYTES,
            logger=self._of_aiohttp,
        )
        self._sockets: list[socket.socket] = []
        self._taking: set[asyncio.Task[None]] = set()
        self._next_sweep: asyncio.TimerHandle | None = None
        self.address = ""

    async def start(self, host: str, port: int) -> str:
        """Listen, and return where.

        Raises:
            OSError: the port is taken.
        """
        await self._runner.setup()
        self._of_aiohttp.addFilter(self._counted)
        bound = await self._loop.create_server(asyncio.Protocol, host, port, start_serving=False)
        self._sockets = [one.dup() for one in bound.sockets]
        bound.close()
        for one in self._sockets:
            one.settimeout(0)
            one.listen(BACKLOG)
            self._loop.add_reader(one, self._take_in, one)
        self.sweep()
        where = self._sockets[0].getsockname()
        self.address = f"{where[0]}:{where[1]}"
        return self.address

    async def stop(self) -> None:
        """Take nothing new in, let what runs finish, and end."""
        while self._sockets:
            one = self._sockets.pop()
            self._loop.remove_reader(one)
            one.close()
        await asyncio.gather(*self._taking, return_exceptions=True)
        await self._runner.cleanup()
        self._of_aiohttp.removeFilter(self._counted)
        if self._next_sweep:
            self._next_sweep.cancel()

    def sweep(self) -> None:
        """End what takes too long, tell of all that was ended, and do so again in a second."""
        self._next_sweep = self._loop.call_later(SWEEP_S, self.sweep)
        self.connections.sweep()
        ended, self.connections.ended = self.connections.ended, type(self.connections.ended)()
        if ended:
            logger.warning("connections ended", port=self._name, open=len(self.connections), **ended)
            for why, count in ended.items():
                self._ended(self._name, why, count)

    def _take_in(self, listening: socket.socket) -> None:
        for _ in range(BURST):
            try:
                taken, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # No file is left, or no memory. The socket stays readable, and the loop would come again at once.
                self.connections.ended["no_files"] += 1
                self._loop.remove_reader(listening)
                self._loop.call_later(SWEEP_S, self._try_again, listening)
                return
            self._serve(taken)

    def _try_again(self, listening: socket.socket) -> None:
        if listening.fileno() >= 0:
            self._loop.add_reader(listening, self._take_in, listening)

    def _serve(self, taken: socket.socket) -> None:
        assert self._runner.server is not None  # noqa: S101  set up
        taken.settimeout(0)
        connection = self.connections.admit(self._runner.server)
        if connection is None:
            taken.close()
            return
        task = self._loop.create_task(self._connect(taken, connection))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)

    async def _connect(self, taken: socket.socket, connection: Connection) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: connection, taken)
        except OSError:
            connection.connection_lost(None)
            taken.close()

    def _counted(self, record: logging.LogRecord) -> bool:
        """Count bytes that are no HTTP, instead of writing a traceback for each."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, http_exceptions.HttpProcessingError):
            self.connections.ended["no_http"] += 1
            return False
        return True
