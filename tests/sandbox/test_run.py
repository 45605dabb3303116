"""`mfabot sandbox` as a whole, the way a person starts it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox import postgres
from tests.support.played import WITHIN_S, Played
from tests.support.tools import find_tool


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that was started, and where."""

    folder: Path
    url: str
    api: str
    """The line for a shell that it prints."""


def children(folder: Path) -> set[int]:
    """Return the processes that work for the sandbox in *folder*, by what their environment or arguments name."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            at = (process / "cwd").readlink()
        except (OSError, PermissionError):
            continue
        if at == folder / ".sandbox" or str(folder).encode() in words or at == folder:
            found.add(int(process.name))
    return found


@contextmanager
def made_folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="mfa", dir="/tmp"))
    yield made
    for lock in made.rglob("lock"):
        postgres.erase(lock.parent / "postgres")
    shutil.rmtree(made)


@pytest.fixture
def folder() -> Iterator[Path]:
    with made_folder() as made:
        yield made


@pytest.fixture(scope="module")
def running(postgres_programs: Path) -> Iterator[Running]:  # noqa: ARG001  skips where there is none
    """One for the tests that neither end it nor need a fresh one: each start takes seconds."""
    with made_folder() as made:
        sandbox = Played(made)
        yield Running(made, sandbox.url(), sandbox.says(re.compile(r"export MFABOT=.*")))
        assert sandbox.end(signal.SIGINT) == 0


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(autouse=True)
def programs(postgres_programs: Path) -> Path:
    """Skip where there is no Postgres at all."""
    return postgres_programs


def test_the_line_that_it_prints_lets_a_shell_ask_the_api(running: Running) -> None:
    find_tool("curl")
    asks = 'curl -sS "$MFABOT/v1/factors?slack_id=U0HAL" -H "Authorization: Bearer $KEY"'

    asked = subprocess.run(
        [find_tool("sh"), "-c", f"{running.api}; {asks}"],
        cwd=running.folder,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(asked.stdout)["enrolled"] is True


async def test_a_command_typed_on_the_page_is_answered(running: Running, browser: aiohttp.ClientSession) -> None:
    async with browser.post(
        f"{running.url}/page/act", json={"user": "U0ADA", "do": "command", "command": "/mfa", "text": ""}
    ) as answer:
        acted = await answer.json()
    async with browser.get(f"{running.url}/page/state", params={"user": "U0ADA"}) as answer:
        state = await answer.json()

    assert acted["ok"]
    assert state["dm"]["messages"][-1]["ephemeral"]
    assert "Enable Multi-Factor Authentication" in json.dumps(state["dm"]["messages"][-1])
    assert state["problems"] == []
    assert '"level": "error"' not in (running.folder / ".sandbox" / "bot.log").read_text()
    assert (running.folder / ".sandbox").stat().st_mode & 0o777 == 0o700


def test_a_second_start_points_to_the_first(running: Running) -> None:
    second = Played(running.folder)

    assert (second.url(), second.ended()) == (running.url, 1)


async def test_who_never_opened_the_bot_signs_in_to_the_sample_application_with_a_password_alone(
    running: Running, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(f"{running.url}/page/state", params={"user": "U0BEN"}) as answer:
        payroll = (await answer.json())["links"]["sample_app"]

    form, origin = {"username": "ben", "password": "sandbox"}, {"Origin": payroll}
    async with browser.post(f"{payroll}/sign-in", data=form, headers=origin, allow_redirects=False) as answer:
        cookie = answer.cookies["payroll"].value
    async with browser.get(payroll, headers={"Cookie": f"payroll={cookie}"}) as answer:
        shown = await answer.text()

    assert "You signed in with your password" in shown


def test_what_was_drawn_is_kept_and_forgotten_when_asked(folder: Path) -> None:
    first = Played(folder)
    first.url()
    first.end(signal.SIGTERM)
    drawn = json.loads((folder / ".sandbox" / "env").read_text())
    keyring = (folder / ".sandbox" / "keyring").read_text()

    again = Played(folder)
    again.url()
    again.end(signal.SIGTERM)
    kept = json.loads((folder / ".sandbox" / "env").read_text())
    fresh = Played(folder, "--fresh")
    fresh.url()
    fresh.end(signal.SIGTERM)

    assert kept == drawn
    assert json.loads((folder / ".sandbox" / "env").read_text()) != drawn
    assert (folder / ".sandbox" / "keyring").read_text() != keyring


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_everything_ends_when_the_sandbox_is_killed(folder: Path) -> None:
    played = Played(folder)
    played.url()
    assert len(children(folder)) > 2

    played.end(signal.SIGKILL)

    deadline = time.monotonic() + WITHIN_S
    while children(folder) and time.monotonic() < deadline:
        os.sched_yield()
    assert children(folder) == set()


async def test_a_start_that_was_killed_goes_on_at_the_next(folder: Path, browser: aiohttp.ClientSession) -> None:
    for where in ("has MFA", "mfabot roles grant helpdesk"):
        cut_off = Played(folder)
        cut_off.says(re.compile(where))
        cut_off.end(signal.SIGKILL)

    again = Played(folder)
    url = again.url()

    for user in ("U0HAL", "U0MIA", "U0AMY"):
        async with browser.get(f"{url}/phone", params={"user": user}) as answer:
            assert len((await answer.json())["accounts"]) == 1
    act = {"user": "U0AMY", "do": "command", "command": "/mfa-admin", "text": "roles"}
    async with browser.post(f"{url}/page/act", json=act) as answer:
        assert (await answer.json())["ok"]
    async with browser.get(f"{url}/page/state", params={"user": "U0AMY"}) as answer:
        state = await answer.json()
    assert "Hal Desk" in json.dumps(state["modals"])
    assert "Amy Root" in json.dumps(state["modals"])
    assert state["problems"] == []
    again.end(signal.SIGTERM)


def test_a_taken_port_is_passed_over(running: Running, folder: Path) -> None:
    second = Played(folder)

    assert second.url() != running.url

    second.end(signal.SIGTERM)
