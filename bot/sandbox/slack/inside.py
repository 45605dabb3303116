"""What the Web API, the people and the page of the stand-in share: the workspace, the clock, what is pending."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.slack.calls import CallLog, Changes, Delivery
from bot.sandbox.slack.cast import completed, new_workspace
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.triggers import ResponseUrls, Triggers
from bot.sandbox.slack.validation import slack_files
from bot.sandbox.slack.workspace import File, Message, Person, Toast, Workspace, new_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.sandbox.slack.store import Store
    from bot.sandbox.slack.workspace import Blocks


@dataclass(slots=True)
class Settings:
    """How strict and how slow this Slack is; tests change it as they need."""

    file_processing: timedelta = timedelta(seconds=1)
    """From files.completeUploadExternal until an image block may show the file (SR23)."""
    patience_s: float = 3.0
    """Real seconds that a person's client waits for the app (SR36)."""
    scopes: set[str] = field(
        default_factory=lambda: {
            "commands",
            "chat:write",
            "im:write",
            "im:history",
            "files:write",
            "users:read",
            "users:read.email",
        }
    )
    """What the bot token may do (SR6)."""
    links: dict[str, str] = field(default_factory=dict)
    """Other pages of the sandbox, by name."""
    notice: str = ""
    """What the page tells everybody, such as that the sandbox is still starting."""


class Inside:
    """The stand-in without its doors."""

    def __init__(
        self, *, signing_secret: str, bot_token: str, now: Callable[[], datetime], store: Store | None
    ) -> None:
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.now = now
        self.settings = Settings()
        self.faults = Faults()
        self.changes = Changes()
        self.calls = CallLog(self.changes)
        self.deliveries: list[Delivery] = []
        self.sockets = Sockets(self)
        self.triggers = Triggers(now)
        self.response_urls = ResponseUrls(now)
        self.base_url = ""
        self.bot_url = ""
        self.app_token: str | None = None
        self._store = store
        self._saving: asyncio.Handle | None = None
        kept = store.load() if store is not None else None
        self.workspace: Workspace = new_workspace() if kept is None else completed(kept)

    def changed(self) -> None:
        """Save what is and wake everybody who looks on."""
        self.changes.tell()
        if self._store is not None and self._saving is None:
            self._saving = asyncio.get_running_loop().call_soon(self.save)

    def save(self) -> None:
        """Write the workspace to its store, if it has one."""
        self._saving = None
        if self._store is not None:
            self._store.save(self.workspace)

    def problem(self, text: str) -> None:
        """Remember a mistake of the app's; the page shows it loudly."""
        self.workspace.problems.append(text)
        self.changed()

    def toast(self, user: str, text: str) -> None:
        """Show *user* a passing notice."""
        self.workspace.toasts.setdefault(user, []).append(Toast(new_id("N"), text))
        self.changed()

    def person(self, user: str) -> Person | None:
        """Return whoever has this id."""
        return self.workspace.people.get(user)

    def post(
        self, message_channel: str, author: str, text: str, blocks: Blocks, only_for: str | None = None
    ) -> Message:
        """Add a message to a channel and return it."""
        now = self.now()
        channel = self.workspace.channels[message_channel]
        message = Message(
            channel=channel.id,
            ts=self.workspace.next_ts(now),
            author=author,
            text=text,
            blocks=blocks,
            at=now.timestamp(),
            only_for=only_for,
        )
        channel.messages[message.ts] = message
        self.changed()
        return message

    def showable(self, file_id: str) -> File | None:
        """Return the file if an image block may show it: complete, processed, not deleted (SR22, SR23)."""
        file = self.workspace.files.get(file_id)
        if file is None or file.deleted or file.completed_at is None:
            return None
        ready_at = file.completed_at + self.settings.file_processing.total_seconds()
        return file if self.now().timestamp() >= ready_at else None

    def visible(self, file_id: str, user: str) -> File | None:
        """Return the file if *user* sees it in some message (SR24)."""
        file = self.workspace.files.get(file_id)
        if file is None or file.deleted:
            return None
        for channel in self.workspace.channels.values():
            for message in channel.seen_by(user):
                if any(file_id == shown for _, shown in slack_files(message.blocks)):
                    return file
        return None
