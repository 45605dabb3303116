"""`mfabot serve --no-jobs` and `mfabot worker`, as child processes beside the stand-in."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
import pytest_asyncio

from bot import clock, context
from bot.sandbox.slack import StandIn
from bot.settings import Settings, load
from handlers import Services
from tests.support.commands import run
from tests.support.database import Database
from tests.support.people import ADA
from tests.support.settings import environment
from tests.support.timeouts import patient_pool
from tests.support.working import shown, standing_in

WITHIN_S = 30


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with standing_in() as standin:
        yield standin


@pytest.fixture
def environ(database: Database, slack: StandIn, tmp_path: Path) -> dict[str, str]:
    return environment(database, tmp_path, SLACK_API_URL=f"{slack.base_url}/api/")


@pytest_asyncio.fixture
async def enrollment_id(environ: dict[str, str], database: Database) -> AsyncIterator[int]:
    """An enrollment that somebody has started, and whose QR nobody has delivered."""
    settings, _ = load(Settings, environ)
    pool = patient_pool(database.program)
    services = Services.of(context.means(settings, pool, clock.now))
    ada = await services.people.save(ADA)
    await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=False)
    known = await services.people.status(ada.person_id)
    assert known is not None
    assert known[1].pending_enrollment is not None
    yield known[1].pending_enrollment
    await pool.close()


class Command:
    """`mfabot` as a child; what it logs is read line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, event: str) -> dict[str, Any]:
        """Read on until it logs *event*."""
        assert self._process.stderr is not None
        async with asyncio.timeout(WITHIN_S):
            async for line in self._process.stderr:
                told: dict[str, Any] = json.loads(line)
                if told["event"] == event:
                    return told
        raise AssertionError(f"it ended without {event}")

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    async def ends(self) -> int:
        await self.says("ended")
        return await asyncio.wait_for(self._process.wait(), WITHIN_S)


@asynccontextmanager
async def mfabot(environ: dict[str, str], *words: str) -> AsyncIterator[Command]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env={"PATH": os.environ["PATH"], **environ},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Command(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def jobs(database: Database) -> set[tuple[str, str]]:
    conn = await asyncpg.connect(database.superuser)
    try:
        rows = await conn.fetch("SELECT entrypoint, status::text FROM jobs.pgqueuer")
        return {(row["entrypoint"], row["status"]) for row in rows}
    finally:
        await conn.close()


@pytest.mark.usefixtures("enrollment_id")
async def test_serve_without_jobs_leaves_them_to_a_worker(
    environ: dict[str, str], database: Database, slack: StandIn
) -> None:
    async with mfabot(environ, "serve", "--no-jobs") as serving:
        await serving.says("health")
        serving.terminate()
        served = await serving.ends()
    left = await jobs(database)
    async with mfabot(environ, "worker") as working:
        await slack.until(lambda: "image" in shown(slack), WITHIN_S)
        working.terminate()
        worked = await working.ends()

    assert (served, worked) == (0, 0)
    assert ("deliver_qr", "queued") in left


async def test_a_worker_answers_on_its_internal_port_alone(environ: dict[str, str]) -> None:
    async with mfabot(environ, "worker") as working, aiohttp.ClientSession() as http:
        listening = await working.says("listening")
        url = f"http://{listening['internal']}"
        answers = {}
        for path in ("/healthz", "/readyz", "/metrics"):
            async with http.get(url + path) as answer:
                answers[path] = answer.status
        working.terminate()
        await working.ends()

    assert listening["public"] is None
    assert answers == {"/healthz": 200, "/readyz": 200, "/metrics": 200}


@pytest.mark.usefixtures("enrollment_id")
async def test_a_worker_that_is_asked_to_end_finishes_its_job(
    environ: dict[str, str], database: Database, slack: StandIn
) -> None:
    slow = slack.faults.slow("chat.update")
    async with mfabot(environ, "worker") as working:
        await asyncio.wait_for(slow.entered.wait(), WITHIN_S)

        working.terminate()
        await working.says("draining")
        slow.release()
        code = await working.ends()

    assert code == 0
    assert "image" in shown(slack)
    assert await jobs(database) == {("expire_enrollment", "queued")}


@pytest.mark.usefixtures("logging_restored")
def test_a_port_that_is_taken_is_a_sentence(database: Database, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, why = run("worker", environ=environment(database, tmp_path, MFABOT_INTERNAL_PORT=port))

    assert code == 1
    assert why.splitlines()[-1].startswith(f"Cannot listen on 127.0.0.1:{port}: ")
