"""Blocks and views that Slack takes, for tests of what happens to them."""

from typing import Any

PNG = b"\x89PNG\r\n\x1a\n not quite an image"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str = "Hello") -> dict[str, Any]:
    return {"type": "section", "text": plain(text)}


def button(action_id: str = "press", value: str = "1") -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), "value": value}


def buttons(*action_ids: str, block_id: str = "row") -> dict[str, Any]:
    return {"type": "actions", "block_id": block_id, "elements": [button(name) for name in action_ids or ("press",)]}


def image(file_id: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a QR code"}


def code_input(block_id: str = "code", action_id: str = "typed", *, optional: bool = False) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": action_id, "max_length": 40}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Verification code"),
        "element": element,
        "optional": optional,
    }


def modal(*blocks: dict[str, Any], **fields: object) -> dict[str, Any]:
    view = {
        "type": "modal",
        "callback_id": "enter",
        "title": plain("MFA"),
        "submit": plain("Verify Code"),
        "blocks": list(blocks) or [code_input()],
    }
    return {**view, **fields}


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks) or [section()]}
