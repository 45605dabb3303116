"""Log lines: JSON, with the request's id, and with nothing secret in them."""

import io
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog

from bot import logs

OUR_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CODE = "492039"
ROOT = Path(__file__).resolve().parent.parent.parent


class Lines:
    """What was logged."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def last(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self.text.splitlines()[-1])
        return line


@pytest.fixture
def lines(logging_restored: None) -> Lines:  # noqa: ARG001  restores what this configures
    stream = io.StringIO()
    logs.configure("DEBUG", [OUR_SECRET], stream)
    return Lines(stream)


def test_a_line_carries_the_id_of_its_request(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("bot.app").info("started", workers=3)

    line = lines.last()
    assert (line["event"], line["workers"], line["request_id"], line["level"]) == ("started", 3, "r1", "info")
    assert line["timestamp"].endswith("Z")


def test_lines_of_libraries_look_like_ours(lines: Lines) -> None:
    logging.getLogger("some.library").warning("lost %s of %d", "two", 3)

    assert lines.last()["event"] == "lost two of 3"


@pytest.mark.parametrize(
    "text",
    [
        f"wrong code {CODE}",
        "wrong code 492 039",
        "wrong code 492-039.",
        "ABCD-EFGH-IJKL-MNOP-QRST-UVWX",
        "abcdefghijklmnopqrstuvwx",
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "otpauth://totp/Acme:ada?secret=JBSWY3DPEHPK3PXP",
        "xoxb-123-abc",
        "xoxe.xoxp-1-abc",
        "xapp-1-abc",
        "mfabot_abcdefghij12_" + "a-_9" * 11,
        "Bearer abc.def",
        "postgresql://mfabot:pw@db/mfabot",
        "https://hooks.slack.com/commands/T0/1/abc",
        "wss://wss-primary.slack.com/link/?ticket=1-2&app_id=A0",
        OUR_SECRET,
    ],
)
def test_what_looks_like_a_secret_is_hidden_in_any_text(lines: Lines, text: str) -> None:
    logging.getLogger("some.library").error("said: %s", text)
    structlog.get_logger("bot.app").error(f"said {text}", found=[{"deep": text}])

    # Three digits of a code stand in the microseconds of a timestamp now and then.
    untimed = re.sub(r'"timestamp": "[^"]*"', "", lines.text)
    assert untimed.count(logs.HIDDEN) >= 3
    assert not any(word in untimed for word in text.split() if word not in ("wrong", "code", "Bearer"))


@pytest.mark.parametrize("name", ["ConnectionRefusedError", "IdleInTransactionSessionTimeoutError"])
def test_the_name_of_an_exception_is_no_secret(lines: Lines, name: str) -> None:
    structlog.get_logger("handlers.api").warning("database away", says=name)

    assert lines.last()["says"] == name


@pytest.mark.parametrize("secret", ["JBSWY3DPEHPK3PXPERROR", "jbswyadpehpkapxperror", "jbswyadpehpkapxpError"])
def test_a_secret_that_ends_like_an_exception_is_one(lines: Lines, secret: str) -> None:
    structlog.get_logger("handlers.api").warning("database away", says=secret)

    assert lines.last()["says"] == logs.HIDDEN


@pytest.mark.parametrize(
    "key", ["code", "verification_code", "secret", "token", "body", "payload", "Authorization", "uri"]
)
def test_the_value_of_a_key_that_names_a_secret_is_hidden(lines: Lines, key: str) -> None:
    structlog.get_logger("bot.app").info("seen", **{key: "plain"}, inner={key: 7})

    assert lines.last()[key] == logs.HIDDEN
    assert lines.last()["inner"] == {key: logs.HIDDEN}


def test_numbers_and_ids_stay_readable(lines: Lines) -> None:
    structlog.get_logger("bot.app").info("done", enrollment_id=492039, person="U0ADA", seconds=0.25, ok=True)

    line = lines.last()
    assert (line["enrollment_id"], line["person"], line["seconds"], line["ok"]) == (492039, "U0ADA", 0.25, True)


def fail() -> None:
    try:
        int(f"bad {CODE}")
    except ValueError as error:
        raise RuntimeError("the words of somebody") from error


def test_an_exception_is_told_by_type_and_place_without_its_text(lines: Lines) -> None:
    try:
        fail()
    except RuntimeError:
        logging.getLogger("some.library").exception("failed")
        structlog.get_logger("bot.app").exception("failed")

    assert [link["type"] for link in lines.last()["exception"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert lines.last()["exception"][0]["frames"][-1].endswith(" fail")
    assert lines.text.count('"builtins.RuntimeError"') == 2
    assert "words of somebody" not in lines.text
    assert CODE not in lines.text


def test_an_error_of_the_database_is_told_by_sqlstate_and_constraint(lines: Lines) -> None:
    error = asyncpg.UniqueViolationError("Key (email)=(ada@example.com) already exists.")
    error.constraint_name = "person_email"

    structlog.get_logger("bot.app").error("failed", exc_info=error)

    link = lines.last()["exception"][0]
    assert (link["sqlstate"], link["constraint"]) == ("23505", "person_email")
    assert "ada@example.com" not in lines.text


@pytest.mark.parametrize("name", ["slack_bolt.AsyncApp", "slack_sdk.web.async_client", "aiohttp.server", "asyncpg"])
def test_libraries_never_speak_below_info(lines: Lines, name: str) -> None:
    logging.getLogger(name).debug("a whole body")

    assert lines.text == ""


@pytest.mark.parametrize("name", logs.SILENT)
def test_bolts_check_of_signatures_says_nothing(lines: Lines, name: str) -> None:
    logging.getLogger(name).error("Invalid request signature detected (... body: ...)")

    assert lines.text == ""


def test_our_own_lines_below_the_level_are_left_out(lines: Lines) -> None:
    logs.configure("WARNING", stream=lines.stream)

    structlog.get_logger("bot.app").info("quiet")

    assert lines.text == ""


def test_a_line_that_nobody_reads_stops_nothing(lines: Lines) -> None:
    lines.stream.close()

    structlog.get_logger("bot.app").info("said")


@pytest.mark.parametrize("part", ["bot.core.codes", "bot.services.recovery", "handlers.showing", "storage.people"])
def test_a_program_that_configures_nothing_prints_no_local_variable_and_no_text_of_an_exception(part: str) -> None:
    program = f"""
import {part}, structlog

def fail():
    typed = "{CODE}"
    try:
        int("x" + typed)
    except ValueError:
        structlog.get_logger("{part}").exception("failed", code=typed)

fail()
"""

    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    line = json.loads(ran.stderr)
    assert line["exception"] == [{"type": "builtins.ValueError", "frames": ["<string>:7 fail"]}]
    assert CODE not in ran.stdout + ran.stderr
