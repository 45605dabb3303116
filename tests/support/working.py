"""The bot's own worker in the test's process, in front of a stand-in, with little patience."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.core.people import Person
from bot.jobs.queue import Jobs, Pace
from bot.sandbox.slack import StandIn
from bot.services.enrollment import Enrollments, Started
from bot.services.means import Means
from bot.services.queue import Queue
from handlers import Services
from handlers.outgoing import Outgoing
from handlers.slack import BACKGROUND_S, Clients
from tests.support.database import Database
from tests.support.settings import TOKEN
from tests.support.signed import SECRET

QUICK = Pace(first_pause_s=0.01, poll=timedelta(milliseconds=50), sync_page_s=0.0, sync_person_s=0.0)
RESCUE = replace(QUICK, heartbeat=timedelta(milliseconds=500), sweep_every_s=1.0)
"""For a worker that takes up what a dead one has left."""


@asynccontextmanager
async def standing_in() -> AsyncIterator[StandIn]:
    """Serve a Slack by the real time, which processes files at once."""
    standin = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=lambda: datetime.now(UTC))
    standin.settings.file_processing = timedelta(0)
    await standin.start()
    try:
        yield standin
    finally:
        await standin.stop()


@asynccontextmanager
async def working(
    means: Means, database: Database, slack: StandIn, *, pace: Pace = QUICK, background_s: float = BACKGROUND_S
) -> AsyncIterator[Jobs]:
    """Yield a worker that is yet to be started."""
    clients = Clients(token=TOKEN, base_url=f"{slack.base_url}/api/", background_s=background_s)
    jobs = Jobs(Services.of(means), Queue(means, database.program), Outgoing(clients), pace=pace)
    try:
        yield jobs
    finally:
        await jobs.stop()
        await clients.close()


async def start(enrollments: Enrollments, person: Person) -> int:
    """Start an enrollment; return its id."""
    started = await enrollments.start(person.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    return started.enrollment_id


def shown(slack: StandIn, user: str = "U0ADA") -> list[str]:
    """Return the types of all blocks in a person's DM, in order."""
    return [block["type"] for message in slack.workspace.messages(user) for block in message.blocks or []]


def kept(slack: StandIn) -> list[str]:
    """Return the files that Slack holds the bytes of."""
    return [file.id for file in slack.workspace.files.values() if file.content is not None and not file.deleted]


def delivered(slack: StandIn, user: str = "U0ADA") -> bool:
    """Whether somebody's QR code stands in their DM, and the buttons under it."""
    return {"image", "actions"} <= set(shown(slack, user))


def shredded(slack: StandIn) -> bool:
    """Whether Slack holds no file any more, and Ada's DM neither picture nor button."""
    return not kept(slack) and not {"image", "actions"} & set(shown(slack))
