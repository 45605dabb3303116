"""How long a QR takes from start to being seen, and after a worker's SIGKILL. `pytest -s` prints the figures."""

import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest_asyncio

from bot import clock, context
from bot.core.people import Profile, Standing
from bot.jobs.queue import PACE, Jobs
from bot.sandbox.slack import StandIn
from bot.services.queue import Queue
from bot.settings import Settings, load
from handlers import Services
from handlers.outgoing import Outgoing
from handlers.slack import Clients
from storage.pool import Pool
from tests.support.database import Database
from tests.support.dying_worker import dies
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET

ROUNDS = 5
SLACK_S = 3.0
"""What a slow machine may add to the heartbeat and the poll."""


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[StandIn]:
    standin = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=lambda: datetime.now(UTC))
    await standin.start()
    yield standin
    await standin.stop()


def images(slack: StandIn) -> int:
    messages = slack.workspace.messages("U0ADA")
    return sum(block["type"] == "image" for message in messages for block in message.blocks or [])


async def test_the_qr_is_seen_soon_and_soon_after_a_kill(database: Database, slack: StandIn, tmp_path: Path) -> None:
    environ = environment(database, tmp_path, SLACK_API_URL=f"{slack.base_url}/api/")
    settings, _ = load(Settings, environ)
    means = context.means(settings, Pool(database.program), clock.now)
    services = Services.of(means)
    clients = Clients(token=TOKEN, base_url=f"{slack.base_url}/api/")
    ada = await services.people.save(
        Profile("T0MFA", "U0ADA", None, Standing.MEMBER, "Ada Lovelace", "ada@example.com", "Europe/London")
    )

    def worker() -> Jobs:
        return Jobs(services, Queue(means, database.program), Outgoing(clients))

    async def begin() -> float:
        await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
        return time.perf_counter()

    async def shown_after(began: float) -> float:
        await slack.until(lambda: images(slack) == 1, 30)
        return time.perf_counter() - began

    async def end() -> None:
        known = await services.people.status(ada.person_id)
        if known is not None and known[1].pending_enrollment is not None:
            await services.enrollments.cancel(known[1].pending_enrollment, by=ada.person_id)
        await slack.until(lambda: images(slack) == 0, 30)
        await database.forget_starts()

    seen, recovered = [], []
    for processing in (timedelta(seconds=1), timedelta(0)):
        slack.settings.file_processing = processing
        running = worker()
        running.start()
        times = []
        for _ in range(ROUNDS):
            times.append(await shown_after(await begin()))
            await end()
        await running.stop()
        seen.append(statistics.median(times))
    for _ in range(ROUNDS):
        await begin()
        await dies(environ, "deliver.bytes_sent", within_s=30)
        killed = time.perf_counter()
        running = worker()
        running.start()
        recovered.append(await shown_after(killed))
        await end()
        await running.stop()
    await clients.close()
    await means.pool.close()

    print(f"\nstart to QR seen: {seen[1]:.2f} s; where Slack takes 1 s to process the file: {seen[0]:.2f} s (medians)")  # noqa: T201
    print(f"SIGKILL to QR seen: median {statistics.median(recovered):.2f} s, worst {max(recovered):.2f} s")  # noqa: T201
    assert max(recovered) < (PACE.heartbeat + PACE.poll).total_seconds() + SLACK_S
