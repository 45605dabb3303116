"""What comes over Socket Mode goes through what comes by HTTP goes through (X1, X2, R3)."""

import io
import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.faults import DatabaseAway
from handlers import errors
from handlers.views import blocks
from tests.support import signed
from tests.support.edge import CANARY, Listeners, altered
from tests.support.socket import Connected

LIBRARIES = (None, "aiohttp", "slack_bolt", "slack_sdk", "slack_sdk.socket_mode")
COMMAND = {
    "command": "/mfa",
    "text": CANARY,
    "user_id": "U0ADA",
    "team_id": "T0MFA",
    "channel_id": "D0ADA",
    "trigger_id": "1.2.abc",
    "response_url": "http://127.0.0.1:1/respond",
    "api_app_id": "A0MFABOT",
    "is_enterprise_install": "false",
}
CODE = {"code": {"typed": {"type": "plain_text_input", "value": CANARY}}}
SUBMISSION = altered(signed.submission(), "view", "state", "values", value=CODE)
SENSIBLE = {
    "command": ("slash_commands", COMMAND),
    "click": ("interactive", altered(signed.click(), "actions", 0, "value", value=CANARY)),
    "submission": ("interactive", SUBMISSION),
    "closing": ("interactive", signed.submission(type="view_closed")),
    "event": ("events_api", altered(signed.event(), "event", "text", value=CANARY)),
}
SENSELESS: dict[str, tuple[str, object]] = {
    "another kind": ("hello", COMMAND),
    "a kind that is none": (CANARY, COMMAND),
    "a click said to be a command": ("slash_commands", signed.click()),
    "a command said to be a click": ("interactive", COMMAND),
    "a command said to be an event": ("events_api", COMMAND),
    "a question for the address": ("events_api", {"type": "url_verification", "challenge": CANARY}),
    "text": ("interactive", CANARY),
    "no user": ("interactive", altered(signed.click(), "user", value=None)),
    "no action": ("interactive", altered(signed.click(), "actions", value=[])),
    "another type": ("interactive", altered(signed.click(), "type", value=CANARY)),
    "state that is none": ("interactive", altered(signed.submission(), "view", "state", value=[CANARY])),
    "NUL in a text": ("interactive", altered(signed.click(), "actions", 0, "value", value=f"{CANARY}\0")),
    "half a surrogate pair": ("interactive", altered(signed.click(), "actions", 0, "value", value="\ud800")),
    "a payload too deep": ("interactive", signed.click(more=json.loads("[" * 200 + "]" * 200))),
    "a command that we have not": ("slash_commands", COMMAND | {"command": "/other"}),
    "a command without a user": ("slash_commands", COMMAND | {"user_id": ""}),
    "a number for a text": ("slash_commands", COMMAND | {"text": 7}),
    "an event that is none": ("events_api", signed.event(event=[CANARY])),
}
UNREADABLE = {
    "nothing": "",
    "a word": CANARY,
    "bad JSON": '{"marmalade"',
    "deep JSON": '{"type": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a list": '["marmalade"]',
    "a number too long": '{"type": ' + "9" * 10_000 + "}",
    "no payload": '{"type": "interactive", "envelope_id": "marmalade"}',
    "a list as payload": '{"type": "interactive", "envelope_id": "marmalade", "payload": ["marmalade"]}',
    "too much": json.dumps({"type": "slash_commands", "envelope_id": CANARY, "payload": COMMAND | {"x": "y" * 2**20}}),
}


@pytest.fixture
def loud() -> Iterator[None]:
    """Every library at DEBUG."""
    before = {name: logging.getLogger(name).level for name in LIBRARIES}
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("name", SENSIBLE)
async def test_a_payload_reaches_its_listener_once_and_no_log(slack: Connected, name: str) -> None:
    status, answer = await slack.send(*SENSIBLE[name])

    await slack.counted.changes.until(lambda: slack.counted.kinds)
    assert (status, answer) == (200, "")
    assert slack.listeners.runs == 1
    assert (slack.counted.kinds, slack.counted.outcomes) == (Counter([SENSIBLE[name][0]]), Counter(["answered"]))
    assert '"event": "envelope"' in slack.log.getvalue()
    assert CANARY not in slack.log.getvalue()
    assert slack.standin.problems == []


@pytest.mark.parametrize("name", SENSELESS)
async def test_what_makes_no_sense_is_not_acknowledged_and_reaches_nobody(slack: Connected, name: str) -> None:
    kind, payload = SENSELESS[name]
    slack.standin.settings.patience_s = 0.1

    refused = await slack.send(kind, payload)
    slack.standin.settings.patience_s = 3.0
    await slack.counted.changes.until(lambda: slack.counted.outcomes["refused"])
    after = await slack.send("slash_commands", COMMAND)

    assert refused == (0, "http_timeout")
    assert after == (200, "")
    assert slack.listeners.runs == 1
    assert '"exception"' not in slack.log.getvalue()
    assert CANARY not in slack.log.getvalue()
    assert slack.standin.problems == []


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_is_no_envelope_changes_nothing(slack: Connected, name: str) -> None:
    await slack.send_raw(UNREADABLE[name])

    after = await slack.send("slash_commands", COMMAND)

    assert after == (200, "")
    assert slack.listeners.runs == 1
    assert slack.standin.sockets.opened == 1
    assert CANARY not in slack.log.getvalue()
    assert slack.standin.problems == []


async def test_whoever_turns_up_the_libraries_logs_still_reads_no_payload(
    slack: Connected,
    loud: None,  # noqa: ARG001  what it sets is heard
) -> None:
    for kind, payload in SENSIBLE.values():
        await slack.send(kind, payload)
    for text in UNREADABLE.values():
        await slack.send_raw(text)
    after = await slack.send("slash_commands", COMMAND)

    assert after == (200, "")
    assert slack.listeners.runs == len(SENSIBLE) + 1
    assert CANARY not in slack.log.getvalue()


async def test_an_event_that_nobody_listens_to_is_taken_so_that_slack_does_not_send_it_again(slack: Connected) -> None:
    assert await slack.send("events_api", signed.event(event={"type": "channel_created"})) == (200, "")


@pytest.mark.parametrize(
    ("error", "sentence"), [(DatabaseAway("08006"), errors.AWAY), (KeyError(CANARY), errors.FAILED)]
)
async def test_a_listener_that_raises_is_a_sentence(
    slack: Connected, listeners: Listeners, error: Exception, sentence: str
) -> None:
    listeners.error = error

    to_command = await slack.send(*SENSIBLE["command"])
    to_submission = await slack.send(*SENSIBLE["submission"])
    to_click = await slack.send(*SENSIBLE["click"])

    assert to_command == (200, {"response_type": "ephemeral", "text": sentence})
    assert to_submission == (200, {"response_action": "update", "view": blocks.said(sentence)})
    assert to_click == (200, "")
    assert CANARY not in slack.log.getvalue()


async def test_a_listener_that_takes_too_long_is_a_sentence_before_slack_gives_up(
    slack: Connected, listeners: Listeners
) -> None:
    listeners.wait_s = 60

    status, said = await slack.send(*SENSIBLE["command"])

    assert (status, said["text"]) == (200, errors.FAILED)


async def test_a_line_of_log_names_kind_outcome_and_id(slack: Connected, log: io.StringIO) -> None:
    await slack.send(*SENSIBLE["submission"])
    await slack.counted.changes.until(lambda: slack.counted.kinds)

    lines: list[dict[str, Any]] = [json.loads(line) for line in log.getvalue().splitlines()]
    line = next(line for line in lines if line["event"] == "envelope")
    assert (line["kind"], line["outcome"]) == ("interactive", "answered")
    assert len(line["request_id"]) == 16
