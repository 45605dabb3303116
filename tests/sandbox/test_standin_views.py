"""Triggers, hashes, stacks: how views open and change."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.clock import Clock
from tests.support.slack_errors import error_of
from tests.support.slack_samples import buttons, code_input, home, modal, plain, section
from tests.support.tiny_bot import TinyBot


@pytest.fixture
async def trigger(standin: StandIn, tiny_bot: TinyBot) -> str:
    """The trigger_id of a command of Ada's."""
    await standin.command("U0ADA", "/mfa")
    return tiny_bot.last.form["trigger_id"]


@pytest.mark.parametrize(("seconds", "error"), [(3, None), (3.1, "expired_trigger_id")])
async def test_a_trigger_lives_three_seconds(
    standin: StandIn, slack: AsyncWebClient, clock: Clock, trigger: str, seconds: float, error: str | None
) -> None:
    clock.forward(seconds)

    if error is None:
        await slack.views_open(trigger_id=trigger, view=modal())
    else:
        assert await error_of(slack.views_open(trigger_id=trigger, view=modal())) == error

    assert (standin.workspace.top("U0ADA") is None) == (error is not None)


async def test_a_trigger_serves_once(slack: AsyncWebClient, trigger: str) -> None:
    await slack.views_open(trigger_id=trigger, view=modal())

    assert await error_of(slack.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"


async def test_a_refused_view_leaves_the_trigger_unspent(standin: StandIn, slack: AsyncWebClient, trigger: str) -> None:
    bad = modal(title=plain("A title that is longer than Slack lets it be"))

    assert await error_of(slack.views_open(trigger_id=trigger, view=bad)) == "invalid_arguments"
    await slack.views_open(trigger_id=trigger, view=modal())

    assert standin.workspace.top("U0ADA") is not None


async def test_an_invented_or_missing_trigger_opens_nothing(slack: AsyncWebClient) -> None:
    assert await error_of(slack.views_open(trigger_id="1.2.abc", view=modal())) == "invalid_trigger_id"
    assert await error_of(slack.views_open(view=modal())) == "invalid_arguments"


async def test_three_views_and_no_more_lie_on_a_stack(standin: StandIn, slack: AsyncWebClient, trigger: str) -> None:
    opened = await slack.views_open(trigger_id=trigger, view=modal())
    issue = standin._inside.triggers.issue
    for _ in range(2):
        await slack.views_push(trigger_id=issue("U0ADA", opened["view"]["id"]), view=modal())

    fourth = slack.views_push(trigger_id=issue("U0ADA", opened["view"]["id"]), view=modal())

    assert await error_of(fourth) == "push_limit_reached"
    assert len(standin.workspace.stack("U0ADA")) == 3


async def test_nothing_is_pushed_without_a_modal_that_is_open(
    standin: StandIn, slack: AsyncWebClient, trigger: str
) -> None:
    assert await error_of(slack.views_push(trigger_id=trigger, view=modal())) == "not_found"
    opened = await slack.views_open(trigger_id=trigger, view=modal())
    await standin.close("U0ADA")

    late = standin._inside.triggers.issue("U0ADA", opened["view"]["id"])

    assert await error_of(slack.views_push(trigger_id=late, view=modal())) == "not_found"


async def test_a_hash_guards_against_changing_what_was_changed_meanwhile(slack: AsyncWebClient, trigger: str) -> None:
    opened = await slack.views_open(trigger_id=trigger, view=modal())
    view_id, old = opened["view"]["id"], opened["view"]["hash"]
    await slack.views_update(view_id=view_id, hash=old, view=modal())
    await slack.views_publish(user_id="U0ADA", view=home())
    published = await slack.views_publish(user_id="U0ADA", view=home())
    await slack.views_publish(user_id="U0ADA", hash=published["view"]["hash"], view=home())

    stale = slack.views_update(view_id=view_id, hash=old, view=modal())
    stale_home = slack.views_publish(user_id="U0ADA", hash=published["view"]["hash"], view=home())

    assert await error_of(stale) == "hash_conflict"
    assert await error_of(stale_home) == "hash_conflict"


async def test_an_update_keeps_what_is_typed_where_the_field_stays(
    standin: StandIn, slack: AsyncWebClient, trigger: str, tiny_bot: TinyBot
) -> None:
    opened = await slack.views_open(trigger_id=trigger, view=modal(code_input(), code_input("second", "more")))
    tiny_bot.answer = {"response_action": "errors", "errors": {"code": "Wrong."}}
    await standin.submit("U0ADA", {"typed": "123", "more": "456"})

    await slack.views_update(view_id=opened["view"]["id"], view=modal(code_input(), code_input("other", "more")))

    view = standin.workspace.top("U0ADA")
    assert view is not None
    assert view.state["code"]["typed"]["value"] == "123"
    assert view.state["other"]["more"]["value"] is None
    assert view.errors == {}


async def test_a_closed_view_cannot_be_updated(standin: StandIn, slack: AsyncWebClient, trigger: str) -> None:
    opened = await slack.views_open(trigger_id=trigger, view=modal())
    await standin.close("U0ADA")

    assert await error_of(slack.views_update(view_id=opened["view"]["id"], view=modal())) == "not_found"


async def test_an_external_id_names_one_view(standin: StandIn, slack: AsyncWebClient, trigger: str) -> None:
    await slack.views_open(trigger_id=trigger, view=modal(external_id="mine"))
    await slack.views_update(external_id="mine", view=modal(section(), external_id="mine"))

    second = slack.views_publish(user_id="U0BEN", view={**home(), "external_id": "mine"})

    assert await error_of(second) == "duplicate_external_id"
    view = standin.workspace.top("U0ADA")
    assert view is not None
    assert view.blocks[0]["type"] == "section"


@pytest.mark.parametrize(
    "view",
    [
        modal(code_input(), code_input()),
        modal(submit=None),
        {key: value for key, value in modal().items() if key != "submit"},
        modal({"type": "section"}),
        modal({"type": "image", "alt_text": "x"}),
        modal(buttons(), callback_id="x" * 256),
        modal(extra="field"),
    ],
)
async def test_a_view_that_slack_would_refuse_is_refused(
    standin: StandIn, slack: AsyncWebClient, trigger: str, view: dict[str, Any]
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await slack.views_open(trigger_id=trigger, view=view)

    assert refused.value.response["error"] == "invalid_arguments"
    assert refused.value.response["response_metadata"]["messages"]
    assert len(standin.problems) == 1


async def test_a_view_of_more_than_250_kb_is_too_large(slack: AsyncWebClient, trigger: str) -> None:
    large = modal(*(section("x" * 2900) for _ in range(90)))

    assert await error_of(slack.views_open(trigger_id=trigger, view=large)) == "view_too_large"


async def test_home_is_published_to_people_only(slack: AsyncWebClient) -> None:
    assert await error_of(slack.views_publish(user_id="U0ROBOT", view=home())) == "invalid_arguments"
    assert await error_of(slack.views_publish(user_id="U0NOBODY", view=home())) == "invalid_arguments"
