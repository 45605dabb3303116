"""Clients that say little and slowly, to a port whose time the test holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.metrics import Metrics
from handlers.bodies import Incomplete, read_body
from handlers.connections import Connections, Limits
from handlers.listener import Listener
from handlers.web import application
from tests.support.serving import listening
from tests.support.volley import Line

GET = b"GET /quick HTTP/1.1\r\nHost: mfabot\r\n\r\n"
POST = b"POST /body HTTP/1.1\r\nHost: mfabot\r\nContent-Length: 100000\r\n\r\n"


@dataclass
class Port:
    """A port with three pages: one that answers, one that reads a body, one that waits for the test."""

    listener: Listener
    at: list[float]
    let_go: asyncio.Event
    opened: list[Line] = field(default_factory=list)

    @property
    def connections(self) -> Connections:
        return self.listener.connections

    async def client(self, *says: bytes) -> Line:
        """Connect, and send all of that once the server has taken the connection in."""
        before = len(self.connections)
        line = await Line.to(int(self.listener.address.rpartition(":")[2]))
        self.opened.append(line)
        await until(lambda: len(self.connections) > before or bool(self.connections.ended))
        for said in says:
            line.send(said)
        return line

    async def passes(self, seconds: float) -> None:
        """Let time pass, and the sweep come."""
        self.at[0] += seconds
        self.connections.sweep()


async def until(true: Callable[[], bool]) -> None:
    """Give the server its turn until something is so."""
    async with asyncio.timeout(10):
        while True:
            if true():
                return
            await asyncio.sleep(0)


@asynccontextmanager
async def slow_port(limits: Limits | None = None) -> AsyncIterator[Port]:
    """Yield a port whose clock stands still."""
    at, let_go = [0.0], asyncio.Event()

    async def quick(_request: web.Request) -> web.Response:
        return web.Response(text="quick")

    async def body(request: web.Request) -> web.Response:
        raw = await read_body(request, most=200_000, within_s=60)
        return web.Response(text="incomplete" if isinstance(raw, Incomplete) else str(len(raw)))

    async def waiting(_request: web.Request) -> web.Response:
        await let_go.wait()
        return web.Response(text="waited")

    async def endless(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(8 * 1024 * 1024))

    app = application(Metrics(), most_bytes=1024 * 1024)
    app.add_routes([web.get("/quick", quick), web.post("/body", body), web.get("/waiting", waiting)])
    app.add_routes([web.get("/endless", endless)])
    async with listening(app, limits, now=lambda: at[0]) as listener:
        port = Port(listener, at, let_go)
        try:
            yield port
        finally:
            let_go.set()
            for line in port.opened:
                line.abandon()
