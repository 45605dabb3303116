"""A bot and what Prometheus reads of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.app import App
from bot.settings import Settings, load
from bot.timeouts import Timeouts
from tests.support.database import Database
from tests.support.services import Clock, Services
from tests.support.settings import environment
from tests.support.timeouts import LONG, any_clock
from tests.support.wire import Wire

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Scraped:
    """A bot without jobs, its database behind a wire that can be cut, and one relying app."""

    def __init__(self, app: App, http: aiohttp.ClientSession, wire: Wire, clock: Clock) -> None:
        self.app = app
        self.http = http
        self.wire = wire
        self.clock = clock
        self.services = Services(app.means, clock)
        self.url = ""
        self.public = ""

    async def scrape(self) -> tuple[int, str]:
        self.clock.forward(minutes=2)  # what was read before is old
        async with self.http.get(f"{self.url}/metrics") as answer:
            return answer.status, await answer.text()

    async def samples(self) -> Samples:
        _, text = await self.scrape()
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    async def value(self, name: str, **labels: str) -> float | None:
        return (await self.samples()).get((name, tuple(sorted(labels.items()))))


@asynccontextmanager
async def scraped_bot(
    database: Database, folder: Path, clock: Clock, timeouts: Timeouts = LONG
) -> AsyncIterator[Scraped]:
    """Serve a bot that runs no jobs."""
    async with Wire(database) as wire, aiohttp.ClientSession() as http:
        over = {"DATABASE_URL": wire.program, "MFABOT_WORKER_DATABASE_URL": wire.worker}
        settings, _ = load(Settings, environment(database, folder, **over))
        app = App(settings, now=clock, with_jobs=False, timeouts=any_clock(timeouts))
        scraped = Scraped(app, http, wire, clock)
        addresses = await app.start()
        scraped.url = f"http://{addresses.internal}"
        scraped.public = f"http://{addresses.public}"
        yield scraped
        wire.mend()
        await app.stop()
