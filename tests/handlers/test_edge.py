"""The edge towards Slack: what is not Slack's, or is not whole, reaches no listener and no log."""

import gzip
import json
from typing import Any

import pytest

from handlers import edge
from tests.support import signed
from tests.support.edge import CANARY, NOW, Listeners, Slack, altered
from tests.support.signed import FORM, JSON

GOOD = signed.command(text=CANARY)
DEEP = b"[" * 100_000 + b"]" * 100_000
FORGED: dict[str, tuple[bytes, dict[str, str]]] = {
    "no headers": (GOOD, {"Content-Type": FORM}),
    "no signature": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Signature": ""}),
    "another secret": (GOOD, signed.headers(GOOD, at=NOW, secret="another")),
    "another body": (GOOD, signed.headers(b"x", at=NOW)),
    "stale": (GOOD, signed.headers(GOOD, at=NOW - 301)),
    "from the future": (GOOD, signed.headers(GOOD, at=NOW + 301)),
    "a timestamp that is no number": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Request-Timestamp": "soon"}),
    "a timestamp in other digits": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Request-Timestamp": "١٧٩٥٥٢١٦٠٠"}),
    "an endless timestamp": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Request-Timestamp": "9" * 5000}),
    "a negative timestamp": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Request-Timestamp": "-1"}),
    "a signature that is not ASCII": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Signature": "v0=" + "é" * 64}),
    "a signature of the wrong length": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Signature": "v0=00"}),
    "another version": (GOOD, signed.headers(GOOD, at=NOW) | {"X-Slack-Signature": "v1=" + "0" * 64}),
    "bytes that are no UTF-8": (b"command=%2Fmfa&text=\xff\xfe" + CANARY.encode(), signed.headers(b"", at=NOW)),
    "unsigned ssl_check": (f"ssl_check=1&token={CANARY}".encode(), {"Content-Type": FORM}),
    "unsigned ssl_check with a payload": (b"ssl_check=1&" + GOOD, {"Content-Type": FORM}),
    "unsigned challenge": (b'{"type": "url_verification", "challenge": "marmalade"}', {"Content-Type": JSON}),
    "bad JSON": (b'{"marmalade"', {"Content-Type": JSON}),
    "deep JSON": (DEEP, {"Content-Type": JSON}),
    "a list": (b'["marmalade"]', {"Content-Type": JSON}),
    "lazy listener's header": (GOOD, {"Content-Type": FORM, "X-Slack-Bolt-Lazy-Only": "1"}),
    "compressed": (gzip.compress(GOOD), signed.headers(GOOD, at=NOW) | {"Content-Encoding": "gzip"}),
    "not compressed, but said to be": (GOOD, {"Content-Type": FORM, "Content-Encoding": "deflate"}),
    "nothing": (b"", {}),
}


@pytest.mark.parametrize("family", FORGED)
async def test_what_slack_did_not_sign_is_401_and_reaches_nobody(
    slack: Slack, listeners: Listeners, family: str
) -> None:
    status, text = await slack.post(*FORGED[family])

    assert (status, text) == (401, "")
    assert listeners.runs == 0
    assert CANARY not in slack.log.getvalue()


@pytest.mark.parametrize("body", [b"x" * (edge.MOST_BYTES + 1), GOOD + b"&text=" + b"y" * 2 * edge.MOST_BYTES])
async def test_too_much_is_413_whoever_signed_it(slack: Slack, listeners: Listeners, body: bytes) -> None:
    status, _ = await slack.send(body)

    assert status == 413
    assert listeners.runs == 0
    assert CANARY not in slack.log.getvalue()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_405(slack: Slack, method: str) -> None:
    assert await slack.use(method) == 405


def leaf(payload: dict[str, Any], *path: str | int, value: object) -> bytes:
    return signed.interaction(altered(payload, *path, value=value))


SENSELESS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "a word": (CANARY.encode(), FORM),
    "bad JSON": (b'{"marmalade"', JSON),
    "deep JSON": (DEEP, JSON),
    "deep JSON in a form": (b"payload=" + DEEP, FORM),
    "a list": (b'["marmalade"]', JSON),
    "a number": (b"7", JSON),
    "a number too long": (b'{"type": ' + b"9" * 10_000 + b"}", JSON),
    "a list as payload": (b"payload=[]", FORM),
    "JSON said to be a form": (json.dumps(signed.event()).encode(), FORM),
    "a form said to be JSON": (GOOD, JSON),
    "plain text": (GOOD, "text/plain"),
    "no user": (leaf(signed.click(), "user", value=None), FORM),
    "a user without an id": (leaf(signed.click(), "user", "id", value=5), FORM),
    "no action": (leaf(signed.click(), "actions", value=[]), FORM),
    "an action that is none": (leaf(signed.click(), "actions", 0, value=CANARY), FORM),
    "another type": (leaf(signed.click(), "type", value=CANARY), FORM),
    "a view that is none": (leaf(signed.submission(), "view", value=CANARY), FORM),
    "state that is none": (leaf(signed.submission(), "view", "state", value=[CANARY]), FORM),
    "NUL in a text": (leaf(signed.click(), "actions", 0, "value", value=f"{CANARY}\0"), FORM),
    "half a surrogate pair": (leaf(signed.click(), "actions", 0, "value", value=f"{CANARY}\ud800"), FORM),
    "half a surrogate pair in a key": (leaf(signed.click(), "\ud800", value=1), FORM),
    "a field twice": (GOOD + b"&command=%2Fother", FORM),
    "too many fields": (GOOD + b"&a=1" * 100, FORM),
    "percent signs that are no UTF-8": (GOOD + b"&more=%ff%fe", FORM),
    "a percent sign that begins no byte": (GOOD + b"&more=%zz", FORM),
    "a percent sign at the end": (GOOD + b"&more=%", FORM),
    "a command that we have not": (signed.command(command="/other", text=CANARY), FORM),
    "a command without a user": (signed.command(user_id=""), FORM),
    "a command that is none": (signed.command(command=CANARY), FORM),
    "a challenge that is none": (b'{"type": "url_verification", "challenge": ["marmalade"]}', JSON),
    "an event that is none": (json.dumps(signed.event(event=[CANARY])).encode(), JSON),
}


@pytest.mark.parametrize("family", SENSELESS)
async def test_what_slack_signed_but_makes_no_sense_is_400_and_reaches_nobody(
    slack: Slack, listeners: Listeners, family: str
) -> None:
    status, text = await slack.send(*SENSELESS[family])

    assert (status, text) == (400, "")
    assert listeners.runs == 0
    assert CANARY not in slack.log.getvalue()


async def test_signed_bytes_that_are_no_utf_8_are_refused(slack: Slack, listeners: Listeners) -> None:
    status, _ = await slack.send(b"command=%2Fmfa&text=\xff\xfe")

    assert status in (400, 401)
    assert listeners.runs == 0
