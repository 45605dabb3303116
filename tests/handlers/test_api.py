"""The API as relying apps see it: over HTTP, with a real database behind it."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from aiohttp import web

from bot.core.apps import Key, Scope
from bot.core.people import Person, Profile, Standing
from bot.metrics import Metrics
from handlers.api import ApiRoutes
from handlers.edge import MOST_BYTES
from handlers.web import application
from storage.pool import Pool
from tests.support.api import RelyingApp
from tests.support.database import Database
from tests.support.services import HOME, Services, enroll, make_key, on_this_pool
from tests.support.serving import serving


def bot(services: Services) -> web.Application:
    app = application(Metrics(), most_bytes=MOST_BYTES)
    app.add_routes(ApiRoutes(services.verification).routes())
    return app


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture
async def url(services: Services) -> AsyncIterator[str]:
    async with serving(bot(services)) as base:
        yield base


@pytest_asyncio.fixture
async def payroll(services: Services, ada: Person, http: aiohttp.ClientSession, url: str) -> RelyingApp:
    """An app whose user is Ada."""
    assert ada.slack_user_id == "U0ADA"
    return RelyingApp(http, url, await make_key(services))


def answer(result: str, reason: str | None = None, method: str | None = None, wait: int | None = None) -> object:
    return {"result": result, "reason": reason, "method": method, "retry_after_s": wait}


async def test_with_mfa_off_a_sign_in_needs_no_code_and_with_mfa_on_it_needs_one(
    payroll: RelyingApp, services: Services, ada: Person
) -> None:
    before = await payroll.verify("")
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    after = [await payroll.verify(typed) for typed in ("", phone.code(), phone.code())]

    assert before.body == answer("not_enrolled")
    assert [one.body for one in after] == [
        answer("rejected", "invalid_format"),
        answer("accepted", method="totp"),
        answer("rejected", "code_reused"),
    ]
    assert {one.status for one in (before, *after)} == {200}


async def test_a_recovery_code_signs_in_in_any_spelling_and_once(
    payroll: RelyingApp, services: Services, ada: Person
) -> None:
    confirmed, _ = await enroll(services, ada)

    first = await payroll.verify(confirmed.codes[3].lower().replace("-", " "), email="ada@example.com")
    again = await payroll.verify(confirmed.codes[3])

    assert first.body == answer("accepted", method="recovery_code")
    assert again.body == answer("rejected", "wrong_code")


async def test_who_guesses_is_told_how_long_to_wait(payroll: RelyingApp, services: Services, ada: Person) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    wrong = phone.wrong_code()

    guesses = [(await payroll.verify(wrong)).body for _ in range(6)]
    services.clock.forward(seconds=12.5)
    right = await payroll.verify(phone.code())

    assert guesses == [answer("rejected", "wrong_code")] * 5 + [answer("rejected", "throttled", wait=30)]
    assert right.body == answer("rejected", "throttled", wait=18)


async def test_a_suspended_person_is_rejected_with_mfa_and_without(
    payroll: RelyingApp, services: Services, ada: Person
) -> None:
    left = Profile(HOME.team_id, ada.slack_user_id, None, Standing.DELETED, ada.name, ada.email, None)
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    await services.people.save(left)
    verified, factor = await payroll.verify(phone.code()), await payroll.factor()

    assert verified.body == answer("rejected", "suspended")
    assert factor.body["suspended"] is True


async def test_a_stranger_is_rejected_at_sign_in_and_not_found_otherwise(payroll: RelyingApp) -> None:
    verified = await payroll.verify("123456", slack_id="U0NOBODY")
    factor = await payroll.factor("slack_id=U0NOBODY")

    assert verified.body == answer("rejected", "unknown_user")
    assert (factor.status, factor.body["title"]) == (404, "Not Found")


async def test_an_app_may_ask_whether_somebody_has_mfa(payroll: RelyingApp, services: Services, ada: Person) -> None:
    off = await payroll.factor()
    await enroll(services, ada)
    on = await payroll.factor("email=ADA%40example.com&team_id=T0MFA")

    assert off.body == {"enrolled": False, "suspended": False, "since": None, "reset_at": None}
    assert on.body == {"enrolled": True, "suspended": False, "since": "2026-11-24T12:00:00Z", "reset_at": None}
    assert (off.status, on.status) == (200, 200)


async def test_nobody_keeps_an_answer_and_no_answer_says_what_software_it_is(payroll: RelyingApp) -> None:
    answers = [
        await payroll.verify("123456"),
        await payroll.factor(),
        await payroll.post("{"),
        await payroll.post("x" * 9000),
        await payroll.ask("GET", "/v1/factors", Authorization=""),
    ]

    assert [one.status for one in answers] == [200, 200, 422, 413, 401]
    assert all(one.headers["Cache-Control"] == "no-store" for one in answers)
    assert not any("Server" in one.headers for one in answers)
    assert {one.headers["Content-Type"].split(";")[0] for one in answers[2:]} == {"application/problem+json"}


@pytest.mark.parametrize("sent", [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 10_000 + b"\r\n\r\n"])
async def test_what_is_no_http_is_not_told_the_software_either(url: str, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))

    writer.write(sent)
    told = (await reader.read()).decode()
    writer.close()

    assert told.startswith("HTTP/1.0 400 ")
    assert "aiohttp" not in told
    assert "Python" not in told


async def test_what_is_refused_is_refused_in_the_order_of_the_contract(payroll: RelyingApp, services: Services) -> None:
    reads = RelyingApp(payroll.http, payroll.url, await make_key(services, "reads", scopes=frozenset({Scope.READ})))
    slow = RelyingApp(payroll.http, payroll.url, await make_key(services, "slow", rate_per_s=1))

    answers = [
        await payroll.post("x" * 8193, Authorization=""),
        await payroll.post("x" * 8192, Authorization=""),
        await reads.post("{"),
        await slow.post("{"),
        await slow.post("{"),
    ]

    assert [one.status for one in answers] == [413, 401, 403, 422, 429]
    assert answers[1].headers["WWW-Authenticate"] == 'Bearer realm="mfabot"'
    assert answers[4].headers["Retry-After"] == "1"


async def test_a_body_that_grows_without_saying_so_is_refused_too(payroll: RelyingApp) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x" * 1024

    async with payroll.http.post(f"{payroll.url}/v1/verifications", data=endless()) as response:
        assert response.status == 413


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic bWZhYm90OngK",
        "Bearer mfabot_",
        "Bearer mfabot_000000000000_" + "A" * 42,
        "Bearer mfabot_000000000000_" + "A" * 43,
        "Bearer mfabot_000000000000_" + "A" * 44,
        "Bearer MFABOT_000000000000_" + "A" * 43,
        "Bearer mfabot_00000000000%_" + "A" * 43,
        "Bearer mfabot_000000000000_" + "é" * 43,
    ],
)
async def test_what_is_no_live_key_opens_nothing(payroll: RelyingApp, presented: str) -> None:
    answers = [
        await payroll.ask("POST", "/v1/verifications", body="{}", Authorization=presented),
        await payroll.ask("GET", "/v1/factors?slack_id=U0ADA", Authorization=presented),
    ]

    assert [one.status for one in answers] == [401, 401]


async def test_a_key_with_a_letter_changed_or_after_its_app_was_revoked_opens_nothing(
    payroll: RelyingApp, services: Services
) -> None:
    secret = payroll.key.secret
    other = RelyingApp(
        payroll.http, payroll.url, Key(payroll.key.key_id, ("A" if secret[0] != "A" else "B") + secret[1:])
    )

    changed = await other.verify("123456")
    live = await payroll.verify("123456")
    await services.apps.revoke("payroll", by="host:root")
    revoked = await payroll.verify("123456")

    assert [changed.status, live.status, revoked.status] == [401, 200, 401]


async def test_two_keys_at_once_are_none(payroll: RelyingApp) -> None:
    headers = [("Authorization", f"Bearer {payroll.key.spelled}")] * 2

    async with payroll.http.get(f"{payroll.url}/v1/factors?slack_id=U0ADA", headers=headers) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/verifications"), ("POST", "/v1/factors"), ("HEAD", "/v1/factors")]
)
async def test_other_methods_are_refused(payroll: RelyingApp, method: str, path: str) -> None:
    async with payroll.http.request(method, payroll.url + path) as response:
        assert response.status == 405


async def test_without_the_database_nothing_is_said_about_the_code_or_the_key(
    payroll: RelyingApp, services: Services, ada: Person
) -> None:
    _, phone = await enroll(services, ada)
    away = Pool("postgresql://mfabot@127.0.0.1:1/mfabot")

    async with serving(bot(on_this_pool(services, away))) as url:
        alone = RelyingApp(payroll.http, url, payroll.key)
        answers = [await alone.verify(phone.code()), await alone.factor(), await alone.post("{")]
        no_key = await alone.ask("GET", "/v1/factors", Authorization="")

    assert [one.status for one in answers] == [503, 503, 503]
    assert {one.headers["Retry-After"] for one in answers} == {"1"}
    assert all(set(one.body) == {"type", "title", "status", "detail"} for one in answers)
    assert no_key.status == 401
    assert (await payroll.verify(phone.code())).body["reason"] == "code_reused"  # the confirming code, used by it


async def test_a_busy_row_answers_503_within_3_s_and_the_code_is_still_good(
    payroll: RelyingApp, services: Services, ada: Person, database: Database
) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    holder = await asyncpg.connect(database.owner)

    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM factor FOR UPDATE")
            async with asyncio.timeout(3):
                during = await payroll.verify(phone.code())
    finally:
        await holder.close()
    after = await payroll.verify(phone.code())

    assert during.status == 503
    assert after.body == answer("accepted", method="totp")
