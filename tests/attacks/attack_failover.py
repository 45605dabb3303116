"""The database restarts, or dies and its standby takes over, while an application asks: no lie, back by itself (R6).

One whole process of the bot is asked: its pool, the connection of the batches, the queue's. None of it is started anew.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.core.people import Person
from bot.sandbox.slack import StandIn
from tests.support.asking import Asking, asking
from tests.support.attacks import times
from tests.support.database import PROGRAM, Database
from tests.support.people import ADA
from tests.support.servers import Pair, Server, standby_of, wait_for_each_commit
from tests.support.services import Services
from tests.support.working import delivered, shredded, start

BACK_WITHIN_S = 30
HARM_WITHIN_S = 20
QUESTIONS = 30
"""So many are turned away before the database is back."""
RESTARTS = times(2, full=20)


@pytest_asyncio.fixture
async def database(own_server: Server) -> Database:
    return await own_server.migrated()


@pytest.fixture
def pair(own_server: Server, database: Database) -> Iterator[Pair]:  # noqa: ARG001  it is copied
    with standby_of(own_server) as made:
        yield made


async def harmed(asked: Asking, harm: Callable[[], Awaitable[None]]) -> float:
    """Do *harm* while questions are asked; return how many seconds after it all were answered again."""

    async def harming() -> float:
        await harm()
        return time.monotonic()

    await asked.round()
    async with asyncio.timeout(HARM_WITHIN_S + BACK_WITHIN_S):
        task = asyncio.create_task(harming())
        while not task.done():
            await asked.round()
        await asked.round()  # which has begun after it
    back_s = time.monotonic() - await task
    await asked.none_is_accepted_again()
    return back_s


async def the_queue_works(services: Services, slack: StandIn, person: Person) -> None:
    """Have a QR code come and go."""
    enrollment_id = await start(services.enrollments, person)
    await slack.until(lambda: delivered(slack), BACK_WITHIN_S)
    await services.enrollments.cancel(enrollment_id, by=person.person_id)
    await slack.until(lambda: shredded(slack), BACK_WITHIN_S)


@pytest.mark.timeout(1800)
@pytest.mark.attack("T14", "the database restarts while people sign in: no false answer, and all answered within 30 s")
async def test_while_the_database_restarts_every_answer_is_right_or_503(
    own_server: Server,
    database: Database,
    slack: StandIn,
    tmp_path: Path,
    tally: Callable[[int, int], None],
    seen: Callable[[str], None],
) -> None:
    async with asking(database.program, database, slack, tmp_path) as asked:

        async def restarts() -> None:
            await own_server.stops()
            await asked.is_turned_away(QUESTIONS)
            await own_server.starts()

        ada = await asked.services.people.save(ADA)
        backs = [await harmed(asked, restarts) for _ in range(RESTARTS)]
        await the_queue_works(asked.services, slack, ada)

    print("\n", dict(asked.heard))  # noqa: T201
    assert asked.lies == []
    seen(f"back after {max(backs):.1f} s at most; {asked.heard.total():,} answers, {asked.heard['503']:,} of them 503")
    tally(RESTARTS, RESTARTS)


@pytest.mark.timeout(600)
@pytest.mark.attack(
    "T14", "the primary is killed and its standby takes over while people sign in: no false answer, back within 30 s"
)
async def test_when_a_standby_takes_over_every_answer_is_right_or_503(
    pair: Pair, database: Database, slack: StandIn, tmp_path: Path, seen: Callable[[str], None]
) -> None:
    await wait_for_each_commit(pair)

    async with asking(pair.dsn(PROGRAM), database, slack, tmp_path) as asked:

        async def fails_over() -> None:
            pair.primary.is_killed()
            await asked.is_turned_away(QUESTIONS)  # of the standby, which takes no writes yet
            await pair.takes_over()

        ada = await asked.services.people.save(ADA)
        back_s = await harmed(asked, fails_over)
        await the_queue_works(asked.services, slack, ada)

    print("\n", dict(asked.heard))  # noqa: T201
    assert asked.lies == []
    seen(f"back after {back_s:.1f} s; {asked.heard.total():,} answers, {asked.heard['503']:,} of them 503")
