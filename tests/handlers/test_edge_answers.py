"""What passes the edge, and what Slack is answered."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.faults import DatabaseAway
from handlers import edge, errors
from handlers.views import blocks
from tests.support import signed
from tests.support.edge import CANARY, Listeners, Slack, altered
from tests.support.signed import FORM, JSON

GOOD = signed.command(text=CANARY)
ODD: tuple[object, ...] = (None, 5, "", CANARY, [], {}, [{}], True)


def leaves(payload: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(payload, dict):
        for key, value in payload.items():
            yield from leaves(value, (*path, key))
    elif isinstance(payload, list):
        for number, value in enumerate(payload):
            yield from leaves(value, (*path, number))


@pytest.mark.parametrize("payload", [signed.click(), signed.submission()], ids=["click", "submission"])
async def test_no_altered_leaf_of_a_signed_payload_is_an_error_of_ours(slack: Slack, payload: dict[str, Any]) -> None:
    for path in leaves(payload):
        for value in ODD:
            status, _ = await slack.send(signed.interaction(altered(payload, *path, value=value)))

            assert status in (200, 400), (path, value)
    assert '"exception"' not in slack.log.getvalue()
    assert CANARY not in slack.log.getvalue()


async def test_no_altered_leaf_of_a_signed_event_is_an_error_of_ours(slack: Slack) -> None:
    for path in leaves(signed.event()):
        for value in ODD:
            status, _ = await slack.send(json.dumps(altered(signed.event(), *path, value=value)).encode(), JSON)

            assert status in (200, 400), (path, value)
    assert '"exception"' not in slack.log.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (GOOD, FORM),
        (signed.interaction(signed.click()), FORM),
        (signed.interaction(signed.submission()), FORM),
        (signed.interaction(signed.submission(type="view_closed")), FORM),
        (json.dumps(signed.event()).encode(), JSON),
    ],
    ids=["command", "click", "submission", "closing", "event"],
)
async def test_what_slack_signed_reaches_its_listener_once_and_no_log(
    slack: Slack, listeners: Listeners, body: bytes, content_type: str
) -> None:
    status, _ = await slack.send(body, content_type)

    assert status == 200
    assert listeners.runs == 1
    assert CANARY not in slack.log.getvalue()


async def test_an_event_that_nobody_listens_to_is_taken_so_that_slack_does_not_send_it_again(slack: Slack) -> None:
    body = json.dumps(signed.event(event={"type": "channel_created"})).encode()

    assert await slack.send(body, JSON) == (200, "")


async def test_slacks_question_for_the_address_is_answered(slack: Slack) -> None:
    status, text = await slack.send(b'{"type": "url_verification", "challenge": "c1"}', JSON)

    assert (status, json.loads(text)) == (200, {"challenge": "c1"})


async def test_a_signed_check_of_tls_runs_nothing(slack: Slack, listeners: Listeners) -> None:
    assert await slack.send(b"ssl_check=1&token=abc") == (200, "")
    assert await slack.send(b"ssl_check=1&" + GOOD) == (200, "")
    assert listeners.runs == 0


@pytest.mark.parametrize(
    ("error", "sentence"), [(DatabaseAway("08006"), errors.AWAY), (KeyError(CANARY), errors.FAILED)]
)
async def test_a_listener_that_raises_is_a_sentence_and_200(
    slack: Slack, listeners: Listeners, error: Exception, sentence: str
) -> None:
    listeners.error = error

    to_command, said = await slack.send(GOOD)
    to_submission, shown = await slack.send(signed.interaction(signed.submission()))
    to_click, nothing = await slack.send(signed.interaction(signed.click()))

    assert (to_command, to_submission, to_click) == (200, 200, 200)
    assert json.loads(said) == {"response_type": "ephemeral", "text": sentence}
    assert json.loads(shown)["view"] == blocks.said(sentence)
    assert nothing == ""
    assert CANARY not in slack.log.getvalue()


async def test_a_listener_that_takes_too_long_is_a_sentence_before_slack_gives_up(
    slack: Slack, listeners: Listeners
) -> None:
    listeners.wait_s = 60
    began = time.monotonic()

    status, said = await slack.send(GOOD)

    assert status == 200
    assert json.loads(said)["text"] == errors.FAILED
    assert time.monotonic() - began < 3


async def test_an_answer_names_no_software_and_is_kept_by_nobody(slack: Slack) -> None:
    async with slack._session.post(slack._url, data=GOOD) as answer:
        assert "Server" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_line_of_log_names_route_and_id_and_no_query(slack: Slack) -> None:
    async with slack._session.post(slack._url + f"?a={CANARY}", data=GOOD) as answer:
        assert answer.status == 401

    line = json.loads(slack.log.getvalue().splitlines()[-1])
    assert (line["route"], line["method"], line["status"]) == (edge.PATH, "POST", 401)
    assert len(line["request_id"]) == 16
    assert CANARY not in slack.log.getvalue()
