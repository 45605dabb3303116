"""What people do arrives at the app in Slack's shapes, and its answers change what they see."""

import asyncio
from copy import deepcopy
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import NotOnScreenError, StandIn
from tests.support.clock import Clock
from tests.support.slack_samples import button, buttons, code_input, home, modal, plain, section
from tests.support.tiny_bot import TinyBot


async def open_modal(standin: StandIn, slack: AsyncWebClient, view: dict[str, Any]) -> str:
    trigger = standin._inside.triggers.issue("U0ADA")
    answer = await slack.views_open(trigger_id=trigger, view=view)
    return str(answer["view"]["id"])


async def test_a_command_is_signed_and_carries_who_what_and_where(
    standin: StandIn, tiny_bot: TinyBot, clock: Clock
) -> None:
    await standin.command("U0ADA", "/mfa", "enable")

    form = tiny_bot.last.form
    headers = tiny_bot.last.headers
    verifier = SignatureVerifier("0123456789abcdef")
    verifier.clock.now = lambda: clock().timestamp()  # type: ignore[method-assign]
    assert verifier.is_valid_request(tiny_bot.last.body, headers)
    assert (form["command"], form["text"], form["user_id"], form["team_id"]) == ("/mfa", "enable", "U0ADA", "T0MFA")
    assert form["channel_id"] == standin.workspace.open_dm("U0ADA")[0].id
    assert form["is_enterprise_install"] == "false"
    assert form["response_url"].startswith(standin.base_url)
    assert "token" not in form


async def test_the_answer_to_a_command_is_seen_by_who_typed_it_alone(standin: StandIn, tiny_bot: TinyBot) -> None:
    tiny_bot.answer = {"text": "Your MFA is off", "blocks": [section("Your MFA is off"), buttons("enable")]}

    reply = await standin.command("U0ADA", "/mfa")

    assert reply.ok
    message = standin.workspace.messages("U0ADA")[0]
    assert (message.text, message.only_for) == ("Your MFA is off", "U0ADA")
    assert standin.workspace.messages("U0BEN") == []


@pytest.mark.parametrize(("answer", "seen"), [("", []), ("plain words", ["plain words"])])
async def test_a_command_may_be_answered_by_nothing_or_plain_text(
    standin: StandIn, tiny_bot: TinyBot, answer: str, seen: list[str]
) -> None:
    tiny_bot.answer = answer

    await standin.command("U0ADA", "/mfa")

    assert [message.text for message in standin.workspace.messages("U0ADA")] == seen


@pytest.mark.parametrize(
    ("command", "text", "arrives"),
    [
        ("/mfa-admin", "disable @ben", "disable <@U0BEN|ben>"),
        ("/mfa-admin", "disable @nobody", "disable @nobody"),
        ("/mfa-admin", "why @ada,@ben", "why <@U0ADA|ada>,<@U0BEN|ben>"),
        ("/mfa", "disable @ben", "disable @ben"),
        ("/mfa", "<@U0BEN> & co", "&lt;@U0BEN&gt; &amp; co"),
    ],
)
async def test_what_is_typed_is_escaped_and_mentions_resolved_where_the_manifest_says_so(
    standin: StandIn, tiny_bot: TinyBot, command: str, text: str, arrives: str
) -> None:
    await standin.command("U0ADA", command, text)

    assert tiny_bot.last.form["text"] == arrives


async def test_a_command_that_the_manifest_lacks_never_leaves(standin: StandIn, tiny_bot: TinyBot) -> None:
    with pytest.raises(NotOnScreenError):
        await standin.command("U0ADA", "/mfa2")

    assert tiny_bot.received == []


async def test_a_command_without_an_answer_in_time_shows_operation_timeout(standin: StandIn, tiny_bot: TinyBot) -> None:
    standin.settings.patience_s = 0.05
    tiny_bot.silent = True

    reply = await standin.command("U0ADA", "/mfa")

    assert reply.status == 0
    assert "operation_timeout" in reply.shown
    assert "operation_timeout" in standin.workspace.toasts["U0ADA"][0].text
    assert standin.problems == ["command: the app answered http_timeout"]


@pytest.mark.parametrize("status", [201, 404, 500])
async def test_only_200_counts_as_an_answer(standin: StandIn, tiny_bot: TinyBot, status: int) -> None:
    tiny_bot.status = status

    reply = await standin.command("U0ADA", "/mfa")

    assert "dispatch_failed" in reply.shown
    assert len(tiny_bot.received) == 1


async def test_nobody_at_the_door_shows_dispatch_failed(standin: StandIn) -> None:
    standin.bot_url = standin.base_url.replace(standin.base_url.rsplit(":", 1)[1], "1")

    reply = await standin.command("U0ADA", "/mfa")

    assert (reply.status, "dispatch_failed" in reply.shown) == (0, True)


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


async def test_a_submission_carries_what_was_typed_and_an_empty_answer_closes_the_modal(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    view_id = await open_modal(standin, slack, modal(code_input(), private_metadata="7"))

    reply = await standin.submit("U0ADA", {"typed": "123456"})

    payload = tiny_bot.last.payload
    assert reply.ok
    assert payload["type"] == "view_submission"
    assert (payload["view"]["id"], payload["view"]["private_metadata"]) == (view_id, "7")
    assert payload["view"]["state"]["values"] == {"code": {"typed": {"type": "plain_text_input", "value": "123456"}}}
    assert standin.workspace.top("U0ADA") is None


async def test_what_slack_itself_refuses_to_submit_never_leaves(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    await open_modal(standin, slack, modal(code_input(), code_input("more", "extra", optional=True)))

    empty = await standin.submit("U0ADA")
    long = await standin.submit("U0ADA", {"typed": "1" * 41})

    assert "required" in empty.shown
    assert "at most 40" in long.shown
    view = standin.workspace.top("U0ADA")
    assert view is not None
    assert set(view.errors) == {"code"}
    assert tiny_bot.received == []


async def test_errors_stand_under_their_input_and_keep_what_was_typed(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    await open_modal(standin, slack, modal())
    tiny_bot.answer = {"response_action": "errors", "errors": {"code": "That code is wrong."}}

    reply = await standin.submit("U0ADA", {"typed": "123456"})

    view = standin.workspace.top("U0ADA")
    assert reply.ok
    assert view is not None
    assert view.errors == {"code": "That code is wrong."}
    assert view.state["code"]["typed"]["value"] == "123456"


async def test_a_submission_may_update_push_and_clear(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    view_id = await open_modal(standin, slack, modal())
    first = standin.workspace.stack("U0ADA")[0]
    old_hash = first.hash
    tiny_bot.answer = {"response_action": "update", "view": modal(section("Codes"), title=plain("MFA codes"))}
    await standin.submit("U0ADA", {"typed": "123456"})
    after_update = [(view.id, view.title) for view in standin.workspace.stack("U0ADA")]
    tiny_bot.answer = {"response_action": "push", "view": modal(section("Above"))}
    await standin.submit("U0ADA")
    pushed = standin.workspace.stack("U0ADA")[-1]
    tiny_bot.answer = {"response_action": "clear"}

    await standin.submit("U0ADA")

    assert after_update == [(view_id, "MFA codes")]
    assert first.hash != old_hash
    assert (pushed.previous, pushed.root) == (view_id, view_id)
    assert standin.workspace.stack("U0ADA") == []
    assert standin.problems == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"no such block": "Wrong."}},
        {"response_action": "errors", "errors": {"words": "Not an input."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"code": ""}},
        {"response_action": "errors"},
        {"response_action": "close"},
        {"response_action": "clear", "view": modal()},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "update", "view": home()},
        {"text": "Done"},
        "Done",
    ],
)
async def test_an_answer_that_slack_does_not_know_shows_trouble(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, answer: dict[str, Any] | str
) -> None:
    words = {**section(), "block_id": "words"}
    await open_modal(standin, slack, modal(words, code_input()))
    tiny_bot.answer = answer

    reply = await standin.submit("U0ADA", {"typed": "123456"})

    assert not reply.ok
    assert "trouble connecting" in reply.shown
    assert standin.workspace.top("U0ADA") is not None
    assert len(standin.problems) == 1


async def test_of_two_windows_that_submit_at_once_both_reach_the_app(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    await open_modal(standin, slack, modal())

    replies = await asyncio.gather(*(standin.submit("U0ADA", {"typed": "123456"}) for _ in range(2)))

    assert [reply.ok for reply in replies] == [True, True]
    assert len(tiny_bot.received) == 2


async def test_a_delivery_can_be_replayed_to_the_byte(standin: StandIn, tiny_bot: TinyBot) -> None:
    await standin.command("U0ADA", "/mfa")

    await standin.deliver_again(standin.deliveries[0])

    first, second = tiny_bot.received
    assert first.body == second.body
    assert first.headers["X-Slack-Signature"] == second.headers["X-Slack-Signature"]


@pytest.mark.parametrize("notify", [True, False])
async def test_the_app_hears_of_a_closed_modal_only_if_it_asked(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, *, notify: bool
) -> None:
    await open_modal(standin, slack, modal(notify_on_close=notify))

    await standin.close("U0ADA")

    assert standin.workspace.top("U0ADA") is None
    assert [received.payload["type"] for received in tiny_bot.received] == ["view_closed"] * notify


async def test_a_stranger_acts_in_our_team_but_belongs_to_another(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel="C0GENERAL", text="Choose", blocks=[buttons()])
    message = standin.workspace.channels["C0GENERAL"].seen_by("U0STRANGER")[0]

    await standin.click("U0STRANGER", "press", message=message)

    assert tiny_bot.last.payload["team"]["id"] == "T0MFA"
    assert tiny_bot.last.payload["user"]["team_id"] == "T0FOREIGN"
