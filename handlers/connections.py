"""The open connections of one port: how many, and for how long each may keep the bot waiting (X8).

aiohttp bounds a head's lines, but waits for its end for as long as an idle connection may stay, an hour; it bounds
neither the number of connections nor the time of a body. A `Connection` stands between the transport and aiohttp's
protocol. It is in one phase at a time, the phases are kept in the order in which connections entered them, and one
sweep a second over their oldest ends what is late: a request costs no timer.

When all places are taken, the connection that has kept the bot waiting for longest gives way to a new one, since an
honest client sends its head and body at once. One whose request is being answered never does.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp import StreamReader

CHUNK_BYTES = 16 * 1024
"""At most so much is read from a connection at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one port; times in seconds."""

    connections: int = 2048
    head_s: float = 10.0
    """For a whole head: from the connection's beginning, or from the first byte of a further request."""
    head_bytes: int = 3 * CHUNK_BYTES
    body_s: float = 5.0
    """For a body. Its reader gives up after 3 s and answers; this ends a connection whose reader did not."""
    answer_s: float = 30.0
    unread_s: float = 10.0
    """For an answer that the client does not take."""
    honest_s: float = 1.0
    """A connection that has kept the bot waiting for less gives way after those that are idle."""
    waiting_bytes: int = 16 * 1024 * 1024
    """Of all bodies together that are not whole yet."""


class Connections:
    """Those of one port. Call `sweep` every second."""

    def __init__(self, limits: Limits, *, now: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.now = now
        self.heads: Phase = OrderedDict()
        self.bodies: Phase = OrderedDict()
        self.busy: Phase = OrderedDict()
        self.idle: Phase = OrderedDict()
        self.unread: Phase = OrderedDict()
        """Beside their phase, those whose answer is not taken."""
        self.ended: Counter[str] = Counter()
        """How many were ended since this was last emptied, by the reason."""
        self.held = 0
        """Bytes of bodies that are not whole yet."""

    def __len__(self) -> int:
        return len(self.heads) + len(self.bodies) + len(self.busy) + len(self.idle)

    def admit(self, make: Callable[[], web.RequestHandler]) -> Connection | None:
        """Return the protocol of a new connection, around aiohttp's; None where there is no place for it."""
        if len(self) >= self.limits.connections:
            last = self._slowest()
            if last is None:
                self.ended["refused"] += 1
                return None
            last.end("room")
        return Connection(self, make())

    def sweep(self) -> None:
        """End the connections that took too long."""
        now, limits = self.now(), self.limits
        for phase, longest_s, why in (
            (self.heads, limits.head_s, "head"),
            (self.bodies, limits.body_s, "body"),
            (self.busy, limits.answer_s, "answer"),
            (self.unread, limits.unread_s, "unread"),
        ):
            while phase and now - (oldest := next(iter(phase.items())))[1] >= longest_s:
                oldest[0].end(why)

    def hold(self, connection: Connection, count: int) -> None:
        """Note *count* more bytes of a body; where all hold too many, the one that has taken longest is ended."""
        connection.held += count
        self.held += count
        while self.held > self.limits.waiting_bytes:
            next(iter(self.bodies)).end("memory")

    def _slowest(self) -> Connection | None:
        waiting = [next(iter(phase.items())) for phase in (self.heads, self.bodies) if phase]
        slowest = min(waiting, key=lambda one: one[1], default=None)
        if slowest and (self.now() - slowest[1] >= self.limits.honest_s or not self.idle):
            return slowest[0]
        return next(iter(self.idle), None)


class Connection(asyncio.BufferedProtocol):
    """Passes everything on to aiohttp's protocol, and knows what the bot waits for."""

    __slots__ = ("_content", "_inner", "_of", "_phase", "_transport", "_unasked", "held")

    _chunk = memoryview(bytearray(CHUNK_BYTES))
    """One for all: what was read is passed on before anything else is read."""

    def __init__(self, of: Connections, inner: web.RequestHandler) -> None:
        self._of = of
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._content: StreamReader | None = None
        self._unasked = 0
        """Bytes since the last request began that are none of its body's."""
        self.held = 0
        self._phase: Phase | None = of.heads
        of.heads[self] = of.now()

    def begins(self, content: StreamReader) -> None:
        """Note that a head is whole, and its request begins; *content* is its body."""
        self._content = content
        self._unasked = 0
        self._enter(self._of.busy)

    def waits_for_body(self) -> None:
        """Note that the request cannot go on without more of its body."""
        self._enter(self._of.bodies)

    def has_body(self) -> None:
        """Note that it can."""
        self._let_go()
        self._enter(self._of.busy)

    def takes(self, count: int) -> None:
        """Note that so much of the body waits in memory."""
        if self._phase is not None:
            self._of.hold(self, count)

    def rests(self) -> None:
        """Note that the request is answered."""
        self._enter(self._of.heads if self._unasked else self._of.idle)

    def end(self, why: str) -> None:
        """Break the connection."""
        if self._phase is not None:
            self._of.ended[why] += 1
            self._leave()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there is no place any more."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  for the type
        self._transport = transport
        self._inner.connection_made(transport)
        if self._phase is None:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._leave()
        self._inner.connection_lost(exc)
        self._transport = None

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  asyncio's
        """Return where to read into."""
        return self._chunk

    def buffer_updated(self, nbytes: int) -> None:
        """Pass on what was read."""
        if self._content is None or self._content.is_eof():
            if self._phase is self._of.idle:
                self._enter(self._of.heads)
            self._unasked += nbytes
            if self._unasked > self._of.limits.head_bytes:
                return self.end("size")
        return self._inner.data_received(bytes(self._chunk[:nbytes]))

    def eof_received(self) -> None:
        """Pass it on; asyncio then closes the connection."""
        self._inner.eof_received()

    def pause_writing(self) -> None:
        """Note that the client does not take its answer."""
        if self._phase is not None:
            self._of.unread[self] = self._of.now()
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Note that it does again."""
        self._of.unread.pop(self, None)
        self._inner.resume_writing()

    def _enter(self, phase: Phase) -> None:
        if self._phase is not None:
            del self._phase[self]
            phase[self] = self._of.now()
            self._phase = phase

    def _leave(self) -> None:
        if self._phase is not None:
            del self._phase[self]
            self._phase = None
        self._of.unread.pop(self, None)
        self._let_go()

    def _let_go(self) -> None:
        self._of.held -= self.held
        self.held = 0


Phase: TypeAlias = "OrderedDict[Connection, float]"
"""Since when each connection is in it, the oldest first."""


def connection_of(request: web.BaseRequest) -> Connection | None:
    """Return the connection on which *request* came; None where it is broken, or is none of a `Listener`'s."""
    protocol = request.transport.get_protocol() if request.transport else None
    return protocol if isinstance(protocol, Connection) else None
