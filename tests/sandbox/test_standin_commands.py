"""Slash commands: as typed, as they arrive, and what comes back."""

import pytest
from slack_sdk import signature
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.slack import NotOnScreenError, StandIn
from tests.support.clock import Clock
from tests.support.slack_samples import buttons, section
from tests.support.tiny_bot import TinyBot


class SdkClock(signature.Clock):
    """The test's clock, as the SDK asks for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


async def test_a_command_is_signed_and_carries_who_what_and_where(
    standin: StandIn, tiny_bot: TinyBot, clock: Clock
) -> None:
    await standin.command("U0ADA", "/mfa", "enable")

    form = tiny_bot.last.form
    headers = tiny_bot.last.headers
    verifier = SignatureVerifier("0123456789abcdef", SdkClock(clock))
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


async def test_a_delivery_can_be_replayed_to_the_byte(standin: StandIn, tiny_bot: TinyBot) -> None:
    await standin.command("U0ADA", "/mfa")

    await standin.deliver_again(standin.deliveries[0])

    first, second = tiny_bot.received
    assert first.body == second.body
    assert first.headers["X-Slack-Signature"] == second.headers["X-Slack-Signature"]
