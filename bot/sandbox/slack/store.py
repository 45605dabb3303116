"""Keeps the workspace in one JSON file, so that the sandbox looks the same after a restart."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.sandbox.slack.workspace import (
    Channel,
    Command,
    File,
    Json,
    Message,
    Person,
    Toast,
    View,
    Workspace,
)

if TYPE_CHECKING:
    from pathlib import Path

_MODE = 0o600


class Store:
    """A JSON file, readable by its owner only, replaced as a whole at each save."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Workspace | None:
        """Return what was saved, or None the first time."""
        try:
            saved = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return _workspace(saved)

    def save(self, workspace: Workspace) -> None:
        """Replace the file at once, so that a kill leaves the old one or the new one."""
        beside = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(workspace), file, default=_encode)
        beside.replace(self._path)


def _encode(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in the store")


def _workspace(saved: Json) -> Workspace:
    return Workspace(
        **{
            **saved,
            "people": {key: Person(**value) for key, value in saved["people"].items()},
            "channels": {key: _channel(value) for key, value in saved["channels"].items()},
            "files": {key: _file(value) for key, value in saved["files"].items()},
            "modals": {key: [View(**view) for view in stack] for key, stack in saved["modals"].items()},
            "homes": {key: View(**value) for key, value in saved["homes"].items()},
            "toasts": {key: [Toast(**toast) for toast in toasts] for key, toasts in saved["toasts"].items()},
            "commands": [Command(**value) for value in saved["commands"]],
        }
    )


def _channel(saved: Json) -> Channel:
    messages = {key: Message(**value) for key, value in saved["messages"].items()}
    return Channel(**{**saved, "messages": messages})


def _file(saved: Json) -> File:
    content = saved["content"]
    return File(**{**saved, "content": None if content is None else base64.b64decode(content)})
