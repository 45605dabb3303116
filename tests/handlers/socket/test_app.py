"""A whole bot in Socket Mode: what it listens to, what it reports, and how it ends."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.app import Addresses, App
from bot.sandbox.slack import StandIn
from bot.settings import Settings, load
from tests.support import signed
from tests.support.commands import run
from tests.support.database import Database
from tests.support.settings import APP_TOKEN, environment
from tests.support.socket import holds
from tests.support.timeouts import LONG

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@dataclass
class Running:
    """A bot with the time of day."""

    app: App
    addresses: Addresses
    http: aiohttp.ClientSession

    async def ready(self) -> tuple[int, dict[str, Any]]:
        async with self.http.get(f"http://{self.addresses.internal}/readyz") as answer:
            return answer.status, await answer.json()


@pytest_asyncio.fixture
async def environ(standin: StandIn, database: Database, tmp_path: Path) -> dict[str, str]:
    return environment(database, tmp_path, SLACK_API_URL=f"{standin.base_url}/api/", SLACK_APP_TOKEN=APP_TOKEN)


@pytest_asyncio.fixture
async def bot(standin: StandIn, environ: dict[str, str]) -> AsyncIterator[Running]:
    app = App(load(Settings, environ)[0], with_jobs=False, timeouts=LONG)
    addresses = await app.start()
    await standin.until(lambda: standin.sockets.open)
    async with aiohttp.ClientSession() as http:
        yield Running(app, addresses, http)
    await app.stop()


async def test_nothing_of_slacks_is_taken_by_http(bot: Running) -> None:
    url = f"http://{bot.addresses.public}/slack/events"
    body = signed.command()

    posted = await bot.http.post(url, data=body, headers=signed.headers(body, at=datetime.now(UTC).timestamp()))
    got = await bot.http.get(url)

    assert (posted.status, got.status) == (404, 404)


async def test_without_slack_it_is_ready_and_says_how_long_slack_is_silent(bot: Running, standin: StandIn) -> None:
    connected = await bot.ready()
    standin.faults.status("apps.connections.open", 503, times=None)
    standin.sockets.cut()
    await holds(lambda: bot.app.socket and not bot.app.socket.state()["connected"])

    lost = await bot.ready()

    assert (connected[0], connected[1]["socket"]["connected"]) == (200, True)
    assert (lost[0], lost[1]["ready"], lost[1]["socket"]["connected"]) == (200, True, False)
    assert lost[1]["socket"]["ping_age_s"] >= 0


async def test_prometheus_reads_envelopes_and_the_age_of_the_last_ping(bot: Running, standin: StandIn) -> None:
    await standin.command("U0ADA", "/mfa", "help")
    await standin.until(lambda: standin.sockets.open)

    async with bot.http.get(f"http://{bot.addresses.internal}/metrics") as answer:
        text = await answer.text()

    assert 'mfabot_socket_envelopes_total{kind="slash_commands",outcome="answered"} 1.0' in text
    assert "mfabot_socket_ping_age_seconds " in text
    assert "U0ADA" not in text


async def test_a_worker_leaves_the_connection_to_those_that_answer_requests(
    standin: StandIn, environ: dict[str, str]
) -> None:
    app = App(load(Settings, environ)[0], with_requests=False, with_jobs=False, timeouts=LONG)

    await app.start()
    while not app.workspace.connected:
        await app.workspace.learn()
    await app.stop()

    assert standin.calls.of("apps.connections.open") == []


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize("token", [APP_TOKEN, "xapp-1-A0MFABOT-1234567890-fedcba"], ids=["right", "wrong"])
async def test_doctor_says_whether_slack_takes_the_token_and_connects_nowhere(
    standin: StandIn, environ: dict[str, str], token: str
) -> None:
    code, told, _ = await asyncio.to_thread(run, "doctor", "--json", environ=environ | {"SLACK_APP_TOKEN": token})

    refused = "Slack does not accept SLACK_APP_TOKEN, or Socket Mode is off in the app's settings."
    assert json.loads(told)["problems"] == ([] if token == APP_TOKEN else [refused])
    assert code == (0 if token == APP_TOKEN else 1)
    assert standin.sockets.opened == 0


async def test_a_served_bot_answers_and_ends_with_zero_when_asked_to(standin: StandIn, environ: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "serve"),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ, "MFABOT_LOG_LEVEL": "DEBUG"},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await standin.until(lambda: standin.sockets.open, timeout_s=60)
        reply = await standin.command("U0ADA", "/mfa", "help")
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = await process.communicate()

    lines = [json.loads(line) for line in said.decode().splitlines()]
    assert reply.ok
    assert process.returncode == 0
    assert lines[-1]["event"] == "ended"
    assert not any(secret in said.decode() for secret in (APP_TOKEN, "ticket="))
