"""That nobody compares the people with Slack's list shows where somebody looks: /readyz and `mfabot doctor` (X7)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.app import App
from bot.core.sync import page
from bot.settings import Settings, load
from tests.support.commands import run
from tests.support.database import Database
from tests.support.ledger import open_ledger
from tests.support.services import HOME
from tests.support.settings import environment
from tests.support.timeouts import LONG

BOT = {"id": HOME.bot_user_id, "team_id": HOME.team_id, "deleted": False, "is_bot": True}

pytestmark = pytest.mark.usefixtures("logging_restored")


@pytest_asyncio.fixture
async def app(database: Database, tmp_path: Path) -> AsyncIterator[App]:
    settings, _ = load(Settings, environment(database, tmp_path))
    made = App(settings, with_jobs=False, timeouts=LONG)
    yield made
    await made.stop()


async def compared_at(address: str) -> str | None:
    async with aiohttp.ClientSession(f"http://{address}") as http, http.get("/readyz") as answer:
        told: str | None = (await answer.json())["people_compared_at"]
    return told


async def test_readyz_says_when_the_people_were_compared_last(app: App) -> None:
    addresses = await app.start()
    syncs = app.services.syncs

    never = await compared_at(addresses.internal)
    running, _ = await syncs.begin(HOME)
    read = await syncs.take_page(running, page([BOT], "", HOME), asked_at=syncs.now())
    assert read is not None
    during = await compared_at(addresses.internal)
    done = await syncs.finish(read, by="host:test")

    assert (never, during) == (None, None)
    assert done is not None
    assert done.compared_at is not None
    assert await compared_at(addresses.internal) == done.compared_at.isoformat()


@pytest.mark.parametrize(("hours", "warned"), [(25, True), (23, False)])
async def test_doctor_warns_of_a_night_that_was_missed(
    app: App, database: Database, tmp_path: Path, hours: int, *, warned: bool
) -> None:
    await app.services.syncs.begin(HOME)
    ledger = await open_ledger(database)
    await ledger.conn.execute("UPDATE people_sync SET due_at = now() - $1::interval", timedelta(hours=hours))
    await ledger.conn.close()

    environ = environment(database, tmp_path)
    _, said, _ = await asyncio.to_thread(run, "doctor", "--json", environ=environ)

    warnings = json.loads(said)["warnings"]
    assert any(warning.startswith("The nightly sync of the people") for warning in warnings) is warned
