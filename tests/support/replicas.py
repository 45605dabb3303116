"""Several `serve` processes on one database: what `bot.app.serve` runs, by a clock that they share with the test."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import TYPE_CHECKING

from bot import logs
from bot.app import App
from bot.core.sealing import write_keyring
from bot.sandbox.slack import StandIn
from bot.settings import Settings, load
from tests.support.database import Database
from tests.support.services import Services
from tests.support.settings import environment
from tests.support.timeouts import any_clock

WITHIN_S = 30
# A process forked from one that has imported the bot starts in no time.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])

if TYPE_CHECKING:
    Time = Synchronized[float]


@dataclass
class Replicas:
    """The public ports of the processes, and the time that all of them read."""

    ports: list[int]
    services: Services
    _time: "Time"

    def look_at_the_clock(self) -> None:
        """Have the processes see the time of the test's services; it stands still in between."""
        self._time.value = self.services.clock().timestamp()


@asynccontextmanager
async def replicas(
    services: Services, database: Database, slack: StandIn, folder: Path, *, count: int = 3
) -> AsyncIterator[Replicas]:
    """Yield so many processes, with the keys and the time of *services*, that answer and know their workspace."""
    (folder / "keyring").write_text(write_keyring(services.means.keyring))
    environ = environment(database, folder, SLACK_API_URL=f"{slack.base_url}/api/")
    time = PROCESSES.Value("d", services.clock().timestamp())
    pipes = [PROCESSES.Pipe(duplex=False) for _ in range(count)]
    children = [PROCESSES.Process(target=_serve, args=(environ, time, said), daemon=True) for _, said in pipes]
    try:
        for child in children:
            await asyncio.to_thread(child.start)
        yield Replicas([await _port(heard) for heard, _ in pipes], services, time)
    finally:
        for child in children:
            child.kill()
        for child in children:
            await asyncio.to_thread(child.join)
        for pipe in pipes:
            for end in pipe:
                end.close()


async def _port(heard: "Connection[object, int]") -> int:
    assert await asyncio.to_thread(heard.poll, WITHIN_S), "a process did not start in time"
    return heard.recv()


def _serve(environ: dict[str, str], time: "Time", said: "Connection[int, object]") -> None:
    async def serve() -> None:
        settings, _ = load(Settings, environ)
        logs.configure("CRITICAL", settings.secret_values())  # under attack listeners take too long, and say so

        def now() -> datetime:
            return datetime.fromtimestamp(time.value, UTC)

        app = App(settings, now=now, with_jobs=False, timeouts=any_clock())
        addresses = await app.start()
        while not await app.workspace.learn():
            pass
        assert addresses.public is not None
        said.send(int(addresses.public.rpartition(":")[2]))
        await asyncio.Event().wait()

    asyncio.run(serve())
