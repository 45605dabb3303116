"""What the API refuses, in which order, and that it says no more than that."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.apps import Key, LookupBy, Scope
from tests.support.api import RelyingApp
from tests.support.services import Services, make_key


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


async def test_a_flood_hears_429_and_when_to_come_again_and_nobody_else_does(
    payroll: RelyingApp, services: Services
) -> None:
    flooding = RelyingApp(payroll.http, payroll.url, await make_key(services, "flooding", rate_per_s=5))

    *flood, quiet = await asyncio.gather(*(flooding.factor() for _ in range(50)), payroll.factor())

    refused = [one for one in flood if one.status != 200]
    assert [one.status for one in refused] == [429] * 45
    assert {one.headers["Retry-After"] for one in refused} == {"1"}
    assert quiet.status == 200


async def test_a_key_that_may_not_look_people_up_by_e_mail_learns_nothing_by_it(
    payroll: RelyingApp, services: Services
) -> None:
    by_id = await make_key(services, "by-id", lookups=frozenset({LookupBy.SLACK_ID}))
    asking = RelyingApp(payroll.http, payroll.url, by_id)

    refused = [
        await asking.verify("123456", email="ada@example.com"),
        await asking.verify("123456", email="nobody@example.com"),
        await asking.factor("email=ada%40example.com"),
        await asking.factor("email=nobody%40example.com"),
    ]
    allowed = await asking.factor("slack_id=U0ADA")

    assert [one.status for one in refused] == [403] * 4
    assert len({str(one.body) for one in refused}) == 1
    assert allowed.status == 200


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
    ("method", "path", "takes"),
    [("GET", "/v1/verifications", "POST"), ("POST", "/v1/factors", "GET"), ("HEAD", "/v1/factors", "GET")],
)
async def test_other_methods_are_refused(payroll: RelyingApp, method: str, path: str, takes: str) -> None:
    async with payroll.http.request(method, payroll.url + path) as response:
        assert (response.status, response.content_type) == (405, "application/problem+json")
        assert response.headers["Allow"] == takes
        assert method == "HEAD" or (await response.json(content_type=None))["title"] == "Method Not Allowed"


@pytest.mark.parametrize("path", ["/v1/", "/v1/factor", "/v1/verifications/", "/v1/factors/U0ADA"])
async def test_an_address_that_is_none_is_a_problem_in_json(payroll: RelyingApp, path: str) -> None:
    answer = await payroll.ask("GET", path)

    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.body == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
    }


async def test_an_error_of_ours_is_a_problem_in_json_and_tells_nothing_of_itself(
    payroll: RelyingApp, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("marmalade")

    monkeypatch.setattr(services.verification, "check", fails)

    answer = await payroll.verify("123456")

    assert answer.status == 500
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.body["title"] == "Internal Server Error"
    assert "marmalade" not in str(answer.body)
