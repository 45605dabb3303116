"""Events reach the app in their envelope, and again when the app did not take them."""

import pytest

from bot.sandbox.slack import Person, StandIn
from tests.support.clock import Clock
from tests.support.tiny_bot import TinyBot


def retries(bot: TinyBot) -> list[tuple[str | None, str | None]]:
    return [(r.headers.get("X-Slack-Retry-Num"), r.headers.get("X-Slack-Retry-Reason")) for r in bot.received]


async def test_an_event_names_its_kind_its_person_and_the_app(standin: StandIn, tiny_bot: TinyBot) -> None:
    await standin.open_home("U0ADA")

    payload = tiny_bot.last.payload
    assert (payload["type"], payload["team_id"]) == ("event_callback", "T0MFA")
    assert payload["event"]["type"] == "app_home_opened"
    assert (payload["event"]["user"], payload["event"]["tab"]) == ("U0ADA", "home")
    assert payload["authorizations"][0]["user_id"] == "U0MFABOT"
    assert payload["event_id"].startswith("Ev")
    assert "token" not in payload


async def test_a_message_to_the_app_arrives_with_its_text_escaped(standin: StandIn, tiny_bot: TinyBot) -> None:
    await standin.say("U0ADA", "1 < 2 & @ben")

    event = tiny_bot.last.payload["event"]
    assert (event["type"], event["channel_type"], event["user"]) == ("message", "im", "U0ADA")
    assert event["text"] == "1 &lt; 2 &amp; <@U0BEN|ben>"
    assert "bot_id" not in event


async def test_a_deactivation_and_an_arrival_are_told(standin: StandIn, tiny_bot: TinyBot) -> None:
    await standin.change_user("U0BEN", deleted=True)
    await standin.join(Person("U0NEW", "nia", "Nia New", "employee", "nia@example.com"))

    changed, joined = (received.payload["event"] for received in tiny_bot.received)
    assert (changed["type"], changed["user"]["id"], changed["user"]["deleted"]) == ("user_change", "U0BEN", True)
    assert (joined["type"], joined["user"]["id"]) == ("team_join", "U0NEW")


async def test_an_event_that_fails_is_sent_again_at_once_after_a_minute_and_after_five(
    standin: StandIn, tiny_bot: TinyBot, clock: Clock
) -> None:
    tiny_bot.status = 500
    await standin.open_home("U0ADA")
    at_once = len(tiny_bot.received)
    sent = []
    for seconds in (59, 1, 299, 1, 3600):
        clock.forward(seconds)
        sent.append(await standin.deliver_due())

    assert at_once == 2
    assert sent == [0, 1, 0, 1, 0]
    assert retries(tiny_bot) == [
        (None, None),
        ("1", "http_error"),
        ("2", "http_error"),
        ("3", "http_error"),
    ]
    assert len({received.body for received in tiny_bot.received}) == 1


async def test_a_retry_that_is_taken_is_the_last(standin: StandIn, tiny_bot: TinyBot, clock: Clock) -> None:
    tiny_bot.status = 503
    await standin.open_home("U0ADA")
    tiny_bot.status = 200
    clock.forward(60)
    await standin.deliver_due()
    clock.forward(3600)

    assert await standin.deliver_due() == 0
    assert len(tiny_bot.received) == 3


async def test_the_app_can_ask_for_no_retry(standin: StandIn, tiny_bot: TinyBot) -> None:
    tiny_bot.status, tiny_bot.headers = 500, {"X-Slack-No-Retry": "1"}

    await standin.open_home("U0ADA")

    assert len(tiny_bot.received) == 1


@pytest.mark.parametrize("reason", ["http_timeout", "connection_failed"])
async def test_silence_and_a_closed_door_are_reasons_of_their_own(
    standin: StandIn, tiny_bot: TinyBot, clock: Clock, reason: str
) -> None:
    url = standin.bot_url
    if reason == "http_timeout":
        standin.settings.patience_s, tiny_bot.silent = 0.05, True
    else:
        standin.bot_url = "http://127.0.0.1:1/slack/events"
    await standin.open_home("U0ADA")
    standin.settings.patience_s, tiny_bot.silent, standin.bot_url = 3.0, False, url
    clock.forward(60)

    await standin.deliver_due()

    assert retries(tiny_bot)[-1] == ("2", reason)


@pytest.mark.parametrize("deed", ["command", "click"])
async def test_commands_and_clicks_are_never_sent_again(
    standin: StandIn, tiny_bot: TinyBot, clock: Clock, deed: str
) -> None:
    tiny_bot.answer = {
        "text": "Choose",
        "blocks": [
            {
                "type": "actions",
                "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}}],
            }
        ],
    }
    await standin.command("U0ADA", "/mfa")
    tiny_bot.status = 500
    await (standin.command("U0ADA", "/mfa") if deed == "command" else standin.click("U0ADA", "a"))
    clock.forward(3600)

    assert await standin.deliver_due() == 0
    assert len(tiny_bot.received) == 2
