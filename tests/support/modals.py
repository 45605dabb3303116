"""How a test puts a modal before Ada without a click."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn


async def open_modal(standin: StandIn, slack: AsyncWebClient, view: dict[str, Any]) -> str:
    trigger = standin._inside.triggers.issue("U0ADA")
    answer = await slack.views_open(trigger_id=trigger, view=view)
    return str(answer["view"]["id"])
