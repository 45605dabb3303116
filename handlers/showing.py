"""How a modal gets in front of the person, and how ids come back from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack import OUTAGES
from handlers.views.blocks import Json

logger = structlog.get_logger(__name__)
_MOST_DIGITS = 18


async def show(body: Mapping[str, Any], client: AsyncWebClient, view: Json) -> bool:
    """Open *view* for whoever clicked or typed, above a modal that is open; return whether Slack did."""
    trigger_id = str(body.get("trigger_id", ""))
    open_now = body.get("view") or {}
    try:
        if open_now.get("type") == "modal":
            await client.views_push(trigger_id=trigger_id, view=view)
        else:
            await client.views_open(trigger_id=trigger_id, view=view)
    except OUTAGES as fault:
        # Nothing was done; the person sees that nothing opened, and clicks again.
        logger.warning("a modal was not opened", fault=type(fault).__name__)
        return False
    return True


def row_id(spelled: object) -> int:
    """Read the id of a row of ours; what is none names no row (X5)."""
    text = spelled if isinstance(spelled, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


def clicked(body: Mapping[str, Any]) -> int:
    """Read the id that the clicked button carries."""
    return row_id(body["actions"][0].get("value"))


def intent(view: Mapping[str, Any]) -> UUID | None:
    """Read the intent of a modal; None where it is none."""
    try:
        return UUID(str(view.get("private_metadata", "")))
    except ValueError:
        return None
