"""The JSON API that the page lives on."""

import json
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.slack_samples import button, buttons, code_input, home, modal, section
from tests.support.tiny_bot import TinyBot


async def state_of(standin: StandIn, http: ClientSession, user: str = "U0ADA") -> dict[str, Any]:
    response = await http.get(f"{standin.base_url}/page/state", params={"user": user})
    state: dict[str, Any] = await response.json()
    return state


async def act(standin: StandIn, http: ClientSession, **deed: object) -> dict[str, Any]:
    response = await http.post(f"{standin.base_url}/page/act", json={"user": "U0ADA", **deed})
    answer: dict[str, Any] = await response.json()
    return answer


async def test_the_state_holds_what_one_person_sees(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, dm: str
) -> None:
    standin.settings.links["sample_app"] = "http://127.0.0.1:9999"
    standin.announce("Still starting.")
    await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    await slack.views_publish(user_id="U0ADA", view=home())
    await slack.views_open(trigger_id=standin._inside.triggers.issue("U0ADA"), view=modal())

    ada, ben = await state_of(standin, http), await state_of(standin, http, "U0BEN")

    message = ada["dm"]["messages"][0]
    assert ada["workspace"] == {"name": "Sandbox", "team_id": "T0MFA"}
    assert (message["from"], message["text"], message["ephemeral"], message["edited"]) == (
        "bot",
        "Choose",
        False,
        False,
    )
    assert message["at"] == "2025-06-02T12:00:00+00:00"
    assert ada["home"]["blocks"][0]["type"] == "section"
    assert [(view["callback_id"], view["errors"]) for view in ada["modals"]] == [("enter", {})]
    assert [command["command"] for command in ada["commands"]] == ["/mfa", "/mfa-admin"]
    assert {person["role"] for person in ada["people"]} == {
        "employee",
        "helpdesk agent",
        "manager",
        "admin",
        "guest",
        "deactivated person",
        "bot",
        "stranger",
    }
    assert (ada["links"], ada["problems"]) == ({"sample_app": "http://127.0.0.1:9999"}, [])
    assert ada["notice"] == "Still starting."
    assert (ben["dm"]["messages"], ben["home"], ben["modals"]) == ([], None, [])


async def test_everything_a_person_does_can_be_done_from_the_page(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, dm: str
) -> None:
    posted = await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    opened = await slack.views_open(trigger_id=standin._inside.triggers.issue("U0ADA"), view=modal())
    view_id = opened["view"]["id"]
    deeds: list[dict[str, object]] = [
        {"do": "open_home"},
        {"do": "command", "command": "/mfa", "text": "help"},
        {"do": "say", "text": "Hello"},
        {"do": "click", "ts": posted["ts"], "block_id": "row", "action_id": "press"},
        {"do": "submit", "view_id": view_id, "values": {"code": {"typed": "123456"}}},
    ]

    answers = [await act(standin, http, **deed) for deed in deeds]

    assert answers == [{"ok": True}] * 5
    kinds = [delivery.kind for delivery in standin.deliveries]
    assert kinds == ["event", "command", "event", "block_actions", "view_submission"]


async def test_a_modal_can_be_closed_and_a_notice_put_away(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession
) -> None:
    opened = await slack.views_open(trigger_id=standin._inside.triggers.issue("U0ADA"), view=modal())
    tiny_bot.status = 500
    failed = await act(standin, http, do="command", command="/mfa")
    toast = (await state_of(standin, http))["toasts"][0]

    await act(standin, http, do="close", view_id=opened["view"]["id"])
    await act(standin, http, do="dismiss", toast=toast["id"])

    state = await state_of(standin, http)
    assert (failed["ok"], failed["error"]) == (False, toast["text"])
    assert (state["modals"], state["toasts"]) == ([], [])
    assert state["problems"] == ["command: the app answered 500"]


async def test_closing_a_modal_twice_is_closing_it(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession
) -> None:
    view = modal(notify_on_close=True)
    opened = await slack.views_open(trigger_id=standin._inside.triggers.issue("U0ADA"), view=view)

    answers = [await act(standin, http, do="close", view_id=opened["view"]["id"]) for _ in range(2)]

    assert answers == [{"ok": True}, {"ok": True}]
    assert [received.payload["type"] for received in tiny_bot.received] == ["view_closed"]


@pytest.mark.parametrize(
    "deed",
    [
        {"do": "fly"},
        {"do": "click", "ts": "1.1", "action_id": "press"},
        {"do": "submit", "view_id": "V0", "values": {}},
        {"do": "command"},
        {"do": "say", "text": "x", "user": "U0NOBODY"},
    ],
)
async def test_what_makes_no_sense_is_refused(
    standin: StandIn, tiny_bot: TinyBot, http: ClientSession, deed: dict[str, Any]
) -> None:
    answer = await act(standin, http, **deed)

    assert answer["ok"] is False
    assert answer["error"]
    assert tiny_bot.received == []


async def test_every_window_hears_of_each_change(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, dm: str
) -> None:
    url = f"{standin.base_url}/page/live?user=U0ADA"
    async with http.get(url) as one, http.get(url) as other:
        first = [json.loads((await window.content.readuntil(b"\n\n"))[6:]) for window in (one, other)]
        await slack.chat_postMessage(channel=dm, text="Hello", blocks=[section()])
        second = [json.loads((await window.content.readuntil(b"\n\n"))[6:]) for window in (one, other)]

    assert [len(state["dm"]["messages"]) for state in first + second] == [0, 0, 1, 1]


async def test_a_live_window_does_not_keep_the_stand_in_from_ending(standin: StandIn, http: ClientSession) -> None:
    window = await http.get(f"{standin.base_url}/page/live?user=U0ADA")
    await window.content.readuntil(b"\n\n")

    await standin.stop()

    assert await window.content.read() == b"" or window.content.at_eof()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1"])
@pytest.mark.parametrize("path", ["/page/state?user=U0ADA", "/api/auth.test", "/"])
async def test_a_name_that_is_not_loopbacks_gets_nothing(
    standin: StandIn, http: ClientSession, host: str, path: str
) -> None:
    response = await http.get(standin.base_url + path, headers={"Host": host})

    assert response.status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_sites_page_can_change_nothing(
    standin: StandIn, tiny_bot: TinyBot, http: ClientSession, origin: str
) -> None:
    response = await http.post(
        f"{standin.base_url}/page/act",
        json={"user": "U0ADA", "do": "command", "command": "/mfa"},
        headers={"Origin": origin},
    )

    assert response.status == 403
    assert tiny_bot.received == []


async def test_the_pages_own_origin_may_act(standin: StandIn, tiny_bot: TinyBot, http: ClientSession) -> None:
    deed = {"user": "U0ADA", "do": "command", "command": "/mfa"}

    response = await http.post(f"{standin.base_url}/page/act", json=deed, headers={"Origin": standin.base_url})

    assert response.status == 200
    assert len(tiny_bot.received) == 1


async def test_an_inline_error_reaches_the_page(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession
) -> None:
    trigger = standin._inside.triggers.issue("U0ADA")
    opened = await slack.views_open(trigger_id=trigger, view=modal(code_input()))
    tiny_bot.answer = {"response_action": "errors", "errors": {"code": "That code is wrong."}}

    answer = await act(standin, http, do="submit", view_id=opened["view"]["id"], values={"code": {"typed": "123456"}})

    state = await state_of(standin, http)
    assert answer == {"ok": True}
    assert state["modals"][0]["errors"] == {"code": "That code is wrong."}


async def test_what_was_typed_so_far_goes_along_with_a_click(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession
) -> None:
    trigger = standin._inside.triggers.issue("U0ADA")
    opened = await slack.views_open(trigger_id=trigger, view=modal(code_input(), buttons("more")))
    typed = {"code": {"typed": "123"}}

    await act(standin, http, do="click", view_id=opened["view"]["id"], action_id="more", values=typed)

    assert tiny_bot.last.payload["view"]["state"]["values"]["code"]["typed"]["value"] == "123"


def row(about: str) -> dict[str, Any]:
    return {"type": "actions", "elements": [button("open", about)]}


async def test_a_press_in_a_window_that_has_not_caught_up_counts(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession
) -> None:
    await slack.views_publish(user_id="U0ADA", view=home(row("1"), row("2")))
    seen = (await state_of(standin, http))["home"]
    await slack.views_publish(user_id="U0ADA", view=home(section("news"), row("1"), row("2")))
    now = (await state_of(standin, http))["home"]
    assert seen["blocks"][1]["block_id"] != now["blocks"][2]["block_id"]

    block_id = seen["blocks"][1]["block_id"]
    answer = await act(standin, http, do="click", view_id=seen["id"], block_id=block_id, action_id="open", value="2")

    assert answer == {"ok": True}
    (action,) = tiny_bot.last.payload["actions"]
    assert (action["block_id"], action["value"]) == (now["blocks"][2]["block_id"], "2")


async def test_a_press_on_what_is_gone_reaches_nobody(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession
) -> None:
    await slack.views_publish(user_id="U0ADA", view=home(row("1"), row("2")))
    seen = (await state_of(standin, http))["home"]
    await slack.views_publish(user_id="U0ADA", view=home(row("1"), row("3")))

    block_id = seen["blocks"][1]["block_id"]
    answer = await act(standin, http, do="click", view_id=seen["id"], block_id=block_id, action_id="open", value="2")

    assert answer == {"ok": False, "error": "ada sees no open there"}
    assert tiny_bot.received == []
