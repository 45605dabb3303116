"""The API as relying apps see it: over HTTP, with a real database behind it."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import asyncpg
import pytest

from bot.core.apps import Scope
from bot.core.faults import DatabaseAway
from bot.core.people import Person, Profile, Standing
from storage.pool import Pool
from tests.support.api import RelyingApp, api_of
from tests.support.database import Database
from tests.support.services import HOME, Services, enroll, make_key, on_this_pool
from tests.support.serving import serving

SAID = {"Allow", "Cache-Control", "Content-Length", "Content-Type", "Date", "Retry-After", "WWW-Authenticate"}
"""All the fields that an answer may have."""


def failing(fault: Exception) -> Callable[..., Awaitable[object]]:
    async def fails(*_arguments: object, **_more: object) -> object:
        raise fault

    return fails


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


async def test_nobody_keeps_an_answer_and_no_answer_says_what_software_it_is(
    payroll: RelyingApp, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = RelyingApp(payroll.http, payroll.url, await make_key(services, "slow", rate_per_s=1))
    reads = RelyingApp(payroll.http, payroll.url, await make_key(services, "reads", scopes=frozenset({Scope.READ})))
    answers = [
        await payroll.ask("GET", "/v1/openapi.json", Authorization=""),
        await payroll.verify("123456"),
        await payroll.factor(),
        await slow.factor(),
        await slow.factor(),
        await reads.verify("123456"),
        await payroll.post("{"),
        await payroll.post("x" * 9000),
        await payroll.ask("GET", "/v1/factors", Authorization=""),
        await payroll.factor("slack_id=U0NOBODY"),
        await payroll.ask("GET", "/v1/nothing"),
        await payroll.ask("PUT", "/v1/factors"),
    ]
    for fault in (DatabaseAway("away"), RuntimeError("a bug")):
        monkeypatch.setattr(services.verification, "factor", failing(fault))
        answers.append(await payroll.factor())

    statuses = [200, 200, 200, 200, 429, 403, 422, 413, 401, 404, 404, 405, 503, 500]
    assert [one.status for one in answers] == statuses
    assert all(one.headers["Cache-Control"] == "no-store" for one in answers)
    assert {name for one in answers for name in one.headers} <= SAID
    refused = [one for one in answers if one.status != 200]
    assert {one.headers["Content-Type"].split(";")[0] for one in refused} == {"application/problem+json"}


@pytest.mark.parametrize("sent", [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 10_000 + b"\r\n\r\n"])
async def test_what_is_no_http_is_not_told_the_software_either(url: str, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))

    writer.write(sent)
    told = (await reader.read()).decode()
    writer.close()

    assert told.startswith("HTTP/1.0 400 ")
    assert "aiohttp" not in told
    assert "Python" not in told


async def test_without_the_database_nothing_is_said_about_the_code_or_the_key(
    payroll: RelyingApp, services: Services, ada: Person
) -> None:
    _, phone = await enroll(services, ada)
    away = Pool("postgresql://mfabot@127.0.0.1:1/mfabot")

    async with serving(api_of(on_this_pool(services, away))) as url:
        alone = RelyingApp(payroll.http, url, payroll.key)
        answers = [await alone.verify(phone.code()), await alone.factor(), await alone.post("{")]
        no_key = await alone.ask("GET", "/v1/factors", Authorization="")

    assert [one.status for one in answers] == [503, 503, 503]
    assert {one.headers["Retry-After"] for one in answers} == {"1"}
    assert all(set(one.body) == {"type", "title", "status", "detail"} for one in answers)
    assert no_key.status == 401
    assert (await payroll.verify(phone.code())).body["reason"] == "code_reused"  # the confirming code, used by it


async def test_a_busy_row_answers_503_within_3_s_and_the_code_is_still_good(
    services: Services, ada: Person, database: Database, http: aiohttp.ClientSession
) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    key = await make_key(services)
    pool = Pool(database.program)  # as patient as the bot's, and no more
    holder = await asyncpg.connect(database.owner)

    async with serving(api_of(on_this_pool(services, pool))) as url:
        payroll = RelyingApp(http, url, key)
        async with holder.transaction():
            await holder.execute("SELECT FROM factor FOR UPDATE")
            async with asyncio.timeout(3):
                during = await payroll.verify(phone.code())
        after = await payroll.verify(phone.code())
    await holder.close()
    await pool.close()

    assert during.status == 503
    assert after.body == answer("accepted", method="totp")
