"""Socket Mode: what comes over HTTP otherwise comes in envelopes over websockets, and is acknowledged there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientWebSocketResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Reply, StandIn
from tests.support.clock import Clock
from tests.support.tiny_bot import TinyBot

APP_TOKEN = "xapp-1-A0-sandbox"
BOT_TOKEN = "xoxb-sandbox-1"


@pytest.fixture
def standin(standin: StandIn) -> StandIn:
    standin.app_token = APP_TOKEN
    return standin


class Socket:
    """An app of a few lines, at the other end."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws

    async def next(self) -> dict[str, Any]:
        told: dict[str, Any] = await self.ws.receive_json()
        return told

    async def answers(self, doing: asyncio.Task[Reply], **payload: object) -> tuple[dict[str, Any], Reply]:
        """Acknowledge what comes next, and return it with what came of it."""
        envelope = await self.next()
        acknowledgement = {"envelope_id": envelope["envelope_id"]}
        await self.ws.send_json(acknowledgement | ({"payload": payload} if payload else {}))
        return envelope, await doing


@pytest_asyncio.fixture
async def url(standin: StandIn, slack: AsyncWebClient) -> str:
    assert standin.app_token
    return str((await slack.apps_connections_open(app_token=standin.app_token))["url"])


@pytest_asyncio.fixture
async def socket(http: ClientSession, url: str) -> AsyncIterator[Socket]:
    async with http.ws_connect(url, autoping=False) as ws:
        opened = Socket(ws)
        assert (await opened.next())["type"] == "hello"
        yield opened


async def connect(standin: StandIn, slack: AsyncWebClient, http: ClientSession) -> Socket:
    answer = await slack.apps_connections_open(app_token=standin.app_token or "")
    return Socket(await http.ws_connect(answer["url"]))


@pytest.mark.parametrize(
    ("token", "place", "error"),
    [
        (BOT_TOKEN, "header", "not_allowed_token_type"),
        ("xapp-other", "header", "invalid_auth"),
        (APP_TOKEN, "body", "not_authed"),
    ],
)
async def test_only_the_apps_own_token_opens_a_websocket_and_only_from_the_header(
    standin: StandIn, http: ClientSession, token: str, place: str, error: str
) -> None:
    headers = {"Authorization": f"Bearer {token}"} if place == "header" else {}
    data = {"token": token} if place == "body" else {}

    answer = await http.post(f"{standin.base_url}/api/apps.connections.open", headers=headers, data=data)

    assert await answer.json() == {"ok": False, "error": error}


async def test_without_socket_mode_there_is_no_websocket(standin: StandIn, slack: AsyncWebClient) -> None:
    standin.app_token = None

    with pytest.raises(SlackApiError, match="invalid_auth"):
        await slack.apps_connections_open(app_token=APP_TOKEN)


@pytest.mark.parametrize("how", ["twice", "late", "made up"])
async def test_a_ticket_serves_once_and_not_for_long(
    standin: StandIn, http: ClientSession, url: str, clock: Clock, how: str
) -> None:
    if how == "twice":
        await (await http.ws_connect(url)).close()
    elif how == "late":
        clock.forward(31)
    else:
        url = f"{standin.base_url}/link/?ticket=x"

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(url)


async def test_slack_greets_with_the_app_and_the_number_of_connections(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession
) -> None:
    first, second = [await connect(standin, slack, http) for _ in range(2)]

    hellos = [await first.next(), await second.next()]

    assert [hello["type"] for hello in hellos] == ["hello", "hello"]
    assert [hello["num_connections"] for hello in hellos] == [1, 2]
    assert hellos[0]["connection_info"] == {"app_id": "A0MFABOT"}


async def test_a_command_comes_as_an_object_and_its_answer_is_shown(
    standin: StandIn, socket: Socket, tiny_bot: TinyBot
) -> None:
    typing = asyncio.create_task(standin.command("U0ADA", "/mfa", "help"))

    envelope, reply = await socket.answers(typing, text="All is well")

    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (envelope["payload"]["command"], envelope["payload"]["text"]) == ("/mfa", "help")
    assert "retry_attempt" not in envelope
    assert (reply.status, reply.body) == (200, {"text": "All is well"})
    assert standin.workspace.messages("U0ADA")[-1].text == "All is well"
    assert tiny_bot.received == []
    assert standin.problems == []


async def test_an_event_says_which_try_it_is_and_is_sent_again_until_it_is_acknowledged(
    standin: StandIn, socket: Socket, clock: Clock
) -> None:
    standin.settings.patience_s = 0.05
    await standin.open_home("U0ADA")
    standin.settings.patience_s = 3.0
    unanswered = [await socket.next(), await socket.next()]
    clock.forward(60)
    due = asyncio.create_task(standin.deliver_due())
    envelope = await socket.next()
    await socket.ws.send_json({"envelope_id": envelope["envelope_id"]})

    sent = await due

    tries = [(one["retry_attempt"], one["retry_reason"]) for one in (*unanswered, envelope)]
    assert tries == [(0, ""), (1, "timeout"), (2, "timeout")]
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert len({one["payload"]["event_id"] for one in (*unanswered, envelope)}) == 1
    assert len({one["envelope_id"] for one in (*unanswered, envelope)}) == 3
    clock.forward(3600)
    assert (sent, await standin.deliver_due()) == (1, 0)


async def test_without_an_acknowledgement_or_a_connection_the_person_sees_a_failure(
    standin: StandIn, socket: Socket
) -> None:
    standin.settings.patience_s = 0.05
    late = await standin.command("U0ADA", "/mfa")
    await socket.ws.close()
    await standin.until(lambda: not standin.sockets.open)

    nobody = await standin.command("U0ADA", "/mfa")

    assert late.shown == "/mfa failed with the error “operation_timeout”"
    assert nobody.shown == "/mfa failed with the error “dispatch_failed”"


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"envelope_id": "x"}', '{"envelope_id": "x", "more": 1}', '{"ok": true}']
)
async def test_what_acknowledges_nothing_is_a_problem(standin: StandIn, socket: Socket, text: str) -> None:
    await socket.ws.send_str(text)

    await standin.until(lambda: standin.problems)
    assert standin.problems[0].startswith("socket: ")


async def test_an_answer_to_an_event_is_a_problem(standin: StandIn, socket: Socket) -> None:
    standin.settings.patience_s = 0.05
    opening = asyncio.create_task(standin.open_home("U0ADA"))
    envelope = await socket.next()

    await socket.ws.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "Hi"}})
    await standin.until(lambda: "socket: a payload where none is accepted" in standin.problems)
    await opening


async def test_ten_connections_take_turns_and_an_eleventh_is_one_too_many(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession
) -> None:
    sockets = [await connect(standin, slack, http) for _ in range(10)]
    for socket in sockets:
        await socket.next()
    standin.settings.patience_s = 0.01

    eleventh = await connect(standin, slack, http)
    for _ in sockets:
        await standin.command("U0ADA", "/mfa")

    assert (await eleventh.next())["reason"] == "too_many_websockets"
    assert [(await socket.next())["type"] for socket in sockets] == ["slash_commands"] * 10


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_an_end_is_told_and_then_what_comes_takes_another_connection(
    standin: StandIn, slack: AsyncWebClient, http: ClientSession, socket: Socket, reason: str
) -> None:
    await standin.sockets.announce_end(reason)
    told = await socket.next()
    other = await connect(standin, slack, http)
    await other.next()
    typing = [asyncio.create_task(standin.command("U0ADA", "/mfa")) for _ in range(2)]
    for _ in typing:
        await other.answers(typing[0])

    await asyncio.gather(*typing)
    closing = asyncio.create_task(standin.sockets.hang_up())

    assert (told["type"], told["reason"]) == ("disconnect", reason)
    assert (await socket.ws.receive()).type is aiohttp.WSMsgType.CLOSE
    await closing
    assert not other.ws.closed


async def test_pings_are_answered_and_sent(standin: StandIn, socket: Socket) -> None:
    await socket.ws.ping(b"sdk-ping-pong:1")
    pong = await socket.ws.receive()
    await standin.sockets.ping()
    ping = await socket.ws.receive()
    await socket.ws.pong(ping.data)

    await standin.until(lambda: standin.sockets.open[0].pongs)
    assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")
    assert ping.type is aiohttp.WSMsgType.PING
