"""That the chain is behind is seen where somebody looks: /readyz, the metrics, `mfabot doctor` (K7)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import asyncpg
import pytest
import pytest_asyncio

from bot.app import App
from bot.clock import now
from bot.core.audit import Event, Kind
from bot.settings import Settings, load
from storage import audit
from tests.support.commands import run
from tests.support.database import Database
from tests.support.settings import environment
from tests.support.timeouts import LONG

pytestmark = pytest.mark.usefixtures("logging_restored")


@pytest_asyncio.fixture
async def app(database: Database, tmp_path: Path) -> AsyncIterator[App]:
    settings, _ = load(Settings, environment(database, tmp_path))
    made = App(settings, with_jobs=False, timeouts=LONG)
    yield made
    await made.stop()


async def write(database: Database, *, seconds_ago: float) -> None:
    conn = await asyncpg.connect(database.program)
    await audit.record(conn, Event(Kind.MFA_ENABLED, now() - timedelta(seconds=seconds_ago), "person:1", "slack", 1))
    await conn.close()


async def told(address: str) -> tuple[int, float, float]:
    """Return what /readyz answers, with which lag, and the lag in the metrics."""
    async with aiohttp.ClientSession(f"http://{address}") as http:
        async with http.get("/readyz") as answer:
            status, lag = answer.status, (await answer.json())["audit_lag_s"]
        async with http.get("/metrics") as answer:
            [line] = [
                line for line in (await answer.text()).splitlines() if line.startswith("mfabot_audit_lag_seconds")
            ]
    return status, lag, float(line.split()[1])


async def test_without_a_worker_the_lag_shows_and_a_worker_ends_it(app: App, database: Database) -> None:
    addresses = await app.start()
    await write(database, seconds_ago=30)

    status, lag, metric = await told(addresses.internal)
    await app.chaining.round()
    after = await told(addresses.internal)

    assert status == 200
    assert 30 <= lag < 90
    assert 30 <= metric < 90
    assert after == (200, 0, 0)


async def test_an_event_of_a_clock_that_is_ahead_is_no_lag(app: App, database: Database) -> None:
    addresses = await app.start()
    await write(database, seconds_ago=-1.5)

    assert (await told(addresses.internal))[1] >= 0


@pytest.mark.parametrize(("seconds_ago", "warned"), [(60, True), (0, False)])
async def test_doctor_warns_of_a_lag_that_no_running_worker_leaves(
    database: Database, tmp_path: Path, seconds_ago: float, *, warned: bool
) -> None:
    await write(database, seconds_ago=seconds_ago)

    environ = environment(database, tmp_path)
    _, said, _ = await asyncio.to_thread(run, "doctor", "--json", environ=environ)

    warnings = json.loads(said)["warnings"]
    assert any(warning.startswith("The audit's chain is 6") for warning in warnings) is warned


async def test_a_process_with_jobs_links_by_itself(database: Database, tmp_path: Path) -> None:
    settings, _ = load(Settings, environment(database, tmp_path))
    working = App(settings, timeouts=LONG)
    await working.start()
    await write(database, seconds_ago=0)
    conn = await asyncpg.connect(database.superuser)
    async with asyncio.timeout(20):
        while not await conn.fetchval("SELECT count(*) FROM audit_link"):
            pass
    await working.stop()

    left = await conn.fetchval("SELECT count(*) FROM audit_unlinked")
    await conn.close()
    assert left == 0
