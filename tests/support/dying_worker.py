"""A worker as a child process that kills itself, by SIGKILL, at the step its argument names."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

from bot import app, clock
from bot.jobs.queue import Jobs, Pace
from bot.services.queue import Queue
from bot.settings import Settings, load
from handlers import Services
from handlers.outgoing import Outgoing
from handlers.slack import Clients
from storage.pool import Pool


async def work(step: str) -> None:
    """Work until the step is reached."""

    def reached(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    settings, _ = load(Settings)
    means = app.means(settings, Pool(settings.database_url.get_secret_value()), clock.now)
    clients = Clients(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    jobs = Jobs(
        Services.of(means),
        Queue(means, settings.database_url.get_secret_value()),
        Outgoing(clients),
        reached=reached,
        pace=Pace(heartbeat=timedelta(seconds=1)),
    )
    jobs.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
