"""What stands in Slack's blocks, as a person reads it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any


def buttons_in(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks:
        for element in (*block.get("elements", []), block.get("accessory", {})):
            if element.get("type") == "button":
                yield block["block_id"], element


def pictures_in(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if block["type"] == "image":
            yield str(block["slack_file"]["id"])


def texts_in(shown: object) -> Iterator[str]:
    """Yield what can be read in blocks, in order, with times as UTC."""
    if isinstance(shown, list):
        for part in shown:
            yield from texts_in(part)
    elif isinstance(shown, dict):
        if shown.get("type") in ("mrkdwn", "plain_text"):
            yield re.sub(r"<!date\^(\d+)\^[^>]*>", _time, shown["text"])
            return
        for key in ("text", "fields", "label", "hint", "elements", "accessory", "element", "placeholder"):
            yield from texts_in(shown.get(key))


def _time(match: re.Match[str]) -> str:
    return datetime.fromtimestamp(int(match[1]), UTC).strftime("%H:%M")
