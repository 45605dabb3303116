"""Serve an application on a free port, the way the bot does."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from handlers.connections import Limits
from handlers.listener import Listener


@asynccontextmanager
async def listening(
    app: web.Application, limits: Limits | None = None, *, now: Callable[[], float] = time.monotonic
) -> AsyncIterator[Listener]:
    """Yield a listener that has been started."""
    listener = Listener(app, name="public", limits=limits or Limits(), drain_s=1, now=now)
    try:
        await listener.start("127.0.0.1", 0)
        yield listener
    finally:
        await listener.stop()


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Yield the base URL."""
    async with listening(app) as listener:
        yield f"http://{listener.address}"
