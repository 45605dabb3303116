"""Blocks, elements and views as short calls, for tables of samples. They are good; `with_` spoils a copy."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def with_(original: Mapping[str, Any], /, **changes: object) -> Json:
    """Return a copy of *original* with some keys set."""
    return {**original, **changes}


def without(original: Mapping[str, Any], *keys: str) -> Json:
    """Return a copy of *original* without some keys."""
    return {key: value for key, value in original.items() if key not in keys}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "Multi-factor authentication is *off*.", **more: object) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "enable", text: str = "Enable", **more: object) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, **more: object) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def code_field(**more: object) -> Json:
    return {"type": "plain_text_input", "action_id": "code", "max_length": 40, **more}


def field(element: Json, block_id: str = "code", **more: object) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain("Verification code"), "element": element, **more}


def option(value: str) -> Json:
    return {"text": plain(value), "value": value}


def static_select(*values: str, **more: object) -> Json:
    return {"type": "static_select", "action_id": "choose", "options": [option(value) for value in values], **more}


def radio_buttons(*values: str, **more: object) -> Json:
    return {"type": "radio_buttons", "action_id": "pick", "options": [option(value) for value in values], **more}


def image(**more: object) -> Json:
    return {"type": "image", "alt_text": "QR code", "slack_file": {"id": "F0QR"}, **more}


def table(rows: int = 2, columns: int = 2, text: str = "cell") -> Json:
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": text} for _ in range(columns)] for _ in range(rows)],
    }


def confirm(**more: object) -> Json:
    spoken = {"title": plain("Sure?"), "text": plain("It is off then."), "confirm": plain("Off"), "deny": plain("Keep")}
    return {**spoken, **more}


def message(*blocks: Json, **more: object) -> Json:
    return {"text": "About your account", "blocks": list(blocks), **more}


def modal(*blocks: Json, **more: object) -> Json:
    return {"type": "modal", "callback_id": "verify", "title": plain("MFA"), "blocks": list(blocks), **more}


def home(*blocks: Json, **more: object) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}
