"""What somebody reads in Slack when a request could not be carried out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.faults import DatabaseAway
from handlers.showing import show
from handlers.views.blocks import said

logger = structlog.get_logger(__name__)

AWAY = "MFA cannot be reached right now, and nothing was changed. Please try again in a minute."
FAILED = "Something went wrong on our side. Type `/mfa` to see how things stand, then try again."


async def answer(error: Exception, body: dict[str, Any], client: AsyncWebClient) -> BoltResponse:
    """Answer for a listener that raised: with 200, and a sentence where the person looks."""
    if isinstance(error, DatabaseAway):
        logger.warning("database away", kind=body.get("type", "command"), exc_info=error)
        sentence = AWAY
    else:
        logger.error("listener failed", kind=body.get("type", "command"), exc_info=error)
        sentence = FAILED
    if body.get("type") == "block_actions" and body.get("trigger_id"):
        await show(body, client, said(sentence))
    return sorry(body, sentence)


def sorry(body: Mapping[str, Any], sentence: str) -> BoltResponse:
    """Return the answer that shows *sentence*, as far as an answer to this payload can show anything."""
    told: dict[str, Any] = {}
    if "command" in body:
        told = {"response_type": "ephemeral", "text": sentence}
    elif body.get("type") == "view_submission":
        told = {"response_action": "update", "view": said(sentence)}
    return BoltResponse(status=200, body=json.dumps(told) if told else "")
