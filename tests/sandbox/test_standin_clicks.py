"""Clicks in messages, Home and modals."""

from copy import deepcopy

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import NotOnScreenError, StandIn
from tests.support.modals import open_modal
from tests.support.slack_samples import button, buttons, home, modal, plain, section
from tests.support.tiny_bot import TinyBot


async def test_a_click_on_a_message_says_which_button_where(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, dm: str
) -> None:
    posted = await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons("yes", "no")])

    await standin.click("U0ADA", "no")

    payload = tiny_bot.last.payload
    action = payload["actions"][0]
    assert payload["type"] == "block_actions"
    assert (action["action_id"], action["block_id"], action["type"], action["value"]) == ("no", "row", "button", "1")
    assert payload["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": dm,
        "is_ephemeral": False,
    }
    assert payload["user"] == {"id": "U0ADA", "username": "ada", "name": "ada", "team_id": "T0MFA"}
    assert payload["message"]["blocks"][0]["block_id"] == "row"
    assert payload["enterprise"] is None
    assert "token" not in payload


async def test_of_an_ephemeral_message_the_app_gets_no_content(standin: StandIn, tiny_bot: TinyBot) -> None:
    tiny_bot.answer = {"text": "Status", "blocks": [buttons()]}
    await standin.command("U0ADA", "/mfa")
    tiny_bot.answer = ""

    await standin.click("U0ADA", "press")

    assert tiny_bot.last.payload["container"]["is_ephemeral"] is True
    assert "message" not in tiny_bot.last.payload


async def test_what_is_not_on_the_screen_cannot_be_pressed(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, dm: str
) -> None:
    posted = await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    message = standin.workspace.messages("U0ADA")[0]
    await slack.chat_update(channel=dm, ts=posted["ts"], text="Settled")

    for user, action_id in [("U0ADA", "press"), ("U0ADA", "other"), ("U0BEN", "press")]:
        with pytest.raises(NotOnScreenError):
            await standin.click(user, action_id, message=message)

    assert tiny_bot.received == []


async def test_a_window_that_has_not_caught_up_still_offers_the_old_button(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, dm: str
) -> None:
    posted = await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    old = deepcopy(standin.workspace.messages("U0ADA")[0])
    await slack.chat_update(channel=dm, ts=posted["ts"], text="Settled")

    await standin.click("U0ADA", "press", message=old)

    assert tiny_bot.last.payload["actions"][0]["action_id"] == "press"


async def test_a_silent_app_leaves_a_warning_at_the_button(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, dm: str
) -> None:
    await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    standin.settings.patience_s = 0.05
    tiny_bot.silent = True

    reply = await standin.click("U0ADA", "press")

    assert reply.shown == standin.workspace.toasts["U0ADA"][0].text
    assert len(tiny_bot.received) == 1


async def test_an_answer_with_content_to_a_click_is_a_problem(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, dm: str
) -> None:
    await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    tiny_bot.answer = {"text": "Done"}

    await standin.click("U0ADA", "press")

    assert "Slack ignores the body" in standin.problems[0]


async def test_a_click_in_home_and_in_a_modal_carries_the_view(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    await slack.views_publish(user_id="U0ADA", view=home(buttons("enable")))
    await standin.click("U0ADA", "enable")
    in_home = tiny_bot.last.payload
    view_id = await open_modal(standin, slack, modal(section(), buttons("more")))

    await standin.click("U0ADA", "more")

    in_modal = tiny_bot.last.payload
    assert in_home["container"] == {"type": "view", "view_id": standin.workspace.homes["U0ADA"].id}
    assert in_home["view"]["type"] == "home"
    assert in_modal["view"]["id"] == in_modal["container"]["view_id"] == view_id
    assert "response_url" not in in_modal
    assert "message" not in in_modal


async def test_choices_are_told_in_the_shape_of_their_element(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, dm: str
) -> None:
    options = [{"text": plain(name), "value": name} for name in ("lost", "stolen")]
    select = {"type": "static_select", "action_id": "what", "options": options}
    people = {"type": "users_select", "action_id": "who"}
    blocks = [{"type": "actions", "block_id": "row", "elements": [select, people, button()]}]
    await slack.chat_postMessage(channel=dm, text="Choose", blocks=blocks)

    await standin.click("U0ADA", "what", value="stolen")
    await standin.click("U0ADA", "who", value="U0BEN")

    assert tiny_bot.received[0].payload["actions"][0]["selected_option"]["value"] == "stolen"
    assert tiny_bot.received[1].payload["actions"][0]["selected_user"] == "U0BEN"
    values = tiny_bot.received[1].payload["state"]["values"]["row"]
    assert values["what"]["selected_option"]["value"] == "stolen"


async def test_a_stranger_acts_in_our_team_but_belongs_to_another(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel="C0GENERAL", text="Choose", blocks=[buttons()])
    message = standin.workspace.channels["C0GENERAL"].seen_by("U0STRANGER")[0]

    await standin.click("U0STRANGER", "press", message=message)

    assert tiny_bot.last.payload["team"]["id"] == "T0MFA"
    assert tiny_bot.last.payload["user"]["team_id"] == "T0FOREIGN"
