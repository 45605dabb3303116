"""`mfabot people sync`, against the stand-in."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.sandbox.slack import StandIn
from tests.support.clock import Clock
from tests.support.commands import run
from tests.support.database import Database
from tests.support.settings import TOKEN, environment
from tests.support.signed import SECRET

pytestmark = pytest.mark.usefixtures("logging_restored")


@asynccontextmanager
async def slack() -> AsyncIterator[StandIn]:
    standin = StandIn(signing_secret=SECRET, bot_token=TOKEN, now=Clock())
    await standin.start()
    yield standin
    await standin.stop()


async def sync(standin: StandIn, database: Database, folder: Path) -> tuple[int, str, str]:
    """Run the command beside the stand-in, as it would run beside Slack."""
    environ = environment(database, folder, SLACK_API_URL=f"{standin.base_url}/api/")
    return await asyncio.to_thread(run, "people", "sync", "--json", environ=environ)


def crowd(standin: StandIn, count: int) -> None:
    """Have so many more people in Slack."""
    ada = standin.workspace.people["U0ADA"]
    for number in range(count):
        slack_id = f"U1{number:05}"
        standin.workspace.people[slack_id] = replace(ada, id=slack_id, email=f"{number}@example.com")


async def known(database: Database) -> dict[str, Any]:
    conn = await asyncpg.connect(database.owner)
    try:
        rows = await conn.fetch("SELECT slack_user_id, standing, suspended_why FROM person")
        return {row["slack_user_id"]: (row["standing"], row["suspended_why"]) for row in rows}
    finally:
        await conn.close()


async def test_members_and_guests_are_taken_in_and_those_who_never_came_are_not(
    database: Database, tmp_path: Path
) -> None:
    async with slack() as standin:
        code, told, _ = await sync(standin, database, tmp_path)

    assert code == 0
    assert await known(database) == {
        "U0ADA": ("member", None),
        "U0BEN": ("member", None),
        "U0HAL": ("member", None),
        "U0MIA": ("member", None),
        "U0AMY": ("member", None),
        "U0GUEST": ("guest", None),
    }
    assert json.loads(told)["taken_in"] == 6


async def test_a_lost_deactivation_is_made_good(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        await sync(standin, database, tmp_path)
        standin.workspace.people["U0BEN"].deleted = True
        await sync(standin, database, tmp_path)

    assert (await known(database))["U0BEN"] == ("deleted", "deactivated")


async def test_it_says_how_many_were_taken_in_changed_and_deactivated(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        environ = environment(database, tmp_path, SLACK_API_URL=f"{standin.base_url}/api/")
        first = await asyncio.to_thread(run, "people", "sync", environ=environ)
        standin.workspace.people["U0ADA"].real_name = "Ada Lovelace"
        standin.workspace.people["U0BEN"].deleted = True
        del standin.workspace.people["U0HAL"]
        second = await asyncio.to_thread(run, "people", "sync", environ=environ)
        code, told, _ = await sync(standin, database, tmp_path)

    assert first == (0, "Slack listed 10: 6 were taken in, 0 changed, 0 were deactivated.", "")
    assert second == (0, "Slack listed 9: 0 were taken in, 1 changed, 2 were deactivated.", "")
    assert (code, json.loads(told)) == (
        0,
        {"listed": 9, "taken_in": 0, "changed": 0, "deactivated": 0, "went_on": False, "believed": True},
    )


async def test_killed_it_goes_on_when_run_again(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        crowd(standin, 450)
        environ = environment(database, tmp_path, SLACK_API_URL=f"{standin.base_url}/api/")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "people", "sync", env={"PATH": os.environ["PATH"], **environ}
        )
        await standin.calls.wait_for("users.list", 2)
        process.kill()
        await process.wait()
        code, told, said = await asyncio.to_thread(run, "people", "sync", environ=environ)
        pages = [call.arguments.get("cursor", "") for call in standin.calls.of("users.list")]

    assert code == 0
    assert told == "Slack listed 460: 456 were taken in, 0 changed, 0 were deactivated."
    assert "Going on after " in said
    assert pages.count("") == 1


async def test_where_nobody_looks_it_says_in_lines_how_far_it_has_come(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.sync.LINE_EVERY", 5)
    async with slack() as standin:
        standin.faults.rate_limit("users.list", retry_after=0)
        environ = environment(database, tmp_path, SLACK_API_URL=f"{standin.base_url}/api/")
        _, _, said = await asyncio.to_thread(run, "people", "sync", environ=environ)

    assert said.splitlines() == ["Slack wants 0 s of patience.", "10 people so far."]


async def test_a_rate_limit_is_waited_for_and_nobody_is_left_out(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        standin.faults.rate_limit("users.list", retry_after=0, times=4)
        code, told, _ = await sync(standin, database, tmp_path)

    assert code == 0
    assert json.loads(told)["taken_in"] == 6


@pytest.mark.parametrize("error", ["invalid_auth", "account_inactive", "missing_scope"])
async def test_where_slack_refuses_it_says_how_and_that_it_goes_on(
    database: Database, tmp_path: Path, error: str
) -> None:
    async with slack() as standin:
        standin.faults.error("users.list", error, times=None)
        code, told, _ = await sync(standin, database, tmp_path)
        environ = environment(database, tmp_path, SLACK_API_URL=f"{standin.base_url}/api/")
        again = await asyncio.to_thread(run, "people", "sync", environ=environ)

    why = f"Slack does not answer, or refuses ({error}), after 0 people. Run it again, it goes on."
    assert (code, told) == (1, "")
    assert again == (1, "", why)


async def test_of_two_at_once_the_second_says_so(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        slow = standin.faults.slow("users.list")
        first = asyncio.create_task(sync(standin, database, tmp_path))
        await asyncio.wait_for(slow.entered.wait(), 10)
        environ = environment(database, tmp_path, SLACK_API_URL=f"{standin.base_url}/api/")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "people",
            "sync",
            env={"PATH": os.environ["PATH"], **environ},
            stderr=asyncio.subprocess.PIPE,
        )
        _, why = await process.communicate()
        slow.release()
        code, told, _ = await first

    assert process.returncode == 1
    assert why.startswith(b"Another sync is at work")
    assert (code, json.loads(told)["taken_in"]) == (0, 6)


async def test_a_list_without_the_bot_is_said_not_to_be_believed(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        await sync(standin, database, tmp_path)
        standin.workspace.people.clear()
        code, told, why = await sync(standin, database, tmp_path)

    assert code == 1
    assert json.loads(told)["believed"] is False
    assert "not believed" in why
    assert set((await known(database)).values()) == {("member", None), ("guest", None)}


async def test_the_host_is_named_in_the_audit(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        await sync(standin, database, tmp_path)
    conn = await asyncpg.connect(database.owner)
    event = await conn.fetchrow("SELECT actor, surface FROM audit_event WHERE kind = 'people.synced'")
    await conn.close()

    assert event is not None
    assert event["actor"].startswith("host:")
    assert event["surface"] == "cli"


async def test_without_slack_it_says_so_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    code, _, why = await asyncio.to_thread(run, "people", "sync", environ=environment(database, tmp_path))

    assert code == 1
    assert why.startswith("Slack does not answer")
    assert await known(database) == {}
