"""The live scripts, as child processes against the stand-in: they run, judge and clean up."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.sandbox.slack import StandIn

TOKEN = "xoxb-live-scripts-0123456789"


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[StandIn]:
    standin = StandIn(signing_secret="unused", bot_token=TOKEN, now=lambda: datetime.now(UTC))
    standin.settings.file_processing = timedelta()
    await standin.start()
    yield standin
    await standin.stop()


async def run(slack: StandIn, script: str, typed: str = "") -> tuple[int | None, str]:
    environ = os.environ | {
        "SLACK_BOT_TOKEN": TOKEN,
        "LIVE_USER": "U0ADA",
        "SLACK_API_URL": f"{slack.base_url}/api/",
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"tests.live.{script}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environ,
    )
    said, _ = await child.communicate(typed.encode())
    return child.returncode, said.decode()


@pytest.mark.parametrize(
    ("script", "typed"), [("slack_file_by_update", ""), ("viewer_sees_private_file", "yes\n"), ("newer_blocks", "")]
)
async def test_a_live_script_passes_against_the_stand_in_and_leaves_nothing(
    slack: StandIn, script: str, typed: str
) -> None:
    code, said = await run(slack, script, typed)

    assert said.endswith("PASS\n")
    assert code == 0
    assert all(file.deleted for file in slack.workspace.files.values())
    assert not any(channel.messages for channel in slack.workspace.channels.values())


async def test_a_live_script_fails_where_the_person_sees_nothing(slack: StandIn) -> None:
    code, said = await run(slack, "viewer_sees_private_file", "no\n")

    assert code == 1
    assert said.endswith("FAIL: the person in the DM sees no image\n")


async def test_a_live_script_fails_where_slack_refuses_the_update(slack: StandIn) -> None:
    slack.faults.error("chat.update", "invalid_blocks", times=None)

    code, said = await run(slack, "slack_file_by_update")

    assert code == 1
    assert "chat.update answered invalid_blocks" in said
