"""Every method as the SDK calls it, and what no app may ask."""

import json
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from bot.sandbox.slack.arguments import SIGNATURES
from bot.sandbox.slack.web_api import METHODS
from tests.support.slack_samples import PNG, home, image, modal, section

BEARER = {"Authorization": "Bearer xoxb-sandbox-1"}


async def test_the_sdk_can_call_every_method(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, dm: str
) -> None:
    standin.settings.scopes.add("files:read")
    await standin.command("U0ADA", "/mfa")
    trigger = standin._inside.triggers

    standin.app_token = "xapp-sandbox-1"
    await slack.apps_connections_open(app_token=standin.app_token)
    await slack.auth_test()
    posted = await slack.chat_postMessage(channel=dm, text="Hello", blocks=[section()])
    upload = await slack.files_getUploadURLExternal(filename="qr.png", length=len(PNG), alt_txt="a QR code")
    await http.post(upload["upload_url"], data=PNG)
    await slack.files_completeUploadExternal(files=[{"id": upload["file_id"], "title": "QR"}])
    await slack.files_info(file=upload["file_id"])
    await slack.chat_update(channel=dm, ts=posted["ts"], text="Hello again")
    await slack.chat_postEphemeral(channel=dm, user="U0ADA", text="Psst")
    await slack.chat_delete(channel=dm, ts=posted["ts"])
    await slack.files_delete(file=upload["file_id"])
    opened = await slack.views_open(trigger_id=trigger.issue("U0ADA"), view=modal())
    await slack.views_push(trigger_id=trigger.issue("U0ADA", opened["view"]["id"]), view=modal())
    await slack.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=modal(section()))
    await slack.views_publish(user_id="U0ADA", view=home())
    await slack.users_info(user="U0ADA")
    await slack.users_list(limit=3)

    assert {call.method for call in standin.calls.all()} == set(METHODS) | {"upload"}
    assert {call.outcome for call in standin.calls.all()} == {"ok"}
    assert standin.problems == []


def test_every_method_has_its_arguments_listed() -> None:
    assert set(METHODS) == set(SIGNATURES)


@pytest.mark.parametrize("form", ["query", "get", "form", "json", "token argument"])
async def test_a_call_may_come_in_any_of_slacks_forms(
    standin: StandIn, http: ClientSession, dm: str, form: str
) -> None:
    url = f"{standin.base_url}/api/chat.postMessage"
    arguments = {"channel": dm, "text": "Hello", "blocks": json.dumps([section()])}

    match form:
        case "query":
            response = await http.post(url, params=arguments, headers=BEARER)
        case "get":
            response = await http.get(url, params=arguments, headers=BEARER)
        case "form":
            response = await http.post(url, data=arguments, headers=BEARER)
        case "json":
            response = await http.post(url, json=arguments, headers=BEARER)
        case _:
            response = await http.post(url, data={**arguments, "token": "xoxb-sandbox-1"})

    assert response.status == 200
    assert (await response.json())["ok"] is True
    assert standin.workspace.messages("U0ADA")[0].blocks[0]["type"] == "section"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.scheduleMessage", {}, "unknown_method"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "Hi", "chanel": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "Hi", "attachments": []}, "invalid_arguments"),
        ("chat.postMessage", {"text": "Hi"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": None}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": 7}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": ""}, "no_text"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "x" * 4001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "Hi", "blocks": "no JSON"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "Hi", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "Hi", "mrkdwn": "maybe"}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0ADA", "view": []}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0ADA", "view": modal()}, "invalid_arguments"),
        ("users.info", {"user": "U0ADA"}, "invalid_arguments"),
    ],
)
async def test_a_mistake_is_an_error_and_is_remembered(
    standin: StandIn, http: ClientSession, method: str, arguments: dict[str, Any], error: str
) -> None:
    response = await http.post(f"{standin.base_url}/api/{method}", json=arguments, headers=BEARER)

    assert response.status == 200
    assert (await response.json())["error"] == error
    assert len(standin.problems) == 1
    assert standin.problems[0].startswith(f"{method}: {error}")


@pytest.mark.parametrize(
    ("headers", "arguments", "error"),
    [
        ({}, {}, "not_authed"),
        ({"Authorization": "Bearer xoxb-other"}, {}, "invalid_auth"),
        ({}, {"token": "xoxb-sandbox-1"}, "not_authed"),
        ({"Authorization": "Bearer xapp-sandbox-1"}, {}, "not_allowed_token_type"),
    ],
)
async def test_without_the_right_token_in_the_right_place_nothing_is_said(
    standin: StandIn, http: ClientSession, headers: dict[str, str], arguments: dict[str, str], error: str
) -> None:
    standin.app_token = "xapp-sandbox-1"

    response = await http.post(f"{standin.base_url}/api/auth.test", json=arguments, headers=headers)

    assert await response.json() == {"ok": False, "error": error}


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"<a/>", "text/xml", "invalid_post_type"),
    ],
)
async def test_a_body_that_is_no_form_and_no_object_is_refused(
    standin: StandIn, http: ClientSession, body: bytes, content_type: str, error: str
) -> None:
    headers = {**BEARER, "Content-Type": content_type}

    response = await http.post(f"{standin.base_url}/api/auth.test", data=body, headers=headers)

    assert (await response.json())["error"] == error


async def test_a_scope_that_the_token_lacks_is_named(slack: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await slack.files_info(file="F000000000")

    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "files:read"


async def test_an_unknown_file_is_told_as_slack_tells_it(slack: AsyncWebClient, dm: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await slack.chat_postMessage(channel=dm, text="Scan this", blocks=[image("F0000000000")])

    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"
    ]


async def test_all_members_are_listed_page_by_page(slack: AsyncWebClient) -> None:
    members: list[dict[str, Any]] = []

    async for page in await slack.users_list(limit=2):
        members += page["members"]

    by_id = {member["id"]: member for member in members}
    assert len(by_id) == len(members) == 10
    assert by_id["U0GONE"]["deleted"] is True
    assert by_id["U0GUEST"]["is_restricted"] is True
    assert by_id["U0ADA"]["profile"]["email"] == "ada@example.com"
    assert by_id["USLACKBOT"]["is_bot"] is False
    assert "U0STRANGER" not in by_id


async def test_a_stranger_is_described_and_shows_the_other_team(slack: AsyncWebClient) -> None:
    answer = await slack.users_info(user="U0STRANGER")

    assert answer["user"]["team_id"] == "T0FOREIGN"
    assert answer["user"]["is_stranger"] is True


async def test_the_email_takes_a_scope_of_its_own(standin: StandIn, slack: AsyncWebClient) -> None:
    standin.settings.scopes.discard("users:read.email")

    answer = await slack.users_info(user="U0ADA")

    assert "email" not in answer["user"]["profile"]


@pytest.mark.parametrize(
    ("user", "error"),
    [
        ("U0NOBODY", "user_not_found"),
        ("U0GONE", "user_disabled"),
        ("U0STRANGER", "user_not_visible"),
        ("U0ROBOT", "cannot_dm_bot"),
        ("U0ADA,U0BEN", "invalid_user_combination"),
        ("", "users_list_not_supplied"),
    ],
)
async def test_only_a_living_member_can_be_written_to(slack: AsyncWebClient, user: str, error: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await slack.conversations_open(users=user)

    assert refused.value.response["error"] == error
