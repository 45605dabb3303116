"""What somebody reads in Slack when a request could not be carried out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.faults import AnswerLost, ClockOff, DatabaseAway
from handlers.showing import answer, say, tell
from handlers.views.blocks import Json

logger = structlog.get_logger(__name__)

AWAY = "MFA cannot be reached right now, and nothing was changed. Please try again in a minute."
LOST = (
    "MFA cannot be reached right now: what you did may or may not have been saved. "
    "Open the Home tab or type `/mfa` in a minute to see."
)
CLOCK_OFF = (
    "This app's clock is off, so no code is checked right now, and nothing was changed. Please try again in a minute."
)
FAILED = "Something went wrong on our side. Type `/mfa` to see how things stand, then try again."
LAST_WORD_S = 0.3


async def failed(error: Exception, body: dict[str, Any], client: AsyncWebClient) -> BoltResponse:
    """Answer for a listener that raised: with a sentence where the person looks."""
    if isinstance(error, DatabaseAway):
        what = "clock off" if isinstance(error, ClockOff) else "database away"
        logger.warning(what, kind=_kind(body), exc_info=error)
        told = await say(body, client, _sentence(error))
        return again() if _is_message(body) else _taken(told)
    logger.error("listener failed", kind=_kind(body), exc_info=error)
    return _taken(await say(body, client, FAILED))


def _sentence(error: DatabaseAway) -> str:
    if isinstance(error, ClockOff):
        return CLOCK_OFF
    return LOST if isinstance(error, AnswerLost) else AWAY


async def too_late(body: Mapping[str, Any], client: AsyncWebClient) -> BoltResponse:
    """Answer for a listener that was cut off; there is no time left for a window."""
    logger.error("listener took too long", kind=_kind(body))
    told = answer(body, FAILED)
    if not told:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_S):
                await tell(body, client, FAILED)
    return again() if _is_message(body) else _taken(told)


def again() -> BoltResponse:
    """Have Slack send an event again: at once, after one minute and after five.

    For what is written into the DM alone: a code in it is to become worthless, also where the database was away when
    it came. Everything else is taken, since people try again by themselves and the nightly sync finds what was missed.
    """
    return BoltResponse(status=503, body="")


def _kind(body: Mapping[str, Any]) -> str:
    return str(body.get("type", "command"))


def _is_message(body: Mapping[str, Any]) -> bool:
    return bool((body.get("event") or {}).get("type") == "message")


def _taken(told: Json) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(told) if told else "")
