"""Ten thousand requests that Slack never made: no listener runs, no fault is ours, nothing of them is logged (X1)."""

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from random import Random

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import Metrics
from handlers import edge
from handlers.web import application
from tests.support.attacks import times
from tests.support.edge import CANARY, NOW, Installed, Listeners
from tests.support.forged import FAMILIES
from tests.support.serving import listening
from tests.support.signed import SECRET
from tests.support.volley import exchange

EACH = times(20, full=834)
AT_ONCE = 64


@pytest_asyncio.fixture
async def served(log: io.StringIO) -> AsyncIterator[tuple[int, Listeners]]:  # noqa: ARG001  before anything is logged
    """The port of an edge with listeners to everything, and the listeners."""
    listeners = Listeners()
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    app = edge.bolt_app([listeners], client, Installed().authorize)
    made = edge.Edge(app, signing_secret=SECRET, now=lambda: datetime.fromtimestamp(NOW, UTC), body_s=0.2)
    web_app = application(Metrics(), most_bytes=edge.MOST_BYTES)
    web_app.add_routes(made.routes())
    async with listening(web_app) as listener:
        yield int(listener.address.rpartition(":")[2]), listeners


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.attack("T1", "forged and fuzzed Slack requests, 12 families: no handler runs, no 5xx, nothing in the log")
async def test_what_slack_never_made_reaches_nobody_and_no_log(
    served: tuple[int, Listeners], log: io.StringIO, family: str, tally: Callable[[int, int], None]
) -> None:
    port, listeners = served
    chance = Random(family)  # noqa: S311  no secret
    left = iter([FAMILIES[family](chance) for _ in range(EACH)])
    statuses = Counter[int]()

    async def sends() -> None:
        for request in left:
            statuses.update(await exchange(port, request))

    await asyncio.gather(*(sends() for _ in range(AT_ONCE)))

    refused = sum(count for status, count in statuses.items() if 400 <= status < 500)
    leaks = log.getvalue().count(CANARY) + log.getvalue().count(SECRET)
    tally(EACH, EACH if not leaks and not listeners.runs else 0)
    assert refused == sum(statuses.values()) == EACH, statuses
    assert listeners.runs == 0
    assert leaks == 0
