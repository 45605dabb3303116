import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox import sample_mfa
from bot.sandbox.sample_app import Payroll
from tests.support.fake_api import ACCEPTED, NEVER, OFF, ON, FakeApi

PEOPLE = [
    {"username": "ada", "password": "wool over eyes", "slack_id": "U0ADA"},
    {"username": "ben", "password": "other wool", "slack_id": "U0BEN"},
]
AWAY = "Try again in a moment"

Browser = TestClient[web.Request, web.Application]


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
async def browser(api: FakeApi) -> AsyncIterator[Browser]:
    """A browser at the sign-in page; the API is another server, reached over HTTP."""
    async with TestServer(api.application()) as server:
        payroll = Payroll(str(server.make_url("/")), "mfabot_1_secret", PEOPLE)
        async with TestClient(TestServer(payroll.application())) as client:
            yield client
        api.closing.set()


def origin_of(browser: Browser) -> str:
    return str(browser.make_url("/")).rstrip("/")


async def post(browser: Browser, path: str, **fields: str) -> tuple[ClientResponse, str]:
    answer = await browser.post(path, data=fields, headers={"Origin": origin_of(browser)})
    return answer, await answer.text()


async def sign_in(browser: Browser, person: dict[str, str] = PEOPLE[0]) -> str:
    return (await post(browser, "/sign-in", **person))[1]


async def is_inside(browser: Browser, session: str | None = None) -> bool:
    """Return whether the browser is signed in, or would be with the *session* of earlier."""
    if session is not None:
        browser.session.cookie_jar.clear()
    answer = await browser.get("/", cookies={} if session is None else {"payroll": session})
    return "Welcome" in await answer.text()


async def test_without_mfa_the_password_signs_in(api: FakeApi, browser: Browser) -> None:
    api.factor = (200, OFF)

    shown = await sign_in(browser)

    assert "Welcome, ada" in shown
    assert "your password." in shown
    assert api.asked == [("Bearer mfabot_1_secret", {"slack_id": "U0ADA"})]


async def test_with_mfa_a_code_is_asked_for_and_an_accepted_one_signs_in(api: FakeApi, browser: Browser) -> None:
    shown = await sign_in(browser)
    assert "Verification code" in shown
    assert not await is_inside(browser)

    _, shown = await post(browser, "/code", code="123 456")

    assert "You signed in with your password and a code." in shown
    assert api.asked[1] == ("Bearer mfabot_1_secret", {"user": {"slack_id": "U0ADA"}, "code": "123 456"})


async def test_signing_out_ends_the_session(api: FakeApi, browser: Browser) -> None:
    api.factor = (200, OFF)
    await sign_in(browser)
    (cookie,) = browser.session.cookie_jar
    assert await is_inside(browser, cookie.value)

    await browser.post("/sign-out", headers={"Origin": origin_of(browser)}, cookies={"payroll": cookie.value})

    assert not await is_inside(browser, cookie.value)


@pytest.mark.parametrize(("username", "password"), [("ada", "wrong"), ("nobody", "wool over eyes"), ("", "")])
async def test_a_wrong_password_and_an_unknown_name_sound_alike(
    api: FakeApi, browser: Browser, username: str, password: str
) -> None:
    shown = await sign_in(browser, {"username": username, "password": password})

    assert "Username or password is wrong." in shown
    assert api.asked == []
    assert not await is_inside(browser)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, {**ON, "suspended": True}), "is suspended"),
        ((200, {**OFF, "suspended": True}), "is suspended"),
        ((404, {"error": "unknown_user"}), "does not know your account"),
        ((503, {"error": "unavailable"}), AWAY),
        ((401, {"error": "unauthorized"}), AWAY),
        ((429, {"error": "rate"}), AWAY),
        ((302, {}), AWAY),
        ((200, {}), AWAY),
        ((200, {"enrolled": False}), AWAY),
        ((200, {"enrolled": None, "suspended": False}), AWAY),
        ((200, {"enrolled": 0, "suspended": 0}), AWAY),
        ((200, []), AWAY),
        ((200, "no json"), AWAY),
        ((503, {**OFF}), AWAY),
    ],
)
async def test_the_password_alone_signs_in_only_when_mfabot_says_so(
    api: FakeApi, browser: Browser, answer: object, sentence: str
) -> None:
    api.factor = answer

    shown = await sign_in(browser)

    assert sentence in shown
    assert not await is_inside(browser)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, {"result": "rejected", "reason": "wrong_code"}), "does not work"),
        ((200, {"result": "rejected", "reason": "code_reused"}), "does not work"),
        ((200, {"result": "rejected", "reason": "invalid_format"}), "six digits"),
        ((200, {"result": "rejected", "reason": "throttled", "retry_after_s": 30}), "Wait 30 seconds"),
        ((200, {"result": "rejected", "reason": "throttled", "retry_after_s": None}), "does not work"),
        ((200, {"result": "rejected", "reason": "throttled", "retry_after_s": "<b>"}), "does not work"),
        ((200, {"result": "rejected", "reason": "locked"}), "Use a recovery code"),
        ((200, {"result": "rejected", "reason": "suspended"}), "is suspended"),
        ((200, {"result": "rejected", "reason": "unknown_user"}), "does not work"),
        ((200, {"result": "rejected", "reason": "some new word"}), "does not work"),
        ((200, {"result": "not_enrolled", "reason": None}), "sign in once more"),
        ((200, {"result": "Accepted", "reason": None}), AWAY),
        ((200, {"result": True}), AWAY),
        ((200, {}), AWAY),
        ((200, ["accepted"]), AWAY),
        ((200, "accepted"), AWAY),
        ((503, ACCEPTED), AWAY),
        ((202, ACCEPTED), AWAY),
        ((422, {"error": "code"}), AWAY),
    ],
)
async def test_whatever_is_not_accepted_signs_nobody_in_and_says_what_to_do(
    api: FakeApi, browser: Browser, answer: object, sentence: str
) -> None:
    await sign_in(browser)
    api.verdict = answer

    response, shown = await post(browser, "/code", code="123456")

    assert response.status == 403
    assert sentence in shown
    assert not await is_inside(browser)


async def test_at_the_code_unknown_wrong_and_used_look_alike(api: FakeApi, browser: Browser) -> None:
    await sign_in(browser)
    shown = set()

    for reason in ("unknown_user", "wrong_code", "code_reused"):
        api.verdict = (200, {"result": "rejected", "reason": reason, "method": None, "retry_after_s": None})
        shown.add((await post(browser, "/code", code="123456"))[1])

    assert len(shown) == 1


async def test_when_mfabot_does_not_answer_in_time_nobody_signs_in(api: FakeApi, browser: Browser) -> None:
    assert sample_mfa.TIMEOUT.total is not None
    assert sample_mfa.TIMEOUT.total <= 3
    await sign_in(browser)
    api.verdict = api.factor = NEVER

    (_, after_code), after_password = await asyncio.gather(
        post(browser, "/code", code="123456"), sign_in(browser, PEOPLE[1])
    )

    assert AWAY in after_code
    assert AWAY in after_password
    assert not await is_inside(browser)


async def test_when_mfabot_is_not_there_nobody_signs_in() -> None:
    nowhere = TestServer(web.Application())
    await nowhere.start_server()
    url = str(nowhere.make_url("/"))
    await nowhere.close()
    async with TestClient(TestServer(Payroll(url, "mfabot_1_secret", PEOPLE).application())) as browser:
        shown = await sign_in(browser)

        assert AWAY in shown
        assert not await is_inside(browser)


async def test_a_code_without_a_password_is_not_even_asked_about(api: FakeApi, browser: Browser) -> None:
    _, shown = await post(browser, "/code", code="123456")

    assert "sign in once more" in shown
    assert api.asked == []


async def test_the_session_cookie_is_new_at_each_step_and_kept_from_scripts(browser: Browser) -> None:
    names = []
    for path, fields in (("/sign-in", PEOPLE[0]), ("/code", {"code": "123456"})):
        headers = {"Origin": origin_of(browser)}
        answer = await browser.post(path, data=fields, headers=headers, allow_redirects=False)
        cookie = answer.cookies["payroll"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        names.append(cookie.value)
    before_code, after_code = names

    assert await is_inside(browser, after_code)
    assert not await is_inside(browser, before_code)


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_a_form_of_another_site_is_refused(api: FakeApi, browser: Browser, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}

    answer = await browser.post("/sign-in", data=PEOPLE[0], headers=headers)

    assert answer.status == 403
    assert api.asked == []
