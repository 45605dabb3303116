"""The workspace outlives the process that holds it."""

import stat
from pathlib import Path

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.clock import Clock
from tests.support.slack_samples import PNG, home, image, modal, section


def new(path: Path, clock: Clock) -> StandIn:
    return StandIn(signing_secret="0123456789abcdef", bot_token="xoxb-sandbox-1", now=clock, store=path)


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def test_after_a_restart_everything_is_as_it_was(tmp_path: Path, clock: Clock, http: ClientSession) -> None:
    path = tmp_path / "slack.json"
    before = new(path, clock)
    url = await before.start()
    slack = AsyncWebClient("xoxb-sandbox-1", base_url=f"{url}/api/", session=http, retry_handlers=[])
    channel = (await slack.conversations_open(users="U0ADA"))["channel"]["id"]
    upload = await slack.files_getUploadURLExternal(filename="qr.png", length=len(PNG))
    await http.post(upload["upload_url"], data=PNG)
    await slack.files_completeUploadExternal(files=[{"id": upload["file_id"]}])
    clock.forward(2)
    await slack.chat_postMessage(channel=channel, text="Scan this", blocks=[section(), image(upload["file_id"])])
    await slack.views_publish(user_id="U0ADA", view=home())
    await slack.views_open(trigger_id=before._inside.triggers.issue("U0ADA"), view=modal())
    await before.stop()

    after = new(path, clock)

    assert after.workspace == before.workspace
    assert after.workspace.files[upload["file_id"]].content == PNG


async def test_who_came_into_the_cast_since_joins_a_workspace_that_was_kept(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "slack.json"
    before = new(path, clock)
    del before.workspace.people["U0HAL"]
    before.workspace.channels["C0GENERAL"].members.remove("U0HAL")
    before.workspace.people["U0BEN"].real_name = "Ben Renamed"
    await before.start()
    await before.stop()

    after = new(path, clock)

    assert after.workspace.people["U0HAL"].role == "helpdesk agent"
    assert "U0HAL" in after.workspace.channels["C0GENERAL"].members
    assert after.workspace.people["U0BEN"].real_name == "Ben Renamed"


async def test_each_change_is_saved_at_once_and_for_the_owner_alone(
    tmp_path: Path, clock: Clock, http: ClientSession
) -> None:
    path = tmp_path / "slack.json"
    standin = new(path, clock)
    url = await standin.start()
    slack = AsyncWebClient("xoxb-sandbox-1", base_url=f"{url}/api/", session=http, retry_handlers=[])

    await slack.conversations_open(users="U0ADA")

    saved = path.read_text(encoding="utf-8")
    mode = stat.S_IMODE(path.stat().st_mode)
    await standin.stop()
    assert "directmessage" in saved
    assert mode == 0o600
    assert names_in(tmp_path) == ["slack.json"]


async def test_a_taken_port_is_an_error_that_leaves_nothing_running(tmp_path: Path, clock: Clock) -> None:
    first, second = new(tmp_path / "one", clock), new(tmp_path / "two", clock)
    port = int((await first.start()).rsplit(":", 1)[1])

    with pytest.raises(OSError, match="in use"):
        await second.start(port)

    await first.stop()
