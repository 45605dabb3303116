"""The connection to Slack: kept, changed over without a gap, watched, and drained (R5, R7)."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.slack import StandIn, sockets
from tests.support import signed
from tests.support.edge import Listeners
from tests.support.settings import APP_TOKEN
from tests.support.socket import Connected, Held, connecting, holds

OPEN = "apps.connections.open"
TAKEN = (200, "")


@pytest.fixture
def gate() -> Held:
    return Held()


@pytest_asyncio.fixture
async def held(standin: StandIn, gate: Held, log: io.StringIO) -> AsyncIterator[Connected]:
    """Connected for long enough to be called steady, with listeners that wait."""
    async with connecting(gate, log, standin) as connected:
        await connected.until_open()
        for _ in range(4):
            await connected.ten_seconds()
        yield connected


async def click(slack: Connected) -> tuple[int, Any]:
    return await slack.send("interactive", signed.click())


async def test_slack_that_is_away_at_the_start_is_asked_until_it_answers(
    standin: StandIn, listeners: Listeners, log: io.StringIO
) -> None:
    standin.faults.status(OPEN, 503, times=2)
    standin.faults.reset(OPEN)
    standin.faults.error(OPEN, "internal_error")

    async with connecting(listeners, log, standin) as slack:
        await slack.until_open()
        answer = await click(slack)

    assert answer == TAKEN
    assert [call.outcome for call in standin.calls.of(OPEN)] == ["503", "503", "reset", "internal_error", "ok"]


async def test_a_token_that_slack_refuses_is_said_so_without_it(
    standin: StandIn, listeners: Listeners, log: io.StringIO
) -> None:
    standin.app_token = "xapp-1-another"

    async with connecting(listeners, log, standin) as slack:
        await standin.calls.wait_for(OPEN, 2)
        standin.app_token = APP_TOKEN
        await slack.until_open()

    assert '"fault": "invalid_auth"' in log.getvalue()
    assert APP_TOKEN not in log.getvalue()


async def test_an_address_that_serves_no_more_is_not_tried_for_ever(
    standin: StandIn, listeners: Listeners, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "TICKET_LIVES", timedelta(-1))

    async with connecting(listeners, log, standin, connect_s=0.3) as slack:
        await standin.calls.wait_for(OPEN, 1)
        monkeypatch.undo()
        await slack.until_open()
        answer = await click(slack)

    assert answer == TAKEN
    assert '"event": "the SDK failed in connect"' in log.getvalue()
    assert "ticket=" not in log.getvalue()


@pytest.mark.parametrize("why", ["lost", "told"])
async def test_a_connection_that_ends_is_replaced(slack: Connected, why: str) -> None:
    if why == "lost":
        slack.standin.sockets.cut()
    else:
        await slack.standin.sockets.hang_up()

    await slack.until_open(2)
    assert await click(slack) == TAKEN
    assert slack.counted.over == [why]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_before_an_announced_end_the_next_connection_stands_and_nothing_is_lost(
    held: Connected, gate: Held, reason: str
) -> None:
    running = asyncio.create_task(click(held))
    await gate.begun.wait()

    await held.standin.sockets.announce_end(reason)
    await held.standin.until(lambda: len(held.standin.sockets.open) == 2)
    gate.let_go.set()
    answers = [await click(held), await running]
    await held.standin.until(lambda: len(held.standin.sockets.open) == 1)

    assert answers == [TAKEN, TAKEN]
    assert gate.runs == 2
    assert held.counted.over == ["told"]


async def test_a_connection_over_which_no_ping_comes_back_is_replaced(slack: Connected) -> None:
    slack.standin.sockets.silent = True
    while not slack.counted.over:
        slack.clock.forward(1)
        await asyncio.sleep(0)
    age_s = slack.socket.ping_age_s()
    await slack.until_open(2)

    slack.standin.sockets.silent = False
    await slack.ten_seconds()

    assert slack.counted.over == ["silent"]
    assert age_s > 40
    assert await click(slack) == TAKEN


async def test_a_connection_whose_pings_come_back_stays(slack: Connected) -> None:
    for _ in range(8):
        await slack.ten_seconds()

    assert slack.counted.over == []
    assert slack.standin.sockets.opened == 1


async def test_slacks_own_pings_are_answered(slack: Connected) -> None:
    await slack.standin.sockets.ping()

    await slack.standin.until(lambda: slack.standin.sockets.open[0].pongs)


async def test_with_ten_others_connected_it_waits_until_one_of_them_leaves(
    standin: StandIn, listeners: Listeners, log: io.StringIO
) -> None:
    async with aiohttp.ClientSession() as http:
        others = [await http.ws_connect(standin.sockets.issue()) for _ in range(10)]
        async with connecting(listeners, log, standin) as slack:
            await standin.calls.wait_for(OPEN, 3)
            turned_away = not slack.socket.state()["connected"]
            await others[0].close()
            await holds(lambda: slack.socket.state()["connected"])

    assert turned_away
    assert slack.counted.over == []


async def test_an_answer_that_cannot_be_sent_any_more_is_counted_and_breaks_nothing(
    held: Connected, gate: Held
) -> None:
    held.standin.settings.patience_s = 0.1
    running = asyncio.create_task(click(held))
    await gate.begun.wait()

    held.standin.sockets.cut()
    await held.standin.until(lambda: held.standin.sockets.opened == 2)
    gate.let_go.set()
    await held.counted.changes.until(lambda: held.counted.outcomes["not sent"])

    assert await running == (0, "http_timeout")
    held.standin.settings.patience_s = 3.0
    assert await click(held) == TAKEN
    assert '"exception"' not in held.log.getvalue()


async def test_at_the_end_what_came_is_answered_and_nothing_comes_any_more(held: Connected, gate: Held) -> None:
    running = asyncio.create_task(click(held))
    await gate.begun.wait()

    stopping = asyncio.create_task(held.stop())
    await holds(held.keeping.done)
    await held.standin.sockets.ping()
    await held.standin.until(lambda: held.standin.sockets.open[0].pongs)
    gate.let_go.set()
    answer = await running
    await stopping
    await held.standin.until(lambda: not held.standin.sockets.open)

    assert answer == TAKEN
    assert await click(held) == (0, "connection_failed")
    assert gate.runs == 1
