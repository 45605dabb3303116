"""Modals: filled in, submitted, answered, closed."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.modals import open_modal
from tests.support.slack_samples import code_input, home, modal, plain, section
from tests.support.tiny_bot import TinyBot


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


@pytest.mark.parametrize("notify", [True, False])
async def test_the_app_hears_of_a_closed_modal_only_if_it_asked(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, *, notify: bool
) -> None:
    await open_modal(standin, slack, modal(notify_on_close=notify))

    await standin.close("U0ADA")

    assert standin.workspace.top("U0ADA") is None
    assert [received.payload["type"] for received in tiny_bot.received] == ["view_closed"] * notify
