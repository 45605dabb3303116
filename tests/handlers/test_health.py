"""Alive, ready, draining: what the internal port says, and how the process starts and ends."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import aiohttp.web
import asyncpg
import pytest
import pytest_asyncio

from bot.app import App
from bot.clock import now
from bot.settings import Settings, load
from handlers import errors
from tests.support import signed
from tests.support.database import Database
from tests.support.settings import environment
from tests.support.signed import SECRET
from tests.support.timeouts import LONG


class Offset:
    """A clock that is off by so much."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.by


@pytest.fixture
def clock() -> Offset:
    return Offset()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ready(http: aiohttp.ClientSession, internal: str) -> tuple[int, dict[str, Any]]:
    async with http.get(f"http://{internal}/readyz") as answer:
        return answer.status, await answer.json()


@pytest_asyncio.fixture
async def app(database: Database, tmp_path: Path, clock: Offset) -> AsyncIterator[App]:
    settings, _ = load(Settings, environment(database, tmp_path))
    made = App(settings, now=clock, timeouts=LONG)
    yield made
    await made.stop()


async def test_a_bot_on_a_migrated_database_is_ready_though_slack_is_away(
    app: App, http: aiohttp.ClientSession
) -> None:
    addresses = await app.start()

    status, told = await ready(http, addresses.internal)

    assert (status, told["ready"], told["problems"], told["slack"]) == (200, True, [], "not connected")
    assert abs(told["clock_offset_s"]) < 2


@pytest.mark.parametrize("by", [2.5, -2.5])
async def test_a_clock_that_is_off_is_not_ready(
    app: App, http: aiohttp.ClientSession, clock: Offset, by: float
) -> None:
    clock.by = timedelta(seconds=by)
    addresses = await app.start()

    status, told = await ready(http, addresses.internal)

    assert status == 503
    assert told["clock_offset_s"] == pytest.approx(by, abs=0.5)


async def test_an_unmigrated_database_is_503_until_somebody_migrates_it(
    bare_database: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    settings, _ = load(Settings, environment(bare_database, tmp_path))
    app = App(settings, timeouts=LONG)
    addresses = await app.start()

    status, told = await ready(http, addresses.internal)
    await app.stop()

    assert status == 503
    assert told["problems"] == ["The schema is at nothing: run `mfabot migrate`."]


async def test_an_absent_database_is_503_while_the_process_is_alive(
    database: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    environ = environment(database, tmp_path, DATABASE_URL="postgresql://mfabot@127.0.0.1:1/mfabot")
    app = App(load(Settings, environ)[0], timeouts=LONG)
    addresses = await app.start()

    status, told = await ready(http, addresses.internal)
    async with http.get(f"http://{addresses.internal}/healthz") as alive:
        assert alive.status == 200
    await app.stop()

    assert status == 503
    assert "cannot be reached" in told["problems"][0]


async def test_a_secret_under_a_key_that_the_keyring_lacks_is_not_ready(
    app: App, http: aiohttp.ClientSession, database: Database
) -> None:
    conn = await asyncpg.connect(database.program)
    await conn.execute(
        """
        WITH one AS (
            INSERT INTO person (team_id, slack_user_id, standing, name, seen_at)
            VALUES ('T0MFA', 'U0ADA', 'member', 'Ada', now()) RETURNING person_id
        )
        INSERT INTO factor (person_id, key_id, box, last_step, created_at)
        SELECT person_id, 'lost', '\\x00', 0, now() FROM one
        """
    )
    await conn.close()
    addresses = await app.start()

    status, told = await ready(http, addresses.internal)

    assert status == 503
    assert told["problems"] == ["The keyring lacks keys that secrets are sealed under: lost."]


async def test_a_bot_that_connects_as_the_owner_sees_it(database: Database, tmp_path: Path) -> None:
    environ = environment(database, tmp_path, DATABASE_URL=database.owner)
    app = App(load(Settings, environ)[0], timeouts=LONG)

    health = await app.look()
    await app.stop()

    assert health.as_owner
    assert health.ready


async def test_a_read_only_database_is_not_ready(database: Database, tmp_path: Path) -> None:
    options = "&default_transaction_read_only=on"
    app = App(
        load(Settings, environment(database, tmp_path, DATABASE_URL=database.program + options))[0], timeouts=LONG
    )

    health = await app.look()
    await app.stop()

    assert health.problems == ("The database takes no writes.",)


async def test_what_prometheus_reads_names_routes_and_no_people(app: App, http: aiohttp.ClientSession) -> None:
    addresses = await app.start()
    body = signed.command(user_id="U0SECRET")
    await http.post(f"http://{addresses.public}/slack/events", data=body)
    await http.get(f"http://{addresses.public}/no/such/U0SECRET")
    await ready(http, addresses.internal)

    async with http.get(f"http://{addresses.internal}/metrics") as answer:
        text = await answer.text()

    assert 'mfabot_http_requests_total{method="POST",route="/slack/events",status="401"} 1.0' in text
    assert "mfabot_ready 1.0" in text
    assert "mfabot_clock_offset_seconds" in text
    assert "U0SECRET" not in text


async def test_draining_finishes_what_runs_and_takes_nothing_new(app: App, http: aiohttp.ClientSession) -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def slow(_request: aiohttp.web.Request) -> aiohttp.web.Response:
        begun.set()
        await let_go.wait()
        return aiohttp.web.Response()

    app.public.router.add_post("/slow", slow)
    addresses = await app.start()
    assert addresses.public is not None
    running = asyncio.create_task(http.post(f"http://{addresses.public}/slow"))
    await begun.wait()

    stopping = asyncio.create_task(app.stop())
    await refused(addresses.public)
    while_draining, told = await ready(http, addresses.internal)
    let_go.set()
    answer = await running
    await stopping

    assert answer.status == 200
    assert (while_draining, told["draining"]) == (503, True)


async def refused(address: str) -> None:
    """Wait until nobody listens at *address* any more.

    It is asked by binding, not by connecting: a connection that the server takes while it closes would be left to it.
    """
    host, port = address.split(":")
    async with asyncio.timeout(10):
        while True:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    probe.bind((host, int(port)))
                    return
            await asyncio.sleep(0)


async def test_mfa_is_answered_to_the_person_alone(app: App, http: aiohttp.ClientSession) -> None:
    addresses = await app.start()
    body = signed.command()
    headers = signed.headers(body, at=datetime.now(UTC).timestamp(), secret=SECRET)

    async with http.post(f"http://{addresses.public}/slack/events", data=body, headers=headers) as answer:
        said = await answer.json()

    assert answer.status == 200
    assert said["response_type"] == "ephemeral"
    assert said["text"] not in (errors.FAILED, errors.AWAY)
