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
import structlog

from bot.app import App
from bot.clock import now
from bot.core.audit import Event, Kind
from bot.core.faults import DatabaseAway
from bot.services.queue import Queue
from bot.settings import Settings, load
from storage import audit
from storage.migrations.runner import migrate
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


async def test_a_garbled_head_is_told_by_readyz_the_metrics_the_log_and_doctor(
    app: App, database: Database, tmp_path: Path
) -> None:
    addresses = await app.start()
    await write(database, seconds_ago=0)
    await app.chaining.round()
    owner = await asyncpg.connect(database.owner)
    await owner.execute("UPDATE audit_head SET total = total + 1")
    await owner.close()
    await write(database, seconds_ago=0)

    with structlog.testing.capture_logs() as lines:
        await app.chaining.round()
    async with aiohttp.ClientSession(f"http://{addresses.internal}") as http:
        async with http.get("/readyz") as answer:
            status, fault = answer.status, (await answer.json())["audit_fault"]
        async with http.get("/metrics") as answer:
            metrics = (await answer.text()).splitlines()
    _, said, _ = await asyncio.to_thread(run, "doctor", "--json", environ=environment(database, tmp_path))

    assert (status, fault) == (200, "head_not_genuine")
    assert "mfabot_audit_fault 1.0" in metrics
    assert [(line["event"], line["why"]) for line in lines] == [("the audit is not linked", "head_not_genuine")]
    assert any(warning.startswith("The audit's chain does not go on") for warning in json.loads(said)["warnings"])


@pytest.mark.parametrize("of_its_own", [True, False])
async def test_doctor_warns_where_one_role_writes_events_and_links_them(
    database: Database, tmp_path: Path, *, of_its_own: bool
) -> None:
    worker = database.worker if of_its_own else database.program
    await migrate(owner_dsn=database.owner, program_dsn=database.program, worker_dsn=worker)

    environ = environment(database, tmp_path, MFABOT_WORKER_DATABASE_URL=worker)
    _, said, _ = await asyncio.to_thread(run, "doctor", "--json", environ=environ)
    await migrate(owner_dsn=database.owner, program_dsn=database.program, worker_dsn=database.worker)

    warned = any(warning.startswith("DATABASE_URL may link") for warning in json.loads(said)["warnings"])
    assert warned is not of_its_own


async def test_months_that_cannot_be_made_in_time_stop_no_sweep_and_strays_are_told(
    database: Database, tmp_path: Path
) -> None:
    """Somebody reads the default partition whole, so that no partition can be attached beside it."""
    settings, _ = load(Settings, environment(database, tmp_path))
    far = App(settings, now=lambda: now() + timedelta(days=365 * 40), with_jobs=False)
    await write(database, seconds_ago=-86400 * 365 * 30)
    reader = await asyncpg.connect(database.owner)
    await reader.execute("BEGIN; SELECT FROM audit_event_other")
    queue = Queue(far.means, database.program)

    swept = await queue.sweep()
    with pytest.raises(DatabaseAway):
        await queue.make_months()
    await reader.close()
    beyond = await queue.make_months()
    _, said, _ = await asyncio.to_thread(run, "doctor", "--json", environ=environment(database, tmp_path))
    await far.stop()

    assert swept == 0
    assert beyond
    assert any(warning.startswith("Audit events lie in the default") for warning in json.loads(said)["warnings"])
