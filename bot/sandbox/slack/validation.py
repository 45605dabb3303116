"""Whether Slack would take a payload: its blocks by the schema, its files by the workspace."""

from __future__ import annotations

import copy
import json
import secrets
from typing import TYPE_CHECKING, Literal

from bot.sandbox.blocks import problems
from bot.sandbox.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.slack.workspace import Blocks, File, Json, State, View

VIEW_BYTES = 250_000
"""SR32."""
TEXT_LENGTH = 4000
"""SR13."""


def checked_blocks(text: str, blocks: Blocks, shown: Callable[[str], File | None]) -> Blocks:
    """Return *blocks* of a message with their ids filled in (SR12, SR13, SR14, SR15, SR23).

    Args:
        text: what stands beside the blocks, for notifications.
        blocks: as the app sent them.
        shown: the file of an id, if an image block may show it now.
    """
    if not text.strip():
        raise SlackError("no_text", bug=True)
    if len(text) > TEXT_LENGTH:
        raise SlackError("msg_too_long", bug=True)
    found = problems("message", {"text": text, "blocks": blocks}) if blocks else []
    if found:
        raise SlackError("invalid_blocks", found, bug=True)
    for pointer, file_id in slack_files(blocks):
        if shown(file_id) is None:
            # SR23: an app is expected to try again, so this is no mistake of the app's.
            raise SlackError("invalid_blocks", [f"invalid slack file [json-pointer:{pointer}]"])
    return with_ids(blocks)


def checked_view(view: Json, surface: Literal["modal", "home"]) -> Json:
    """Return *view* with its ids filled in; *surface* is `modal` or `home` (SR14, SR15, SR32)."""
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large", bug=True)
    found = problems(surface, view)
    if found:
        raise SlackError("invalid_arguments", found, bug=True)
    return {**view, "blocks": with_ids(view["blocks"])}


def with_ids(blocks: Blocks) -> Blocks:
    """Return a copy in which every block has a block_id and every interactive element an action_id (SR15)."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in elements(block):
            element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return blocks


def elements(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block."""
    nested = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
    for element in nested:
        if isinstance(element, dict) and element.get("type") not in {None, "mrkdwn", "plain_text", "image"}:
            yield element


def slack_files(blocks: Blocks) -> Iterator[tuple[str, str]]:
    """Yield where an image of Slack's own is shown, as a JSON pointer, and the file's id."""
    for number, block in enumerate(blocks):
        places = [("", block), ("/accessory", block.get("accessory"))]
        places += [(f"/elements/{index}", element) for index, element in enumerate(block.get("elements", []))]
        for place, holder in places:
            if isinstance(holder, dict) and isinstance(holder.get("slack_file"), dict):
                yield f"/blocks/{number}{place}/slack_file", str(holder["slack_file"].get("id", ""))


def kept_state(old: View, blocks: Blocks) -> State:
    """Return what stays typed when the view's blocks are replaced: same block_id, action_id and type (SR33)."""
    kept: State = {}
    for block in blocks:
        for element in elements(block):
            before = old.state.get(block["block_id"], {}).get(element["action_id"])
            if before is not None and before["type"] == element["type"]:
                kept.setdefault(block["block_id"], {})[element["action_id"]] = before
    return kept
