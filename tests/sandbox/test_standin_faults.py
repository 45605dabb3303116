"""What can be made to go wrong, and how tests wait for what the app does."""

import asyncio
from contextlib import suppress

import aiohttp
import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.slack_samples import PNG


async def test_a_rate_limit_says_how_long_and_passes(standin: StandIn, slack: AsyncWebClient) -> None:
    standin.faults.rate_limit("auth.test", retry_after=7)

    with pytest.raises(SlackApiError) as refused:
        await slack.auth_test()
    await slack.auth_test()

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert refused.value.response["error"] == "ratelimited"
    assert [call.outcome for call in standin.calls.of("auth.test")] == ["429", "ok"]


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["status", "error", "reset", "hang"])
async def test_a_call_can_fail_without_or_after_its_effect(
    standin: StandIn, slack: AsyncWebClient, dm: str, kind: str, when: str, posted: int
) -> None:
    match kind:
        case "status":
            standin.faults.status("chat.postMessage", 503, when=when)
        case "error":
            standin.faults.error("chat.postMessage", "internal_error", when=when)
        case "reset":
            standin.faults.reset("chat.postMessage", when=when)
        case _:
            standin.faults.hang("chat.postMessage", seconds=0.01, when=when)

    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await slack.chat_postMessage(channel=dm, text="Hello")
    await slack.chat_postMessage(channel=dm, text="Hello")

    assert len(standin.workspace.messages("U0ADA")) == posted + 1


async def test_a_fault_lasts_as_often_as_asked_or_until_cleared(standin: StandIn, slack: AsyncWebClient) -> None:
    standin.faults.error("auth.test", "fatal_error", times=2)
    standin.faults.status("*", 500, times=None)
    outcomes = []
    for call in range(5):
        if call == 4:
            standin.faults.clear()
        with suppress(SlackApiError, aiohttp.ClientError):
            await slack.auth_test()
        outcomes.append(standin.calls.of("auth.test")[-1].outcome)

    assert outcomes == ["fatal_error", "fatal_error", "500", "500", "ok"]


async def test_a_slow_call_is_answered_rightly_when_released(standin: StandIn, slack: AsyncWebClient) -> None:
    slow = standin.faults.slow("auth.test")
    call = asyncio.create_task(slack.auth_test())
    await slow.entered.wait()
    before = call.done()

    slow.release()

    assert (await call)["ok"]
    assert not before


async def test_a_client_that_gives_up_does_not_stop_the_stand_in(standin: StandIn, slack: AsyncWebClient) -> None:
    standin.faults.hang("auth.test", times=None)
    slack.timeout = 1

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await slack.auth_test()

    await standin.stop()


async def test_the_upload_of_bytes_can_fail_too(standin: StandIn, slack: AsyncWebClient, http: ClientSession) -> None:
    standin.faults.status("upload", 500)
    promised = await slack.files_getUploadURLExternal(filename="qr.png", length=len(PNG))

    statuses = [(await http.post(promised["upload_url"], data=PNG)).status for _ in range(2)]

    assert statuses == [500, 200]
    assert [call.outcome for call in standin.calls.of("upload")] == ["500", "ok"]


async def test_a_test_can_wait_for_a_call_without_sleeping(standin: StandIn, slack: AsyncWebClient, dm: str) -> None:
    waiting = asyncio.create_task(standin.calls.wait_for("chat.postMessage"))
    await slack.chat_postMessage(channel=dm, text="Hello")

    call = await waiting

    assert (call.outcome, call.arguments["text"]) == ("ok", "Hello")
    assert "xoxb" not in str(call)


async def test_a_test_can_wait_for_the_next_call(standin: StandIn, slack: AsyncWebClient, dm: str) -> None:
    await slack.chat_postMessage(channel=dm, text="First")
    waiting = standin.calls.next("chat.postMessage")
    await slack.chat_postMessage(channel=dm, text="Second")

    assert (await waiting).arguments["text"] == "Second"


async def test_a_test_can_wait_until_something_holds(standin: StandIn, slack: AsyncWebClient, dm: str) -> None:
    waiting = asyncio.create_task(standin.until(lambda: len(standin.workspace.messages("U0ADA")) == 2))
    for text in ("First", "Second"):
        await slack.chat_postMessage(channel=dm, text=text)

    await waiting

    with pytest.raises(TimeoutError):
        await standin.until(lambda: False, timeout_s=0.01)
