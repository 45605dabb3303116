"""What a Slack workspace holds, as plain data: people, channels, messages, files, views."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Json = dict[str, Any]
Blocks = list[Json]
State = dict[str, dict[str, Json]]
"""What was typed or chosen: block_id -> action_id -> `{"type": ..., "value" | "selected_...": ...}`."""

HOME_TEAM = "T0MFA"
FOREIGN_TEAM = "T0FOREIGN"
APP = "A0MFABOT"
BOT = "B0MFABOT"
BOT_USER = "U0MFABOT"
_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(slots=True)
class Person:
    """A member of the workspace, or somebody of another one; the flags are those of users.info."""

    id: str
    name: str
    real_name: str
    role: str
    email: str
    team_id: str = HOME_TEAM
    color: str = "4a154b"
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    enterprise_user: Json | None = None
    tz: str = "Europe/Vienna"
    updated: int = 0


@dataclass(slots=True)
class Message:
    """A message; `only_for` names the one person who sees it when it is ephemeral."""

    channel: str
    ts: str
    author: str
    text: str
    blocks: Blocks = field(default_factory=list)
    at: float = 0.0
    edited: bool = False
    only_for: str | None = None
    state: State = field(default_factory=dict)


@dataclass(slots=True)
class Channel:
    """A conversation; `kind` is `im` or `channel`. Messages by ts, oldest first."""

    id: str
    kind: str
    name: str
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)

    def seen_by(self, user: str) -> list[Message]:
        """Return the messages that *user* sees here, oldest first."""
        if user not in self.members:
            return []
        return [message for message in self.messages.values() if message.only_for in (None, user)]


@dataclass(slots=True)
class View:
    """A modal or a Home tab as one person sees it. `content` is what the app sent, with every id filled in."""

    id: str
    user: str
    content: Json
    hash: str
    state: State = field(default_factory=dict)
    root: str = ""
    previous: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> Blocks:
        """The view's blocks."""
        blocks: Blocks = self.content["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """The name by which the app knows the view; empty where it gave none."""
        return str(self.content.get("callback_id", ""))

    @property
    def title(self) -> str:
        """The title's text; empty for a Home tab."""
        return str(self.content.get("title", {}).get("text", ""))

    @property
    def inputs(self) -> dict[str, Json]:
        """The input blocks by block_id."""
        return {block["block_id"]: block for block in self.blocks if block["type"] == "input"}


@dataclass(slots=True)
class File:
    """A file on its way or arrived. `content` is None before the upload and again after the deletion."""

    id: str
    ticket: str
    name: str
    length: int
    alt_txt: str = ""
    title: str = ""
    created: float = 0.0
    content: bytes | None = None
    completed_at: float | None = None
    deleted: bool = False


@dataclass(slots=True)
class Toast:
    """A passing notice of Slack's own to one person, such as an app's failure to answer."""

    id: str
    text: str


@dataclass(slots=True)
class Command:
    """A slash command as the app's manifest declares it."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(slots=True)
class Workspace:
    """All of it. Modals are stacks by person, bottom first."""

    team_id: str = HOME_TEAM
    name: str = "Sandbox"
    domain: str = "sandbox"
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    toasts: dict[str, list[Toast]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    last_ts: int = 0

    def dm(self, user: str) -> Channel | None:
        """Return the conversation of *user* with the app, if it was ever opened."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        return None

    def open_dm(self, user: str) -> tuple[Channel, bool]:
        """Return the conversation of *user* with the app, and whether it was there already."""
        known = self.dm(user)
        if known is not None:
            return known, True
        channel = Channel(id=new_id("D"), kind="im", name="directmessage", members=[user, BOT_USER])
        self.channels[channel.id] = channel
        return channel, False

    def messages(self, user: str) -> list[Message]:
        """Return what *user* sees in the conversation with the app, oldest first."""
        channel = self.dm(user)
        return [] if channel is None else channel.seen_by(user)

    def stack(self, user: str) -> list[View]:
        """Return the open modals of *user*, bottom first; the list itself, to be changed in place."""
        return self.modals.setdefault(user, [])

    def top(self, user: str) -> View | None:
        """Return the modal that *user* is looking at."""
        stack = self.modals.get(user, [])
        return stack[-1] if stack else None

    def views(self) -> Iterator[View]:
        """Yield every modal and Home there is."""
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()

    def next_ts(self, now: datetime) -> str:
        """Return a message timestamp, unique and rising even while the clock stands still."""
        self.last_ts = max(int(now.timestamp() * 1_000_000), self.last_ts + 1)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"


def new_id(prefix: str) -> str:
    """Return an id of Slack's shape: *prefix*, then ten capitals and digits."""
    return prefix + "0" + "".join(secrets.choice(_ALPHABET) for _ in range(9))
