"""Messages: posted, edited, deleted, for one person's eyes, and answered by a response_url."""

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.clock import Clock
from tests.support.slack_errors import error_of
from tests.support.slack_samples import buttons, section
from tests.support.tiny_bot import TinyBot


async def clicked(standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, dm: str) -> str:
    """Return the response_url of a click on a message in *dm*."""
    await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    await standin.click("U0ADA", "press")
    return str(tiny_bot.last.payload["response_url"])


async def test_timestamps_rise_while_the_clock_stands_still(slack: AsyncWebClient, dm: str) -> None:
    stamps = [(await slack.chat_postMessage(channel=dm, text="Hello"))["ts"] for _ in range(3)]

    assert stamps == sorted(set(stamps))


async def test_text_alone_takes_the_blocks_away_and_blocks_alone_keep_the_text(
    standin: StandIn, slack: AsyncWebClient, dm: str
) -> None:
    posted = await slack.chat_postMessage(channel=dm, text="Choose", blocks=[buttons()])
    message = standin.workspace.messages("U0ADA")[0]
    await slack.api_call("chat.update", json={"channel": dm, "ts": posted["ts"], "blocks": [section("New")]})
    after_blocks = (message.text, len(message.blocks))

    await slack.chat_update(channel=dm, ts=posted["ts"], text="Settled")

    assert after_blocks == ("Choose", 1)
    assert (message.text, message.blocks, message.edited) == ("Settled", [], True)


async def test_only_the_apps_own_messages_can_be_changed(standin: StandIn, slack: AsyncWebClient, dm: str) -> None:
    await standin.say("U0ADA", "123456")
    ts = standin.workspace.messages("U0ADA")[0].ts

    assert await error_of(slack.chat_update(channel=dm, ts=ts, text="x")) == "cant_update_message"
    assert await error_of(slack.chat_delete(channel=dm, ts=ts)) == "cant_delete_message"


async def test_a_deleted_message_is_found_no_more(standin: StandIn, slack: AsyncWebClient, dm: str) -> None:
    posted = await slack.chat_postMessage(channel=dm, text="Hello")
    await slack.chat_delete(channel=dm, ts=posted["ts"])

    assert standin.workspace.messages("U0ADA") == []
    assert await error_of(slack.chat_update(channel=dm, ts=posted["ts"], text="x")) == "message_not_found"
    assert await error_of(slack.chat_delete(channel=dm, ts=posted["ts"])) == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one_and_edited_by_nobody(
    standin: StandIn, slack: AsyncWebClient
) -> None:
    posted = await slack.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="Psst")

    general = standin.workspace.channels["C0GENERAL"]
    assert (len(general.seen_by("U0ADA")), len(general.seen_by("U0BEN"))) == (1, 0)
    update = slack.chat_update(channel="C0GENERAL", ts=posted["message_ts"], text="x")
    assert await error_of(update) == "message_not_found"


@pytest.mark.parametrize(
    ("channel", "error"), [("D0NOWHERE", "channel_not_found"), ("U0ADA", "channel_not_found"), ("C0OTHER", None)]
)
async def test_the_app_speaks_only_where_it_is(
    standin: StandIn, slack: AsyncWebClient, channel: str, error: str | None
) -> None:
    standin.workspace.channels["C0OTHER"] = type(standin.workspace.channels["C0GENERAL"])(
        "C0OTHER", "channel", "other", ["U0ADA"]
    )

    assert await error_of(slack.chat_postMessage(channel=channel, text="Hello")) == (error or "not_in_channel")


async def test_an_ephemeral_message_needs_its_reader_in_the_channel(slack: AsyncWebClient, dm: str) -> None:
    assert await error_of(slack.chat_postEphemeral(channel=dm, user="U0BEN", text="x")) == "user_not_in_channel"
    assert await error_of(slack.chat_postEphemeral(channel=dm, user="U0NOBODY", text="x")) == "user_not_found"


async def test_a_response_url_replaces_answers_and_deletes(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession, dm: str
) -> None:
    url = await clicked(standin, tiny_bot, slack, dm)

    replaced = await http.post(url, json={"replace_original": True, "text": "Settled"})
    texts_then = [message.text for message in standin.workspace.messages("U0ADA")]
    await http.post(url, json={"text": "For you alone"})
    await http.post(url, json={"text": "For all here", "response_type": "in_channel"})
    await http.post(url, json={"delete_original": True})

    assert (replaced.status, await replaced.text()) == (200, "ok")
    assert texts_then == ["Settled"]
    left = [(message.text, message.only_for) for message in standin.workspace.messages("U0ADA")]
    assert left == [("For you alone", "U0ADA"), ("For all here", None)]


async def test_a_response_url_serves_five_times(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession, dm: str
) -> None:
    url = await clicked(standin, tiny_bot, slack, dm)

    responses = [await http.post(url, json={"text": str(number)}) for number in range(6)]

    assert [response.status for response in responses] == [200, 200, 200, 200, 200, 404]
    assert (await responses[-1].json())["error"] == "used_url"


@pytest.mark.parametrize(("seconds", "status"), [(1800, 200), (1801, 404)])
async def test_a_response_url_serves_for_half_an_hour(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession, dm: str, clock: Clock,
    seconds: int, status: int,
) -> None:  # fmt: skip
    url = await clicked(standin, tiny_bot, slack, dm)
    clock.forward(seconds)

    response = await http.post(url, json={"text": "Late"})

    assert response.status == status


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": "Hi", "respons_type": "in_channel"}, "invalid_payload"),
        ({"text": "Hi", "response_type": "loud"}, "invalid_payload"),
        ({"text": ""}, "no_text"),
        ({"text": "Hi", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ({"text": "Hi", "blocks": "[]"}, "invalid_blocks_format"),
        ([], "invalid_payload"),
    ],
)
async def test_a_response_url_takes_no_nonsense(
    standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient, http: ClientSession, dm: str, body: object, error: str
) -> None:
    url = await clicked(standin, tiny_bot, slack, dm)

    response = await http.post(url, json=body)

    assert (await response.json())["error"] == error
    assert len(standin.problems) == 1


async def test_a_response_url_of_a_command_has_no_original(
    standin: StandIn, tiny_bot: TinyBot, http: ClientSession
) -> None:
    await standin.command("U0ADA", "/mfa")

    response = await http.post(tiny_bot.last.form["response_url"], json={"replace_original": True, "text": "x"})

    assert (await response.json())["error"] == "message_not_found"
