"""What the app answers to a person's action, in the acknowledgement itself or by a response_url later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.slack import views
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.validation import checked_blocks
from bot.sandbox.slack.workspace import BOT_USER

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.triggers import ResponseUrl
    from bot.sandbox.slack.workspace import Json, View

_CONTENT = frozenset({"text", "blocks", "response_type", "mrkdwn", "unfurl_links", "unfurl_media"})
_EDITS = frozenset({"replace_original", "delete_original"})
_ACTIONS = {
    "errors": frozenset({"errors"}),
    "update": frozenset({"view"}),
    "push": frozenset({"view"}),
    "clear": frozenset[str](),
}


def read_body(body: bytes) -> Json:
    """Return the JSON object in *body*; raise SlackError where there is none."""
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise SlackError("invalid_payload", bug=True)
    return value


def respond(inside: Inside, url: ResponseUrl, body: Json) -> None:
    """Do what a POST to a response_url asks (SR53)."""
    _check_keys(body, _CONTENT | _EDITS)
    channel = inside.workspace.channels[url.channel]
    original = channel.messages.get(url.ts) if url.ts is not None else None
    if body.get("delete_original"):
        if original is None:
            raise SlackError("message_not_found", bug=True)
        del channel.messages[original.ts]
        inside.changed()
        return
    if not body.get("replace_original"):
        say(inside, url.user, url.channel, body)
        return
    if original is None:
        raise SlackError("message_not_found", bug=True)
    text = str(body.get("text", ""))
    original.blocks = checked_blocks(text, body.get("blocks", []), inside.showable)
    original.text = text
    original.edited, original.state = True, {}
    inside.changed()


def say(inside: Inside, user: str, channel: str, body: Json) -> None:
    """Post an answer in *channel*: for *user* alone unless `response_type` is `in_channel` (SR53)."""
    kind = body.get("response_type", "ephemeral")
    if kind not in {"ephemeral", "in_channel"}:
        raise SlackError("invalid_payload", [f"no such response_type: {kind}"], bug=True)
    text = str(body.get("text", ""))
    blocks = checked_blocks(text, body.get("blocks", []), inside.showable)
    inside.post(channel, BOT_USER, text, blocks, user if kind == "ephemeral" else None)


def to_command(inside: Inside, user: str, channel: str, body: bytes) -> None:
    """Show the answer in the acknowledgement of a slash command: nothing, plain text, or a message (SR42)."""
    if not body:
        return
    try:
        answer = read_body(body)
    except SlackError:
        answer = {"text": body.decode(errors="replace")}
    _check_keys(answer, _CONTENT)
    say(inside, user, channel, answer)


def to_submission(inside: Inside, view: View, body: bytes) -> None:
    """Do what the acknowledgement of a submission asks (SR47, SR48, SR49, SR50)."""
    stack = inside.workspace.stack(view.user)
    if not body:
        # SR47
        if view in stack:
            del stack[stack.index(view) :]
        inside.changed()
        return
    answer = read_body(body)
    action = answer.get("response_action")
    if action not in _ACTIONS:
        raise SlackError("invalid_payload", [f"no such response_action: {action}"], bug=True)
    if set(answer) != {"response_action"} | _ACTIONS[action]:
        raise SlackError("invalid_payload", [f"{action} comes with {sorted(_ACTIONS[action])} alone"], bug=True)
    if action == "clear":
        stack.clear()
    elif view not in stack:
        # SR50: another window has closed it meanwhile; there is nothing left to change.
        return
    elif action == "errors":
        _show_errors(view, answer["errors"])
    elif action == "update":
        views.replaced(inside, view, answer["view"])
    else:
        views.pushed(inside, view.user, answer["view"])
    inside.changed()


def _show_errors(view: View, errors: object) -> None:
    """SR48: at least one, each under an input block of this view."""
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_payload", ["errors holds at least one sentence"], bug=True)
    strangers = sorted(set(errors) - set(view.inputs))
    if strangers:
        raise SlackError("invalid_payload", [f"no input block of the view: {', '.join(strangers)}"], bug=True)
    if not all(isinstance(sentence, str) and sentence for sentence in errors.values()):
        raise SlackError("invalid_payload", ["each error is a sentence"], bug=True)
    view.errors = dict(errors)


def _check_keys(body: Json, allowed: frozenset[str]) -> None:
    unknown = sorted(set(body) - allowed)
    if unknown:
        raise SlackError("invalid_payload", [f"no such field: {name}" for name in unknown], bug=True)
    if not isinstance(body.get("blocks", []), list):
        raise SlackError("invalid_blocks_format", bug=True)
