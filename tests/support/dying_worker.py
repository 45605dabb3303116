"""A worker in a process of its own that kills itself, by SIGKILL, at a named step."""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.synchronize import Event

from bot.app import App
from bot.settings import Settings, load
from tests.support.timeouts import LONG
from tests.support.working import RESCUE

# A process forked from one that has imported the bot starts in no time.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


async def dies(environ: dict[str, str], step: str, *, within_s: float) -> None:
    """Let a worker work until it kills itself at *step*."""
    process = PROCESSES.Process(target=_work, args=(environ, step), daemon=True)
    await asyncio.to_thread(process.start)
    try:
        await asyncio.to_thread(process.join, within_s)
        assert process.exitcode == -signal.SIGKILL
    finally:
        process.kill()


async def dies_at_any_moment(environ: dict[str, str], *, after_s: float, within_s: float) -> None:
    """Let a worker work, and kill it *after_s* from when it began, whatever it is doing."""
    up = PROCESSES.Event()
    process = PROCESSES.Process(target=_work, args=(environ, None, up), daemon=True)
    await asyncio.to_thread(process.start)
    try:
        assert await asyncio.to_thread(up.wait, within_s)
        await asyncio.to_thread(process.join, after_s)
        assert process.exitcode is None
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


def _work(environ: dict[str, str], step: str | None, up: Event | None = None) -> None:
    def reached(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    async def work() -> None:
        app = App(load(Settings, environ)[0], reached=reached, jobs_pace=RESCUE, timeouts=LONG)
        app.jobs.start()
        if up is not None:
            up.set()
        await asyncio.Event().wait()

    asyncio.run(work())
