"""`mfabot people sync`, against the stand-in."""

import asyncio
import json
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


async def test_more_people_than_a_page_are_all_taken_in(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        ada = standin.workspace.people["U0ADA"]
        for number in range(250):
            slack_id = f"U1{number:05}"
            standin.workspace.people[slack_id] = replace(ada, id=slack_id, email=f"{number}@example.com")
        code, told, _ = await sync(standin, database, tmp_path)

    assert code == 0
    assert json.loads(told)["taken_in"] == 256


async def test_a_rate_limit_is_waited_for_and_nobody_is_left_out(database: Database, tmp_path: Path) -> None:
    async with slack() as standin:
        standin.faults.rate_limit("users.list", retry_after=0)
        code, told, _ = await sync(standin, database, tmp_path)

    assert code == 0
    assert json.loads(told)["taken_in"] == 6


async def test_without_slack_it_says_so_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    code, _, why = await asyncio.to_thread(run, "people", "sync", environ=environment(database, tmp_path))

    assert code == 1
    assert why.startswith("Slack does not answer")
    assert await known(database) == {}
