"""What the page shows one person: the whole of it, as one JSON value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.sandbox.slack import views
from bot.sandbox.slack.workspace import BOT_USER

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Json, Message, View

_UNPLAYABLE = frozenset({BOT_USER, "USLACKBOT"})


def state(inside: Inside, user: str) -> Json:
    """Return the workspace as *user* sees it."""
    workspace = inside.workspace
    channel = workspace.dm(user)
    home = workspace.homes.get(user)
    return {
        "workspace": {"name": workspace.name, "team_id": workspace.team_id},
        "people": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "role": person.role,
                "color": person.color,
            }
            for person in workspace.people.values()
            if person.id not in _UNPLAYABLE
        ],
        "user": user,
        "links": inside.settings.links,
        "notice": inside.settings.notice,
        "dm": {
            "channel": channel.id if channel is not None else None,
            "messages": [_message(message) for message in workspace.messages(user)],
        },
        "home": _view(home) if home is not None else None,
        "modals": [_view(view) for view in workspace.modals.get(user, [])],
        "toasts": [{"id": toast.id, "text": toast.text} for toast in workspace.toasts.get(user, [])],
        "commands": [
            {"command": known.command, "description": known.description, "usage_hint": known.usage_hint}
            for known in workspace.commands
        ],
        "problems": list(workspace.problems),
    }


def _message(message: Message) -> Json:
    return {
        "ts": message.ts,
        "from": "bot" if message.author == BOT_USER else "user",
        "text": message.text,
        "blocks": message.blocks,
        "state": message.state,
        "edited": message.edited,
        "ephemeral": message.only_for is not None,
        "at": datetime.fromtimestamp(message.at, UTC).isoformat(),
    }


def _view(view: View) -> Json:
    return {**views.described(view), "errors": view.errors}
