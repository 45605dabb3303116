"""The bot, really served, in front of a Slack that fits in a process, with a clock that the test holds."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg

from bot.app import App
from bot.sandbox.slack import Reply, StandIn
from bot.settings import Settings, load
from bot.timeouts import Timeouts
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import NOON, Clock, Services
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET
from tests.support.somebody import Somebody
from tests.support.timeouts import LONG, any_clock
from tests.support.wire import Wire
from tests.support.worker import Worker

Json = dict[str, Any]


@dataclasses.dataclass
class Bot:
    """Both sides: what people see is asked of `standin`, what is kept of `services` and `database`."""

    app: App
    standin: StandIn
    services: Services
    worker: Worker
    wire: Wire
    database: Database
    clock: Clock
    public: str
    """The base URL of the public port."""
    everybody: dict[str, Somebody] = dataclasses.field(default_factory=dict)

    def person(self, user: str) -> Somebody:
        """Return whoever has this Slack id in the stand-in's cast."""
        return self.everybody.setdefault(user, Somebody(self, user))

    async def settle(self) -> None:
        """Let everything arrive that what was done so far leads to; with the database away nothing can."""
        if not self.wire.broken:
            await self.worker.run_due()

    async def happens(self, **event: object) -> Reply:
        """Let Slack tell of an event that nobody's hands made."""
        reply = await self.standin._event(event)
        await self.settle()
        return reply

    async def reconnects(self) -> None:
        """Let the bot find its database again, after the wire was mended."""
        while (await self.app.look()).clock_offset_s is None:
            pass

    async def lock(self, somebody: Somebody) -> None:
        """Have a hundred wrong codes behind *somebody*'s factor, none of them lately."""
        conn = await asyncpg.connect(self.database.superuser)
        try:
            await conn.execute(
                """
                UPDATE factor SET failures = 100
                 WHERE state = 'active'
                   AND person_id = (SELECT person_id FROM person WHERE slack_user_id = $1)
                """,
                somebody.user,
            )
        finally:
            await conn.close()

    async def set_up_long_ago(self, somebody: Somebody) -> None:
        """Have *somebody*'s MFA be a month old, so that a block disputes nothing."""
        conn = await asyncpg.connect(self.database.superuser)
        try:
            await Ledger(conn).set_up_long_ago(somebody.user)
        finally:
            await conn.close()

    def opened_views(self) -> list[Json]:
        """Return every modal that the bot has opened or pushed, oldest first."""
        methods = ("views.open", "views.push")
        return [call.arguments["view"] for call in self.standin.calls.all() if call.method in methods]

    async def later(self, **by: float) -> None:
        """Let time pass, and what was due in it happen."""
        self.clock.forward(**by)
        await self.settle()


@asynccontextmanager
async def serving_bot(
    database: Database, folder: Path, timeouts: Timeouts = LONG, **environ: str
) -> AsyncIterator[Bot]:
    """Yield a bot that has learned which workspace it is in; *environ* changes its settings.

    With a SLACK_APP_TOKEN among them Slack has Socket Mode on, too. Slack is as patient as the bot, unless the test is
    about a time limit.
    """
    clock = Clock()
    standin = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=clock)
    standin.settings.file_processing = timedelta(0)
    if timeouts is LONG:
        standin.settings.patience_s = 2 * timeouts.listener_s
    standin.app_token = environ.get("SLACK_APP_TOKEN")
    await standin.start()
    async with Wire(database) as wire:
        settings, _ = load(
            Settings,
            environment(
                database,
                folder,
                SLACK_API_URL=f"{standin.base_url}/api/",
                DATABASE_URL=wire.program,
                MFABOT_OWNER_DATABASE_URL=wire.owner,
                MFABOT_WORKER_DATABASE_URL=wire.worker,
                **environ,
            ),
        )
        app = App(settings, now=clock, with_jobs=False, timeouts=any_clock(timeouts))
        addresses = await app.start()
        while not await app.workspace.learn():
            pass  # a busy machine may need more than the test's limits
        services = Services(app.means, clock)
        worker = Worker(app.jobs, database, lambda: clock() - NOON)
        bot = Bot(app, standin, services, worker, wire, database, clock, f"http://{addresses.public}")
        standin.bot_url = f"{bot.public}/slack/events"
        if standin.app_token:
            await standin.until(lambda: standin.sockets.open)
        try:
            yield bot
        finally:
            wire.mend()
            await app.stop()
            await standin.stop()
