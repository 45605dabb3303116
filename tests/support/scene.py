"""One person, a Slack, a database, and workers that die at a named step or take up what the dead ones left."""

import asyncio
from dataclasses import dataclass, replace

import asyncpg

from bot.core.people import Person
from bot.sandbox.slack import StandIn
from bot.services.queue import Queue
from tests.support.database import Database
from tests.support.dying_worker import dies
from tests.support.ledger import open_ledger
from tests.support.people import ADA
from tests.support.services import HOME, Services
from tests.support.working import RESCUE, shown, start, working

WITHIN_S = 30


@dataclass
class Scene:
    """Ada, a Slack, and workers that die or take up what the dead ones left."""

    services: Services
    ada: Person
    slack: StandIn
    database: Database
    environ: dict[str, str]

    async def dies(self, step: str) -> None:
        """Let a worker work until it kills itself at *step*."""
        await dies(self.environ, step, within_s=WITHIN_S)

    async def is_rescued(self) -> None:
        """Let another worker do all that is due; each change of the queue is announced by Postgres."""
        changed = asyncio.Event()
        conn = await asyncpg.connect(self.database.superuser)
        await conn.add_listener("ch_pgqueuer", lambda *_: changed.set())
        async with working(self.services.means, self.database, self.slack, pace=RESCUE) as jobs:
            jobs.start()
            while await conn.fetchval(
                "SELECT count(*) FROM jobs.pgqueuer WHERE execute_after < now() + interval '1 min'"
            ):
                changed.clear()
                await asyncio.wait_for(changed.wait(), WITHIN_S)
        await conn.close()

    async def starts(self) -> int:
        """Let Ada start an enrollment."""
        return await start(self.services.enrollments, self.ada)

    async def cancels(self, enrollment_id: int) -> None:
        """Let Ada cancel it."""
        await self.services.enrollments.cancel(enrollment_id, by=self.ada.person_id)

    async def stops(self) -> None:
        """Let Ada press the button of the notice that MFA is on."""
        ledger = await open_ledger(self.database)
        message_id = await ledger.message_id("enabled")
        await ledger.conn.close()
        await self.services.suspension.stop(message_id, by=self.ada.person_id)

    async def falls_night(self) -> None:
        """Let the nightly sync be due, with three pages to read and two people who have gone."""
        await self.services.people.save_home(HOME)
        for slack_id in ("U0GONE1", "U0GONE2"):
            await self.services.people.save(replace(ADA, slack_user_id=slack_id))
        for number in range(450):
            slack_id = f"U1{number:05}"
            self.slack.workspace.people[slack_id] = replace(self.slack.workspace.people["U0ADA"], id=slack_id)
        queue = Queue(self.services.means, self.database.program)
        await queue.sweep()
        await self.changes("UPDATE people_sync SET due_at = now() - interval '1 hour'")
        await queue.sweep()

    async def changes(self, statement: str) -> None:
        """Change rows behind the bot's back."""
        ledger = await open_ledger(self.database)
        await ledger.conn.execute(statement)
        await ledger.conn.close()

    @property
    def live(self) -> list[str]:
        """What the DM shows that somebody could scan or press."""
        return [block for block in shown(self.slack) if block in ("image", "actions")]

    @property
    def texts(self) -> list[str]:
        """What the messages say."""
        return [message.text for message in self.slack.workspace.messages("U0ADA")]
