"""How something gets in front of the person who acted, and how ids come back from a window."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from handlers.people import actor
from handlers.slack import OUTAGES
from handlers.views import home as homes
from handlers.views.blocks import Json, said

logger = structlog.get_logger(__name__)
_MOST_DIGITS = 18
COURTESY_S = 0.5  # what is merely tidy comes second in a listener's 2.5 s


async def opened(body: Mapping[str, Any], client: AsyncWebClient, view: Json) -> bool:
    """Open *view* for whoever clicked or typed, above a modal that is open; return whether Slack did."""
    trigger_id = str(body.get("trigger_id", ""))
    try:
        if _place(body) == "modal":
            await client.views_push(trigger_id=trigger_id, view=view)
        else:
            await client.views_open(trigger_id=trigger_id, view=view)
    except OUTAGES as fault:
        logger.warning("a modal was not opened", fault=type(fault).__name__)
        return False
    return True


async def show(
    body: Mapping[str, Any],
    client: AsyncWebClient,
    view: Json,
    *,
    otherwise: str = homes.NOT_OPENED,
    home: Json | None = None,
) -> bool:
    """Open *view* for whoever clicked, and return whether Slack did; where not, tell them *otherwise*."""
    if await opened(body, client, view):
        return True
    await tell(body, client, otherwise, home=home)
    return False


async def turn(body: Mapping[str, Any], client: AsyncWebClient, view: Json) -> None:
    """Put *view* in the place of the modal whose button was clicked; *hash* keeps a late answer from winning."""
    shown = body.get("view") or {}
    try:
        await client.views_update(view_id=str(shown.get("id", "")), hash=str(shown.get("hash", "")), view=view)
    except OUTAGES as fault:
        logger.warning("a modal was not changed", fault=type(fault).__name__)


async def replace_named(client: AsyncWebClient, external_id: UUID, view: Json) -> None:
    """Put *view* in the place of an open modal that has a name of ours."""
    try:
        await client.views_update(external_id=str(external_id), view={**view, "external_id": str(external_id)})
    except OUTAGES as fault:
        logger.warning("a modal was not changed", fault=type(fault).__name__)


async def dismiss(body: Mapping[str, Any], client: AsyncWebClient) -> None:
    """Take away the message that only the person sees and whose button was clicked."""
    await _change_original(body, client, {"delete_original": True})


async def settle(body: Mapping[str, Any], client: AsyncWebClient, text: str, blocks: Sequence[Json]) -> None:
    """Put other blocks into the message that only the person sees and whose button was clicked; in a window nothing.

    Only a click brings the response_url by which such a message can be changed, and a submission none; a window is no
    place to keep it, since whoever has it can speak there for half an hour.
    """
    if not _place(body):
        await _change_original(body, client, {"replace_original": True, "text": text, "blocks": list(blocks)})


async def _change_original(body: Mapping[str, Any], client: AsyncWebClient, how: Json) -> None:
    url = str(body.get("response_url") or "")
    if not _is_slacks(url, client.base_url):
        return
    try:
        webhook = AsyncWebhookClient(url, session=client.session, timeout=client.timeout, retry_handlers=[])
        async with asyncio.timeout(COURTESY_S):
            answered = await webhook.send_dict(how)
        if answered.status_code != HTTPStatus.OK:
            logger.warning("a message was not changed", fault=answered.status_code)
    except OUTAGES as fault:
        logger.warning("a message was not changed", fault=type(fault).__name__)


async def tell(body: Mapping[str, Any], client: AsyncWebClient, sentence: str, *, home: Json | None = None) -> None:
    """Say *sentence* to whoever clicked, at the place of the click and without a window of its own.

    Under a message it is a message that they alone see, in a modal it takes the modal's place. A click in Home brings
    no response_url, and a message in the DM would stay for good: there Home itself says it, as *home* if that is given,
    until it is published anew.
    """
    view, url = body.get("view") or {}, str(body.get("response_url") or "")
    try:
        if _place(body) == "modal":
            await client.views_update(view_id=str(view.get("id", "")), view=said(sentence))
        elif _place(body) == "home":
            await client.views_publish(user_id=actor(body).slack_user_id, view=home or homes.home_says(sentence))
        elif _is_slacks(url, client.base_url):
            webhook = AsyncWebhookClient(url, session=client.session, timeout=client.timeout, retry_handlers=[])
            answered = await webhook.send(text=sentence, response_type="ephemeral", replace_original=False)
            if answered.status_code != HTTPStatus.OK:
                logger.warning("a sentence was not said", fault=answered.status_code)
    except OUTAGES as fault:
        logger.warning("a sentence was not said", fault=type(fault).__name__)


async def say(body: Mapping[str, Any], client: AsyncWebClient, sentence: str) -> Json:
    """Say *sentence* to whoever acted, whatever they did; return what the answer to Slack has to hold for that."""
    if body.get("type") == "block_actions":
        await show(body, client, said(sentence), otherwise=sentence)
    elif _place(body) == "home":
        await tell(body, client, sentence)
    return answer(body, sentence)


def answer(body: Mapping[str, Any], sentence: str) -> Json:
    """Return the answer that shows *sentence*, as far as an answer to this payload can show anything."""
    if "command" in body:
        return {"response_type": "ephemeral", "text": sentence}
    if body.get("type") == "view_submission":
        return {"response_action": "update", "view": said(sentence)}
    return {}


def row_id(spelled: object) -> int:
    """Read the id of a row of ours; what is none names no row (X5)."""
    text = spelled if isinstance(spelled, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


def clicked(body: Mapping[str, Any]) -> int:
    """Read the id that the clicked button carries."""
    return row_id(body["actions"][0].get("value"))


def metadata(body: Mapping[str, Any]) -> str:
    """Read what the modal carries that was submitted, or whose button was clicked; nothing without one."""
    return str((body.get("view") or {}).get("private_metadata", ""))


def intent(body: Mapping[str, Any]) -> UUID | None:
    """Read the intent of the submitted modal; None where it is none."""
    try:
        return UUID(metadata(body))
    except ValueError:
        return None


def subject_and_intent(body: Mapping[str, Any]) -> tuple[int, UUID | None]:
    """Read whom the submitted modal is about, and its intent; None where it is none."""
    subject, _, spelled = metadata(body).partition(".")
    try:
        return row_id(subject), UUID(spelled)
    except ValueError:
        return row_id(subject), None


def typed(body: Mapping[str, Any], block_id: str) -> str:
    """Read what stands in an input of the submitted modal; nothing typed is nothing."""
    values = body["view"].get("state", {}).get("values", {})
    element = values.get(block_id, {}).get(block_id, {})
    value = element.get("value")
    return value if isinstance(value, str) else ""


def chosen(body: Mapping[str, Any], block_id: str) -> str:
    """Read which option of an input of the submitted modal was chosen; none is nothing."""
    values = body["view"].get("state", {}).get("values", {})
    element = values.get(block_id, {}).get(block_id, {})
    option = element.get("selected_option") or {}
    value = option.get("value")
    return value if isinstance(value, str) else ""


def chosen_person(body: Mapping[str, Any], block_id: str) -> str:
    """Read whom an input of the submitted modal names: a Slack id, or nothing."""
    values = body["view"].get("state", {}).get("values", {})
    value = values.get(block_id, {}).get(block_id, {}).get("selected_user")
    return value if isinstance(value, str) else ""


def _place(body: Mapping[str, Any]) -> str:
    """Return where somebody acted: in a `modal`, in the `home` tab, else under a message or by a command."""
    event = body.get("event") or {}
    if event.get("type") == "app_home_opened":
        return str(event.get("tab"))
    return str((body.get("view") or {}).get("type", ""))


def _is_slacks(url: str, base_url: str) -> bool:
    """Whether *url* leads to the Slack that we call, or to the host of its webhooks: nowhere else is anything sent."""
    try:
        asked, known = urlsplit(url), urlsplit(base_url)
    except ValueError:
        return False
    return asked.scheme == known.scheme and asked.netloc in (known.netloc, f"hooks.{known.netloc}")
