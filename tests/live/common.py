"""What the live scripts share: a client, a QR-like image in a DM, a verdict, and cleaning up."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import segno
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

ATTEMPTS = 6
FIRST_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Live:
    """A workspace, and the person whose DM is used."""

    client: AsyncWebClient
    user: str
    patient: bool

    async def dm(self) -> str:
        """Open the DM."""
        opened = await self.client.conversations_open(users=self.user)
        return str(opened["channel"]["id"])

    async def upload(self) -> str:
        """Upload a QR code that says nothing, private to the app."""
        drawn = io.BytesIO()
        segno.make("nothing secret", error="m", micro=False).save(drawn, kind="png", scale=8)
        data = drawn.getvalue()
        promised = await self.client.files_getUploadURLExternal(filename="live.png", length=len(data), alt_txt="A test")
        async with aiohttp.ClientSession() as session, session.post(promised["upload_url"], data=data) as answer:
            answer.raise_for_status()
        await self.client.files_completeUploadExternal(files=[{"id": promised["file_id"], "title": "live"}])
        return str(promised["file_id"])

    async def update_until_processed(self, *, channel: str, ts: str, file_id: str) -> str | None:
        """Show the file by chat.update, waiting while Slack processes it; return Slack's last error, None if shown."""
        error = None
        for attempt in range(ATTEMPTS):
            try:
                await self.client.chat_update(channel=channel, ts=ts, text="A test", blocks=[picture(file_id)])
            except SlackApiError as refused:
                error = str(refused.response["error"])
                await asyncio.sleep(FIRST_PAUSE_S * 2**attempt if self.patient else 0)
            else:
                return None
        return error


def picture(file_id: str) -> dict[str, object]:
    """An image block that shows a file of Slack's."""
    return {"type": "image", "alt_text": "A test image", "slack_file": {"id": file_id}}


def run(question: Callable[[Live], Awaitable[str | None]]) -> None:
    """Ask *question*, which returns None or why it failed; exit 0 for PASS, 1 for FAIL, 2 without a workspace."""
    token, user = os.environ.get("SLACK_BOT_TOKEN"), os.environ.get("LIVE_USER")
    if not token or not user:
        print("Set SLACK_BOT_TOKEN and LIVE_USER (your own Slack user id); see tests/live/README.md.")
        sys.exit(2)
    url = os.environ.get("SLACK_API_URL", AsyncWebClient.BASE_URL)
    client = AsyncWebClient(token=token, base_url=url.rstrip("/") + "/")
    live = Live(client, user, patient=url == AsyncWebClient.BASE_URL)
    with asyncio.Runner() as runner:
        failure = runner.run(_ask(question, live))
    print("PASS" if failure is None else f"FAIL: {failure}")
    sys.exit(0 if failure is None else 1)


async def _ask(question: Callable[[Live], Awaitable[str | None]], live: Live) -> str | None:
    try:
        return await question(live)
    except SlackApiError as error:
        return f"Slack answered {error.response['error']}"
