"""chat.postMessage, chat.update, chat.delete, chat.postEphemeral."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.validation import checked_blocks
from bot.sandbox.slack.workspace import APP, BOT, BOT_USER, HOME_TEAM

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Channel, Json, Message


async def post_message(inside: Inside, arguments: Json) -> Json:
    """Post a message of the app."""
    channel = _channel(inside, arguments["channel"])
    text = arguments.get("text", "")
    blocks = checked_blocks(text, arguments.get("blocks", []), inside.showable)
    message = inside.post(channel.id, BOT_USER, text, blocks)
    return {"channel": channel.id, "ts": message.ts, "message": described(message)}


async def update(inside: Inside, arguments: Json) -> Json:
    """Change a message of the app's own: text alone takes the blocks away, blocks alone keep the text (SR16)."""
    channel = _channel(inside, arguments["channel"])
    message = _own(channel, arguments["ts"], "cant_update_message")
    text = arguments.get("text", message.text if "blocks" in arguments else "")
    blocks = checked_blocks(text, arguments.get("blocks", []), inside.showable)
    message.text, message.blocks, message.edited, message.state = text, blocks, True, {}
    inside.changed()
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": described(message)}


async def delete(inside: Inside, arguments: Json) -> Json:
    """Delete a message of the app's own."""
    channel = _channel(inside, arguments["channel"])
    message = _own(channel, arguments["ts"], "cant_delete_message")
    del channel.messages[message.ts]
    inside.changed()
    return {"channel": channel.id, "ts": message.ts}


async def post_ephemeral(inside: Inside, arguments: Json) -> Json:
    """Post a message for one person's eyes; it has no ts under which it could be edited (SR17)."""
    channel = _channel(inside, arguments["channel"])
    if inside.person(arguments["user"]) is None:
        raise SlackError("user_not_found")
    if arguments["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    text = arguments.get("text", "")
    blocks = checked_blocks(text, arguments.get("blocks", []), inside.showable)
    message = inside.post(channel.id, BOT_USER, text, blocks, arguments["user"])
    return {"message_ts": message.ts}


def described(message: Message) -> Json:
    """Return a message object as Slack gives it."""
    described: Json = {"type": "message", "user": message.author, "text": message.text, "ts": message.ts}
    if message.author == BOT_USER:
        described |= {"bot_id": BOT, "app_id": APP}
    described["team"] = HOME_TEAM
    if message.blocks:
        described["blocks"] = message.blocks
    if message.edited:
        described["edited"] = {"user": message.author, "ts": message.ts}
    return described


def _channel(inside: Inside, channel_id: str) -> Channel:
    """SR11: a conversation by its own id; a person's id is none, which is stricter than Slack."""
    channel = inside.workspace.channels.get(channel_id)
    if channel is None:
        raise SlackError("channel_not_found")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _own(channel: Channel, ts: str, otherwise: str) -> Message:
    """Return the app's message; raise SlackError for none (SR17: nor an ephemeral one) or somebody else's."""
    message = channel.messages.get(ts)
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    if message.author != BOT_USER:
        raise SlackError(otherwise, bug=True)
    return message
