"""conversations.open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.workspace import HOME_TEAM

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Channel, Json


async def open_(inside: Inside, arguments: Json) -> Json:
    """Open the conversation of the app with one person, or find it open (SR10)."""
    if "channel" in arguments:
        channel = inside.workspace.channels.get(arguments["channel"])
        if channel is None:
            raise SlackError("channel_not_found")
        if channel.kind != "im":
            raise SlackError("method_not_supported_for_channel_type", bug=True)
        return {"no_op": True, "already_open": True, "channel": _described(channel, arguments)}
    users = [user for user in arguments.get("users", "").split(",") if user]
    if not users:
        raise SlackError("users_list_not_supplied", bug=True)
    if len(users) > 1:
        # Slack would open a group conversation; an app for secrets has no business there.
        raise SlackError("invalid_user_combination", bug=True)
    channel, known = _with(inside, users[0], create=not arguments.get("prevent_creation", False))
    inside.changed()
    answer: Json = {"channel": _described(channel, arguments)}
    return {"no_op": True, "already_open": True, **answer} if known else answer


def _with(inside: Inside, user: str, *, create: bool) -> tuple[Channel, bool]:
    person = inside.person(user)
    if person is None:
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    if person.team_id != HOME_TEAM:
        raise SlackError("user_not_visible")
    if person.is_bot:
        raise SlackError("cannot_dm_bot")
    if not create and inside.workspace.dm(user) is None:
        raise SlackError("channel_not_found")
    return inside.workspace.open_dm(user)


def _described(channel: Channel, arguments: Json) -> Json:
    if not arguments.get("return_im", False):
        return {"id": channel.id}
    return {"id": channel.id, "is_im": True, "user": channel.members[0], "is_open": True}
