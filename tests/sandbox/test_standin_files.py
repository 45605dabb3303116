"""A file takes steps and time, and is seen only where a message shows it."""

from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.clock import Clock
from tests.support.slack_errors import error_of
from tests.support.slack_samples import PNG, image, section


async def promised(slack: AsyncWebClient) -> tuple[str, str]:
    """Return the id and the upload_url of a file whose bytes are still to come."""
    answer = await slack.files_getUploadURLExternal(filename="qr.png", length=len(PNG), alt_txt="a QR code")
    return str(answer["file_id"]), str(answer["upload_url"])


@pytest.fixture
async def file_id(slack: AsyncWebClient, http: ClientSession) -> str:
    """A complete file, not yet processed."""
    file_id, url = await promised(slack)
    await http.post(url, data=PNG)
    await slack.files_completeUploadExternal(files=[{"id": file_id}])
    return file_id


@pytest.mark.parametrize("content", [b"", PNG[:-1], PNG + b"x"])
async def test_as_many_bytes_are_taken_as_were_promised(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, content: bytes
) -> None:
    file_id, url = await promised(slack)

    response = await http.post(url, data=content)

    assert response.status == 400
    assert standin.workspace.files[file_id].content is None


async def test_an_upload_url_serves_once(slack: AsyncWebClient, http: ClientSession) -> None:
    _, url = await promised(slack)
    first = await http.post(url, data=PNG)

    second = await http.post(url, data=PNG)

    assert (first.status, second.status) == (200, 400)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"length": 0}, "missing_argument"),
        ({"filename": ""}, "missing_argument"),
        ({"length": 2_000_000}, "file_upload_size_restricted"),
        ({"alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ],
)
async def test_a_file_must_be_named_and_of_a_size(slack: AsyncWebClient, arguments: dict[str, Any], error: str) -> None:
    call = slack.files_getUploadURLExternal(**{"filename": "qr.png", "length": 5, **arguments})

    assert await error_of(call) == error


async def test_a_file_without_bytes_cannot_be_completed(slack: AsyncWebClient) -> None:
    file_id, _ = await promised(slack)

    assert await error_of(slack.files_completeUploadExternal(files=[{"id": file_id}])) == "file_not_found"


async def test_a_file_is_completed_once(slack: AsyncWebClient, file_id: str) -> None:
    assert await error_of(slack.files_completeUploadExternal(files=[{"id": file_id}])) == "file_not_found"


async def test_an_image_block_may_show_a_file_only_once_it_was_processed(
    standin: StandIn, slack: AsyncWebClient, dm: str, clock: Clock, file_id: str
) -> None:
    posted = await slack.chat_postMessage(channel=dm, text="Scan this")
    update = {"channel": dm, "ts": posted["ts"], "text": "Scan this", "blocks": [section(), image(file_id)]}

    with pytest.raises(SlackApiError) as refused:
        await slack.chat_update(**update)
    clock.forward(1)
    await slack.chat_update(**update)

    assert refused.value.response["errors"] == ["invalid slack file [json-pointer:/blocks/1/slack_file]"]
    assert standin.problems == []
    assert standin.workspace.messages("U0ADA")[0].blocks[1]["slack_file"] == {"id": file_id}


async def test_a_file_is_seen_where_a_message_shows_it_and_no_longer(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, dm: str, clock: Clock, file_id: str
) -> None:
    clock.forward(1)

    async def seen_by(user: str) -> int:
        response = await http.get(f"{standin.base_url}/page/file/{file_id}", params={"user": user})
        return response.status

    before = await seen_by("U0ADA")
    posted = await slack.chat_postMessage(channel=dm, text="Scan this", blocks=[image(file_id)])
    shown = (await seen_by("U0ADA"), await seen_by("U0BEN"))
    await slack.chat_update(channel=dm, ts=posted["ts"], text="Done")
    after = await seen_by("U0ADA")

    assert (before, shown, after) == (404, (200, 404), 404)


async def test_a_deleted_file_is_gone_though_its_message_stands(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, dm: str, clock: Clock, file_id: str
) -> None:
    clock.forward(1)
    await slack.chat_postMessage(channel=dm, text="Scan this", blocks=[image(file_id)])
    url = f"{standin.base_url}/page/file/{file_id}?user=U0ADA"
    content = await (await http.get(url)).read()

    await slack.files_delete(file=file_id)

    assert content == PNG
    assert (await http.get(url)).status == 404
    assert standin.workspace.files[file_id].content is None
    assert await error_of(slack.files_delete(file=file_id)) == "file_deleted"
    assert await error_of(slack.files_delete(file="F0NONE00000")) == "file_not_found"
    again = slack.chat_postMessage(channel=dm, text="Scan this", blocks=[image(file_id)])
    assert await error_of(again) == "invalid_blocks"


async def test_a_promised_file_can_be_deleted_before_its_bytes_come(slack: AsyncWebClient, http: ClientSession) -> None:
    file_id, url = await promised(slack)

    await slack.files_delete(file=file_id)

    assert (await http.post(url, data=PNG)).status == 400
