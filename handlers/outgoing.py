"""The calls to Slack that jobs make, and how each answer is to be taken.

`Gone`: what was to be removed is not there, which is as good as removed. `Never`: Slack will not do it, however often
it is asked. `Later`: anything else, with the seconds that Slack asked for. Errors are told apart by Slack's names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core import people as rules
from bot.core import sync
from bot.core.people import Home, Profile
from handlers.slack import OUTAGES, Clients, slack_error
from handlers.views.blocks import Blocks, Json

GONE = frozenset({"file_not_found", "file_deleted", "message_not_found", "channel_not_found"})
NEVER = frozenset(
    {
        "cannot_dm_bot",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "account_inactive",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "file_upload_size_restricted",
        "messages_tab_disabled",
    }
)
NOT_OPEN = frozenset({"not_found", "view_not_found"})
NOBODY = frozenset({"user_not_found", "user_not_visible"})
POSTED_TWICE = "posted_twice"
NOT_PROCESSED = "invalid_blocks"
"""What an image block of a file answers that Slack has not processed yet."""
PROCESSING_PAUSES_S = (0.5, 1.0, 2.0, 4.0)


class Never(Exception):  # noqa: N818  reads as what Slack said
    """Slack will not do this; the text is Slack's name for why."""


class Later(Exception):  # noqa: N818  reads as what Slack said
    """Slack cannot do this now; *after_s* where it said when, *why* in its own name."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Promised:
    """A file whose id is known before any of its bytes are sent."""

    file_id: str
    upload_url: str


class Outgoing:
    """Slack, as jobs see it."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.background
        self._session = clients.session

    async def post(self, slack_user_id: str, text: str) -> tuple[str, str]:
        """Post a bare sentence into a person's DM; return channel and ts."""
        opened = await self._call(self._client.conversations_open(users=slack_user_id))
        channel = str(opened["channel"]["id"])
        posted = await self._call(
            self._client.chat_postMessage(channel=channel, text=text, unfurl_links=False, unfurl_media=False)
        )
        return channel, str(posted["ts"])

    async def post_in(self, channel: str, text: str) -> tuple[str, str]:
        """Post a bare sentence into a channel; return channel and ts."""
        posted = await self._call(
            self._client.chat_postMessage(channel=channel, text=text, unfurl_links=False, unfurl_media=False)
        )
        return channel, str(posted["ts"])

    async def profile(self, slack_user_id: str, home: Home) -> Profile | None:
        """Ask Slack who somebody is now; None: it knows nobody of that id."""
        try:
            told = await self._call(self._client.users_info(user=slack_user_id))
        except Never:
            return None
        user = told.get("user")
        return rules.profile(user, home) if isinstance(user, Mapping) and user.get("id") == slack_user_id else None

    async def home(self) -> Home:
        """Ask Slack in which workspace we are, and who we are there."""
        told = await self._call(self._client.auth_test())
        return Home(str(told["team_id"]), told.get("enterprise_id"), str(told["user_id"]))

    async def people(self, cursor: str, home: Home) -> sync.Page | None:
        """Return a page of everybody in the workspace, the first for no cursor; None: Slack takes that cursor no more.

        Raises:
            Later: Slack cannot say it now, or says what would lead nowhere.
        """
        try:
            told = await self._call(self._client.users_list(limit=sync.PAGE, cursor=cursor))
        except Later as later:
            if later.why == "invalid_cursor" and cursor:
                return None
            raise
        except Never as never:
            raise Later(str(never)) from None
        members, meta = told.get("members"), told.get("response_metadata")
        following = meta.get("next_cursor") if isinstance(meta, Mapping) else None
        if not isinstance(members, list) or (following and following == cursor):
            raise Later("no_list")
        return sync.page(members, following if isinstance(following, str) else "", home)

    async def sought(self, slack_user_id: str, home: Home) -> Profile | None:
        """Ask Slack about somebody whom its list does not name; None: it knows nobody of that id.

        Raises:
            Later: anything else that is no answer: nobody counts as left for it.
        """
        try:
            told = await self._call(self._client.users_info(user=slack_user_id))
        except Never as never:
            if str(never) in NOBODY:
                return None
            raise Later(str(never)) from None
        user = told.get("user")
        if not isinstance(user, Mapping) or user.get("id") != slack_user_id:
            raise Later("another_user")
        return rules.profile(user, home)

    async def withdraw(self, channel: str, ts: str) -> NoReturn:
        """Delete a post that another worker's came before; the job goes on from that one when it runs again.

        Raises:
            Later: always. Where it cannot be deleted, a bare sentence stays, without image or buttons.
        """
        await self._call(self._client.chat_delete(channel=channel, ts=ts), gone_is_done=True)
        raise Later(POSTED_TWICE)

    async def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> None:
        """Bring a message to this text and these blocks; one that is gone needs nothing."""
        await self._call(self._client.chat_update(channel=channel, ts=ts, text=text, blocks=blocks), gone_is_done=True)

    async def update_when_processed(self, channel: str, ts: str, text: str, blocks: Blocks) -> None:
        """Show a file by an image block, trying again while Slack has not processed the file yet."""
        for pause_s in (*PROCESSING_PAUSES_S, None):
            try:
                await self._call(self._client.chat_update(channel=channel, ts=ts, text=text, blocks=blocks))
            except Later as later:
                if later.why != NOT_PROCESSED or pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
            else:
                return

    async def announce_file(self, name: str, length: int, alt_text: str) -> Promised:
        """Have Slack promise a file."""
        told = await self._call(self._client.files_getUploadURLExternal(filename=name, length=length, alt_txt=alt_text))
        return Promised(str(told["file_id"]), str(told["upload_url"]))

    async def send_bytes(self, promised: Promised, content: bytes) -> None:
        """Send the bytes of a promised file."""
        try:
            async with self._session.post(promised.upload_url, data=content) as answer:
                if answer.status != 200:  # noqa: PLR2004  HTTP's own number
                    raise Later(f"upload_{answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Later(type(error).__name__) from None

    async def complete_file(self, file_id: str, title: str) -> None:
        """Make the file real, private to the app."""
        await self._call(self._client.files_completeUploadExternal(files=[{"id": file_id, "title": title}]))

    async def delete_file(self, file_id: str) -> bool:
        """Delete a file; False where Slack knows none of that id: it never came, or is still on its way."""
        told = await self._call(self._client.files_delete(file=file_id), gone_is_done=True)
        return told.get("error") != "file_not_found"

    async def end_modal(self, external_id: UUID, view: Json) -> None:
        """Bring an open modal to its last state; one that nobody has open needs nothing."""
        try:
            await self._call(self._client.views_update(external_id=str(external_id), view=view))
        except Later as later:
            if later.why not in NOT_OPEN:
                raise

    async def publish_home(self, slack_user_id: str, view: Json) -> None:
        """Publish somebody's Home tab."""
        await self._call(self._client.views_publish(user_id=slack_user_id, view=view))

    async def _call(self, calling: Awaitable[AsyncSlackResponse], *, gone_is_done: bool = False) -> Json:
        try:
            answer = await calling
        except SlackApiError as error:
            raise_for(error, gone_is_done=gone_is_done)
            answer = error.response
        except OUTAGES as error:
            raise Later(type(error).__name__) from None
        except AttributeError:
            # What the SDK raises where 200 comes without JSON, as from a gateway's page.
            raise Later("no_json") from None
        return answer.data if isinstance(answer.data, dict) else {}


def raise_for(error: SlackApiError, *, gone_is_done: bool) -> None:
    """Return where Slack's answer is as good as done.

    Raises:
        Never: Slack will not do it.
        Later: it may do it another time.
    """
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", "unread")
    name = slack_error(error) or f"http_{status}"
    if gone_is_done and name in GONE:
        return
    if name in NEVER:
        raise Never(name) from None
    after = {key.lower(): value for key, value in error.response.headers.items()}.get("retry-after")
    raise Later(name, float(after) if isinstance(after, str) and after.isdigit() else None) from None
