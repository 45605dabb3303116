"""Every night a worker compares everybody with Slack's list, so that a lost event is made good (X7)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.core.people import Person
from bot.core.sync import next_night
from bot.jobs.queue import Jobs
from bot.sandbox.slack import StandIn
from bot.services.queue import Queue
from tests.support.cast import Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import HOME, Services
from tests.support.syncing import CROWD, folk_of
from tests.support.working import QUICK, shown, start, working

WITHIN_S = 30
RESTING = replace(QUICK, sync_page_s=600)
"""For a worker that is still at its first page when the test looks."""


async def falls(queue: Queue, services: Services) -> None:
    """Let night fall over a bot that has run during the day."""
    await queue.sweep()
    services.clock.at = next_night(services.clock())


async def until_compared(ledger: Ledger) -> None:
    async with asyncio.timeout(WITHIN_S):
        while await ledger.conn.fetchval("SELECT compared_at FROM people_sync") is None:
            pass


async def until_a_page_is_saved(ledger: Ledger) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await ledger.conn.fetchval("SELECT next_cursor FROM people_sync"):
            pass


async def test_a_lost_user_change_is_made_good_in_the_night(
    services: Services, cast: Cast, queue: Queue, slack: StandIn, jobs: Jobs, ledger: Ledger
) -> None:
    async with folk_of(services, slack) as folk:
        folk.has(*(member.profile for member in cast.everybody))
        await falls(queue, services)
        await cast.asks(cast.agent, cast.employee)
        slack.workspace.people[cast.agent.profile.slack_user_id].deleted = True

        jobs.start()
        await until_compared(ledger)

        assert await folk.standing(cast.agent.profile.slack_user_id) == ("deleted", "deactivated")
        assert await folk.standing(cast.employee.profile.slack_user_id) == ("member", None)
    assert await ledger.details("reset.ended") == [{"request": 1, "state": "refused"}]
    assert [one["deactivated"] for one in await ledger.details("people.synced")] == [1]


async def test_it_is_enqueued_once_a_night_over_all_replicas(
    services: Services, queue: Queue, database: Database, slack: StandIn, ledger: Ledger
) -> None:
    other = Queue(services.means, database.program)
    await asyncio.gather(queue.sweep(), other.sweep())
    by_day = await ledger.jobs()
    await falls(queue, services)

    await asyncio.gather(*(one.sweep() for one in (queue, other, queue, other)))
    by_night = await ledger.jobs()
    async with folk_of(services, slack) as folk:
        await folk.run()
    await ledger.conn.execute("DELETE FROM jobs.pgqueuer")
    await queue.sweep()
    after = await ledger.jobs()
    await falls(queue, services)
    await queue.sweep()

    assert (by_day, by_night, after) == ([], ["sync_people"], [])
    assert await ledger.jobs() == ["sync_people"]


async def test_what_was_given_up_on_is_enqueued_again(services: Services, queue: Queue, ledger: Ledger) -> None:
    await falls(queue, services)
    await queue.sweep()
    await ledger.conn.execute("UPDATE jobs.pgqueuer SET status = 'failed', created = now() - interval '2 days'")

    await queue.sweep()

    assert await ledger.jobs() == ["sync_people", "sync_people"]


async def test_a_worker_that_ends_leaves_it_at_once_and_the_next_goes_on(
    services: Services, queue: Queue, database: Database, slack: StandIn, ledger: Ledger
) -> None:
    async with folk_of(services, slack) as folk:
        folk.joins(*CROWD)
        await falls(queue, services)

        async with working(services.means, database, slack, pace=RESTING) as first:
            first.start()
            await until_a_page_is_saved(ledger)
            await first.stop()
        left = await ledger.conn.fetch("SELECT entrypoint, status::text FROM jobs.pgqueuer")
        async with working(services.means, database, slack) as second:
            second.start()
            await until_compared(ledger)

        assert [tuple(row) for row in left] == [("sync_people", "queued")]
        assert [bool(cursor) for cursor in folk.pages()] == [False, True, True]
    assert (await ledger.details("people.synced"))[0]["listed"] == 460


async def test_while_it_goes_on_other_jobs_are_done(
    services: Services, ada: Person, queue: Queue, database: Database, slack: StandIn, ledger: Ledger
) -> None:
    async with folk_of(services, slack) as folk:
        folk.joins(*CROWD)
    await falls(queue, services)

    async with working(services.means, database, slack, pace=RESTING) as jobs:
        jobs.start()
        await until_a_page_is_saved(ledger)
        await start(services.enrollments, ada)
        await slack.until(lambda: "image" in shown(slack), WITHIN_S)

    assert await ledger.conn.fetchval("SELECT read_at FROM people_sync") is None


async def test_it_waits_as_long_as_slack_asks(
    services: Services, queue: Queue, slack: StandIn, jobs: Jobs, database: Database
) -> None:
    slack.faults.rate_limit("users.list", retry_after=30, times=None)
    await falls(queue, services)
    asked = slack.calls.next("users.list")

    jobs.start()
    await asked
    await jobs.stop()

    conn = await asyncpg.connect(database.superuser)
    [row] = await conn.fetch("SELECT status::text, execute_after - updated AS wait FROM jobs.pgqueuer")
    await conn.close()
    assert (row["status"], row["wait"]) == ("queued", timedelta(seconds=30))


@pytest.mark.parametrize("believed", [True, False])
async def test_while_the_host_is_at_it_the_worker_leaves_it_alone_and_comes_again(
    services: Services, queue: Queue, slack: StandIn, jobs: Jobs, ledger: Ledger, *, believed: bool
) -> None:
    await falls(queue, services)
    async with folk_of(services, slack) as folk:
        if not believed:
            folk.vanishes("U0MFABOT")
        async with services.syncs.turn(HOME):
            jobs.start()
            async with asyncio.timeout(WITHIN_S):
                while await ledger.jobs() or not slack.calls.of("auth.test"):
                    pass
            meanwhile = folk.pages()
        await queue.sweep()
        again = await ledger.jobs()
        async with asyncio.timeout(WITHIN_S):
            while await ledger.conn.fetchval("SELECT finished_at FROM people_sync") is None:
                pass

    assert meanwhile == []
    assert again == ["sync_people"]
    assert [one["believed"] for one in await ledger.details("people.synced")] == [believed]
