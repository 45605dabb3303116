"""What somebody reads in Slack when a request could not be carried out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.faults import DatabaseAway
from handlers.slack import OUTAGES

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
    if body.get("type") == "block_actions" and (trigger := body.get("trigger_id")):
        show = client.views_push if (body.get("view") or {}).get("type") == "modal" else client.views_open
        try:
            await show(trigger_id=trigger, view=notice(sentence))
        except OUTAGES as fault:
            logger.warning("the sentence was not shown", fault=type(fault).__name__)
    return sorry(body, sentence)


def sorry(body: Mapping[str, Any], sentence: str) -> BoltResponse:
    """Return the answer that shows *sentence*, as far as an answer to this payload can show anything."""
    told: dict[str, Any] = {}
    if "command" in body:
        told = {"response_type": "ephemeral", "text": sentence}
    elif body.get("type") == "view_submission":
        told = {"response_action": "update", "view": notice(sentence)}
    return BoltResponse(status=200, body=json.dumps(told) if told else "")


def notice(sentence: str) -> dict[str, Any]:
    """Return a modal that says *sentence* and asks nothing."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "MFA"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": sentence}}],
    }
