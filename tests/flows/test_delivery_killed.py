"""A worker killed by SIGKILL at each named step: afterwards, and after the enrollment's end, Slack holds no QR (E4).

KILLS says how often each step is tried; once where it is not set.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from bot import app, clock
from bot.core.people import Person, Profile, Standing
from bot.sandbox.slack import StandIn
from bot.services.enrollment import Started
from bot.settings import Settings, SettingsError, load
from handlers import Services
from storage.pool import Pool
from tests.support.database import Database
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET

KILLS = int(os.environ.get("KILLS", "1"))
WITHIN_S = 30
NOWHERE = "nowhere"
DELIVERING = (
    "deliver.read",
    "deliver.posted",
    "deliver.reference_saved",
    "deliver.file_promised",
    "deliver.file_saved",
    "deliver.bytes_sent",
    "deliver.file_completed",
    "deliver.shown",
    "deliver.completed",
)
SHREDDING = ("shred.read", "shred.file_deleted", "shred.edited")


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[StandIn]:
    standin = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=lambda: datetime.now(UTC))
    standin.settings.file_processing = timedelta(0)
    await standin.start()
    yield standin
    await standin.stop()


@pytest.fixture
def environ(database: Database, slack: StandIn, tmp_path: Path) -> dict[str, str]:
    return environment(database, tmp_path, SLACK_API_URL=f"{slack.base_url}/api/")


@pytest_asyncio.fixture
async def services(environ: dict[str, str]) -> AsyncIterator[Services]:
    settings, _ = load(Settings, environ)
    pool = Pool(settings.database_url.get_secret_value())
    yield Services.of(app.means(settings, pool, clock.now))
    await pool.close()


@pytest_asyncio.fixture
async def ada(services: Services) -> Person:
    return await services.people.save(
        Profile("T0MFA", "U0ADA", None, Standing.MEMBER, "Ada Lovelace", "ada@example.com", "Europe/London")
    )


@asynccontextmanager
async def worker(environ: dict[str, str], step: str) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.dying_worker", step, env=os.environ | environ
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def dies(environ: dict[str, str], step: str) -> None:
    """Let a worker work until it kills itself at *step*."""
    async with worker(environ, step) as dying:
        assert await asyncio.wait_for(dying.wait(), WITHIN_S) == -signal.SIGKILL


async def start(services: Services, person: Person) -> int:
    """Start an enrollment; return its id."""
    started = await services.enrollments.start(person.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    return started.enrollment_id


async def idle(database: Database) -> None:
    """Wait until the queue holds nothing that is due; each change of it is announced by Postgres."""
    changed = asyncio.Event()
    conn = await asyncpg.connect(database.superuser)
    try:
        await conn.add_listener("ch_pgqueuer", lambda *_: changed.set())
        while await conn.fetchval("SELECT count(*) FROM jobs.pgqueuer WHERE execute_after < now() + interval '1 min'"):
            changed.clear()
            await asyncio.wait_for(changed.wait(), WITHIN_S)
    finally:
        await conn.close()


def traces(slack: StandIn) -> list[str]:
    """Return what Slack still holds of a QR: files with bytes, images and buttons in the DM."""
    found = [file.id for file in slack.workspace.files.values() if file.content is not None and not file.deleted]
    for message in slack.workspace.messages("U0ADA"):
        found += [block["type"] for block in message.blocks or [] if block["type"] in ("image", "actions")]
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", DELIVERING)
async def test_killed_while_delivering_the_qr_is_gone_after_the_end(
    step: str, services: Services, ada: Person, slack: StandIn, environ: dict[str, str], database: Database
) -> None:
    for _ in range(KILLS):
        enrollment_id = await start(services, ada)
        await dies(environ, step)

        await services.enrollments.cancel(enrollment_id, by=ada.person_id)
        async with worker(environ, NOWHERE):
            await idle(database)

        assert traces(slack) == []
        await database.forget_starts()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", SHREDDING)
async def test_killed_while_shredding_the_qr_is_gone_after_all(
    step: str, services: Services, ada: Person, slack: StandIn, environ: dict[str, str], database: Database
) -> None:
    for _ in range(KILLS):
        enrollment_id = await start(services, ada)
        async with worker(environ, NOWHERE):
            await slack.until(lambda: "image" in traces(slack))
        await services.enrollments.cancel(enrollment_id, by=ada.person_id)
        await dies(environ, step)

        async with worker(environ, NOWHERE):
            await idle(database)

        assert traces(slack) == []
        await database.forget_starts()


def test_serve_refuses_a_fail_point(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="MFABOT_FAIL_AT is no setting"):
        load(Settings, environ | {"MFABOT_FAIL_AT": "deliver.read"})
