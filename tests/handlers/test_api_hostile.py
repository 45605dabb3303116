"""The API asked by who means it ill, or hangs up, or comes three hundred times at once: no 5xx but 503, and no yes."""

import asyncio
import gzip
import io
import json
from collections import Counter
from contextlib import suppress

import aiohttp
import pytest

from bot.core.people import Person
from tests.support.api import Answer, RelyingApp, api_of
from tests.support.services import Services, enroll
from tests.support.serving import serving

ADA = '{"slack_id": "U0ADA"}'
CANARY = "hunter2"
GOOD = f'{{"user": {ADA}, "code": "000000"}}'
JSON = {"Content-Type": "application/json"}


def deep(levels: int, inner: str = "1") -> str:
    return "[" * levels + inner + "]" * levels


def deep_objects(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    "body",
    [
        deep(4000),
        deep_objects(1300),
        f'{{"user": {deep(2000)}, "code": "1"}}',
        f'{{"user": {deep_objects(1000)}, "code": "1"}}',
        f'{{"user": {ADA}, "code": {deep(2000)}}}',
        f'{{"user": {ADA}, "code": {deep_objects(1000)}}}',
        f'{{"user": {ADA}, "code": 1e999}}',
        f'{{"user": {ADA}, "code": {"9" * 4000}}}',
        f'{{"user": {ADA}, "code": -0.0}}',
        f'{{"user": {ADA}, "code": true}}',
        f'{{"user": {ADA}, "code": {{"$ne": ""}}}}',
        f'{{"user": [{ADA}], "code": "1"}}',
        f'[{{"user": {ADA}, "code": "1"}}]',
        '{"user": {"slack_id": ["U0ADA", "U0EVE"]}, "code": "1"}',
        '{"user": {"slack_id": {"$ne": null}}, "code": "1"}',
        '{"user": {"slack_id": null, "email": null}, "code": "1"}',
        '{"slack_id": "U0ADA", "code": "1"}',
        '{"user": {"slack_id": "U0ADA", "code": "1"}}',
        f'{{"user": {ADA}, "code": "1", "result": "accepted"}}',
        f'{{"user": {ADA}, "code": "1", "__proto__": {{"admin": true}}}}',
        f'{{"user": {ADA}, "Code": "1"}}',
        GOOD + GOOD,
        GOOD + "\0",
        "\ufeff" + GOOD,
        GOOD.replace('"', "'"),
        GOOD.replace("}", ",}"),
        "/* */" + GOOD,
        b"\xff\xfe" + GOOD.encode("utf-16-le"),
        gzip.compress(GOOD.encode(), mtime=0),
        b"\x80" * 100,
    ],
)
async def test_a_body_that_is_no_question_is_422_and_touches_nobody(
    payroll: RelyingApp, services: Services, ada: Person, body: str | bytes
) -> None:
    await enroll(services, ada)

    answer = await payroll.post(body)

    assert_problem(answer, 422)
    assert answer.body["errors"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/vnd.api+json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "a" * 4000},
        {"Content-Type": "/"},
        {"Content-Type": ""},
    ],
)
async def test_what_is_not_sent_as_json_is_422(payroll: RelyingApp, headers: dict[str, str]) -> None:
    assert_problem(await payroll.post(GOOD, **headers), 422)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "slack_id=U0ADA&email=ada%40example.com",
        "slack_id=U0ADA&slack_id=U0ADA",
        "slack_id[]=U0ADA",
        "slack_id[$ne]=",
        "SLACK_ID=U0ADA",
        "user=U0ADA",
        "user.slack_id=U0ADA",
        "slack_id=U0ADA;email=a@b",
        "slack_id=U0ADA%00",
        "slack_id=U0ADA%0d%0aX-Admin:%201",
        "slack_id=%ff%fe",
        "slack_id=%",
        "slack_id=" + "U" * 7000,
        "email=" + "%F0%9F%92%A5" * 500,
        "email=a@b@c",
        "email=%20a@b",
        f"slack_id=U0ADA&key={CANARY}",
        "&" * 2000,
        "slack_id=U0ADA" + "".join(f"&a{n}=1" for n in range(900)),
    ],
)
async def test_a_query_that_names_nobody_is_422(payroll: RelyingApp, query: str) -> None:
    assert_problem(await payroll.factor(query), 422)


async def test_the_key_counts_in_its_own_header_alone(payroll: RelyingApp, log: io.StringIO) -> None:
    spelled = payroll.key.spelled
    with_key_in_body = json.dumps({"user": {"slack_id": "U0ADA"}, "code": "1", "key": spelled})
    elsewhere: list[dict[str, str]] = [
        {"X-Api-Key": spelled},
        {"Cookie": f"Authorization=Bearer {spelled}"},
        {"Proxy-Authorization": f"Bearer {spelled}"},
    ]
    none = {"Authorization": ""}

    answers = [
        *[await payroll.ask("GET", "/v1/factors?slack_id=U0ADA", **none, **headers) for headers in elsewhere],
        await payroll.ask("GET", f"/v1/factors?slack_id=U0ADA&access_token={spelled}", **none),
        await payroll.post(with_key_in_body, **none),
        *[
            await payroll.ask("GET", "/v1/factors?slack_id=U0ADA", Authorization=presented)
            for presented in (spelled, f"Token {spelled}", f"Bearer {spelled}, Bearer {spelled}", f"Bearer x{spelled}")
        ],
    ]
    beside = [await payroll.post(with_key_in_body), await payroll.factor(f"slack_id=U0ADA&access_token={spelled}")]

    for answer in answers:
        assert_problem(answer, 401)
    for answer in beside:
        assert_problem(answer, 422)
    assert payroll.key.secret not in str([answers, beside]) + log.getvalue()


@pytest.mark.parametrize("path", ["/v1/verifications", "/v1/factors", "/v1/openapi.json"])
async def test_each_address_takes_one_method(payroll: RelyingApp, path: str) -> None:
    takes = "POST" if path == "/v1/verifications" else "GET"

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} - {takes}:
        answer = await payroll.ask(method, path, body=GOOD, **JSON)
        assert_problem(answer, 405)
        assert answer.headers["Allow"] == takes


async def test_a_huge_body_is_413_wherever_it_is_sent(payroll: RelyingApp) -> None:
    for answer in (
        await payroll.post(GOOD + " " * 8193),
        await payroll.ask("GET", "/v1/factors?slack_id=U0ADA", body="x" * 1_000_000),
        await payroll.post("[" * 1_000_000, Authorization=""),
    ):
        assert_problem(answer, 413)


@pytest.mark.parametrize("expected", ["100-continue", "tea", ""])
async def test_whatever_a_client_expects_it_gets_an_answer_of_the_api(payroll: RelyingApp, expected: str) -> None:
    head = f"Authorization: Bearer {payroll.key.spelled}\r\nExpect: {expected}\r\nConnection: close\r\n"

    told = await spoken(payroll, f"{head}Content-Type: application/json\r\nContent-Length: {len(GOOD)}\r\n\r\n{GOOD}")

    assert b'"result": "not_enrolled"' in told
    assert told.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200" if "100" in expected else b"HTTP/1.1 200")


async def test_who_hangs_up_is_no_error_of_ours_and_holds_nothing(
    payroll: RelyingApp, services: Services, ada: Person, log: io.StringIO
) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    body = json.dumps({"user": {"slack_id": "U0ADA"}, "code": phone.wrong_code()})
    head = f"Authorization: Bearer {payroll.key.spelled}\r\nContent-Type: application/json\r\n"
    whole = f"{head}Content-Length: {len(body)}\r\n\r\n{body}"

    for sent in (
        "",
        head[:30],
        f"{head}Content-Length: 5000\r\n\r\n{body}",
        f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        *[whole] * 30,
    ):
        await spoken(payroll, sent, hang_up=True)
    after = await payroll.verify(confirmed.codes[0])

    assert after.body["method"] == "recovery_code"
    assert '"level": "error"' not in log.getvalue()
    assert '"status": 5' not in log.getvalue()


async def test_who_sends_a_body_drop_by_drop_is_not_waited_for(
    payroll: RelyingApp, services: Services, http: aiohttp.ClientSession
) -> None:
    async with serving(api_of(services, body_s=0.05)) as url:
        slow = RelyingApp(http, url, payroll.key)

        told = await spoken(slow, "Content-Type: application/json\r\nContent-Length: 100\r\n\r\nabc", until=b"}")

    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in told


async def test_of_300_questions_about_one_person_at_once_none_is_a_false_answer_and_others_are_answered(
    payroll: RelyingApp, services: Services, ada: Person, log: io.StringIO
) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    wrong = phone.wrong_code()

    async def innocent() -> list[Answer]:
        return [await payroll.verify("123456", slack_id="U0NOBODY") for _ in range(10)]

    others, answers = await asyncio.gather(innocent(), asyncio.gather(*(payroll.verify(wrong) for _ in range(300))))

    told = Counter(answer.body.get("reason", answer.status) for answer in answers)
    assert set(told) <= {"wrong_code", "throttled", 503}
    assert told["wrong_code"] <= 5
    assert told["throttled"] > 0
    assert [other.body["reason"] for other in others] == ["unknown_user"] * 10
    assert '"level": "error"' not in log.getvalue()


async def spoken(app: RelyingApp, rest: str, *, hang_up: bool = False, until: bytes | None = None) -> bytes:
    """Send a POST whose headers and body are *rest*; return what is answered, or hang up at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(app.url.rpartition(":")[2]))
    try:
        writer.write(f"POST /v1/verifications HTTP/1.1\r\nHost: mfabot\r\n{rest}".encode())
        await writer.drain()
        if hang_up:
            writer.transport.abort()
            return b""
        return await (reader.read() if until is None else reader.readuntil(until))
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def assert_problem(answer: Answer, status: int) -> None:
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.body["type"], answer.body["status"]) == ("about:blank", status)
    assert CANARY not in str(answer.body)
