"""What fuzzing draws, and for how long: FUZZ_SECONDS in all, a minute among all tests, an hour in `make fuzz`."""

import json
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st

from handlers import api, edge
from tests.support import signed
from tests.support.edge import CANARY, NOW
from tests.support.signed import FORM, JSON

TARGETS = 4
SECONDS = float(os.environ.get("FUZZ_SECONDS", "60")) / TARGETS
ANSWER_S = 0.5
"""A request without its end has no answer, and the connection stays open for a while."""
ROUND = settings(
    max_examples=100,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # to shrink what was found would take longer than to read it
    suppress_health_check=list(HealthCheck),
)

TEXTS = st.text(max_size=40) | st.sampled_from([CANARY, "U0ADA", "\0", "\ud800", "½", "٣", "%", "%zz", "\\x", "000000"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))
PAYLOADS: list[dict[str, Any]] = [signed.click(), signed.submission(), signed.event()]


def over_and_over(run: Callable[[], None]) -> int:
    """Run a Hypothesis test with other seeds until the time is over; return how often."""
    until, rounds = time.monotonic() + SECONDS, 0
    while rounds == 0 or time.monotonic() < until:
        seed(rounds)(run)()
        rounds += 1
    return rounds


@st.composite
def altered(draw: st.DrawFn) -> object:
    """Draw a payload of Slack's of which some leaves or branches are something else."""
    payload = json.loads(json.dumps(draw(st.sampled_from(PAYLOADS))))
    for _ in range(draw(st.integers(0, 3))):
        place, at = payload, draw(st.sampled_from(sorted(payload)))
        while isinstance(place[at], dict) and place[at] and draw(st.booleans()):
            place = place[at]
            at = draw(st.sampled_from(sorted(place)))
        place[at] = draw(VALUES)
    return payload


DEEP = st.sampled_from([10, 500, 1500, 4000, 60_000]).map(lambda levels: b"[" * levels + b"]" * levels)
JSONS = (altered() | VALUES).map(lambda value: json.dumps(value).encode()) | DEEP
FORMS = st.one_of(
    JSONS.map(lambda raw: b"payload=" + raw),
    st.dictionaries(st.sampled_from(["command", "text", "user_id", "team_id", "trigger_id"]) | TEXTS, TEXTS).map(
        lambda fields: "&".join(f"{name}={text}" for name, text in fields.items()).encode("utf-8", "surrogatepass")
    ),
    st.dictionaries(st.sampled_from(["text", "user_id", "channel_id"]), st.text(max_size=60)).map(
        lambda fields: signed.command(**fields)
    ),
)
BODIES = st.binary(max_size=200) | JSONS | FORMS
NAMES = st.sampled_from(
    [
        "Content-Length",
        "Transfer-Encoding",
        "Expect",
        "Upgrade",
        "Connection",
        "Content-Encoding",
        "Host",
        "X-A",
        "Cookie",
    ]
)
SPOILERS = st.binary(min_size=1, max_size=8) | st.sampled_from(
    [b"\r\n", b"\r\n\r\n", b"\0", b":", b" ", b"\n", b"\xff"]
)
FIELD_VALUES = st.sampled_from(["0", "-1", "5", "chunked", "100-continue", "websocket", "close", "gzip", CANARY])
FIELDS = st.lists(st.tuples(NAMES, FIELD_VALUES), max_size=2)


@st.composite
def for_the_edge(draw: st.DrawFn) -> tuple[bytes, bool]:
    """Draw the bytes of a request to the edge, and whether Slack could have signed its body."""
    body = draw(BODIES)
    is_signed = draw(st.booleans())
    kind = draw(st.sampled_from([FORM, JSON, "text/plain", ""]))
    headers = signed.headers(body, at=NOW, content_type=kind, secret=signed.SECRET if is_signed else "another")
    return draw(_request(edge.PATH, body, headers)), is_signed


@st.composite
def for_the_api(draw: st.DrawFn, key: str) -> bytes:
    """Draw the bytes of a request to the API, mostly with a good key."""
    question = st.fixed_dictionaries(
        {"user": VALUES | st.just({"slack_id": "U0ADA"}), "code": VALUES}, optional={CANARY: VALUES}
    ).map(lambda value: json.dumps(value).encode())
    body = draw(st.one_of(question, JSONS, st.binary(max_size=200)))[: 9 * 1024]
    kind = draw(st.sampled_from([JSON, JSON, JSON, FORM]))
    known = draw(st.sampled_from([key, key, key, key[:-1], ""]))
    headers = {"Content-Type": kind, "Authorization": f"Bearer {known}"}
    return draw(_request(draw(st.sampled_from([api.VERIFICATIONS, api.VERIFICATIONS, api.FACTORS])), body, headers))


@st.composite
def _request(draw: st.DrawFn, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Draw a request that carries *body*, whole in most cases, spoiled in the others."""
    method = draw(st.sampled_from(["POST", "POST", "POST", "POST", "GET", "PUT", "HEAD"]))
    fields = [("Host", "mfabot"), ("Connection", "close"), ("Content-Length", str(len(body))), *headers.items()]
    spoiled = draw(st.integers(0, 3)) == 0
    if spoiled:
        fields += draw(FIELDS)
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    whole = head.encode() + body
    if spoiled and draw(st.booleans()):
        at = draw(st.integers(0, len(head)))
        whole = whole[:at] + draw(SPOILERS) + whole[at + draw(st.integers(0, 4)) :]
    return whole


def talk(port: int, request: bytes) -> bytes:
    """Send *request* over a connection of its own; return all that is answered before it ends or falls silent."""
    told = b""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as line:
        try:
            line.sendall(request)
            while piece := line.recv(65536):
                told += piece
        except (ConnectionError, TimeoutError):
            pass
    return told


def statuses(told: bytes) -> list[int]:
    """Return the statuses of the answers in *told*."""
    return [int(found[2:5]) for found in told.split(b"HTTP/1.")[1:] if found[1:2] == b" "]
