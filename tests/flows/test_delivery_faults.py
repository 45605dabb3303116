"""Slack rate-limits, breaks, is silent: the QR and the notices come all the same, and go at the end (E4, R5)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.core.people import Person
from bot.jobs.queue import Jobs
from bot.sandbox.slack import StandIn
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll
from tests.support.working import QUICK, shown, shredded, start, working

PATIENCE_S = 0.2
POSTING = ("conversations.open", "chat.postMessage", "chat.update")
DELIVERING = (*POSTING, "files.getUploadURLExternal", "upload", "files.completeUploadExternal")
SHREDDING = ("files.delete", "chat.update")
FAULTS: dict[str, Callable[[StandIn, str], object]] = {
    "a rate limit": lambda slack, method: slack.faults.rate_limit(method, retry_after=0),
    "a gateway's 503": lambda slack, method: slack.faults.status(method, 503),
    "a reset before the effect": lambda slack, method: slack.faults.reset(method),
    "a reset after the effect": lambda slack, method: slack.faults.reset(method, when="after"),
    "silence": lambda slack, method: slack.faults.hang(method),
    "an internal error": lambda slack, method: slack.faults.error(method, "internal_error"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_qr_comes_and_goes_through_each_fault_at_each_call(
    fault: str, services: Services, ada: Person, slack: StandIn, database: Database
) -> None:
    for method in DELIVERING:
        FAULTS[fault](slack, method)
    enrollment_id = await start(services.enrollments, ada)
    async with working(services.means, database, slack, background_s=PATIENCE_S) as jobs:
        jobs.start()

        await slack.until(lambda: "image" in shown(slack), 60)
        slack.faults.clear()
        for method in SHREDDING:
            FAULTS[fault](slack, method)
        await services.enrollments.cancel(enrollment_id, by=ada.person_id)

        await slack.until(lambda: shredded(slack), 60)
    assert slack.problems == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_notice_comes_and_is_settled_through_each_fault_at_each_call(
    fault: str, services: Services, ada: Person, slack: StandIn, database: Database, ledger: Ledger
) -> None:
    for method in (*POSTING, "views.publish"):
        FAULTS[fault](slack, method)
    await enroll(services, ada)
    async with working(services.means, database, slack, background_s=PATIENCE_S) as jobs:
        jobs.start()

        await slack.until(lambda: shown(slack).count("actions") == 1 and "U0ADA" in slack.workspace.homes, 60)
        slack.faults.clear()
        FAULTS[fault](slack, "chat.update")
        await services.suspension.stop(await ledger.message_id("enabled"), by=ada.person_id)

        await slack.until(lambda: "actions" not in shown(slack), 60)
    assert slack.problems == []


async def test_the_queue_waits_as_long_as_slack_asks_and_nobody_asks_meanwhile(
    services: Services, ada: Person, slack: StandIn, jobs: Jobs, database: Database
) -> None:
    slack.faults.rate_limit("conversations.open", retry_after=30, times=None)
    await start(services.enrollments, ada)
    asked = slack.calls.next("conversations.open")

    jobs.start()
    await asked
    await jobs.stop()

    conn = await asyncpg.connect(database.superuser)
    [row] = await conn.fetch(
        "SELECT status::text, execute_after - updated AS wait FROM jobs.pgqueuer WHERE entrypoint = 'deliver_qr'"
    )
    await conn.close()
    assert (row["status"], row["wait"]) == ("queued", timedelta(seconds=30))
    assert len(slack.calls.of("conversations.open")) == 1


async def test_a_long_outage_of_the_gateway_is_told_from_a_refusal(
    services: Services, ada: Person, slack: StandIn, jobs: Jobs
) -> None:
    slack.faults.status("conversations.open", 503, times=4)
    await start(services.enrollments, ada)

    jobs.start()

    await slack.until(lambda: "image" in shown(slack), 60)


async def test_a_closed_dm_ends_the_enrollment_as_undelivered(
    services: Services, ada: Person, slack: StandIn, jobs: Jobs, database: Database
) -> None:
    slack.faults.error("conversations.open", "user_disabled", times=None)
    enrollment_id = await start(services.enrollments, ada)

    home = slack.calls.wait_for("views.publish", 2)
    jobs.start()
    await home

    conn = await asyncpg.connect(database.superuser)
    state = await conn.fetchval("SELECT state FROM enrollment WHERE enrollment_id = $1", enrollment_id)
    await conn.close()
    assert state == "undelivered"


async def test_a_job_that_the_drain_cuts_off_is_left_for_the_next_worker(
    services: Services, ada: Person, slack: StandIn, database: Database
) -> None:
    silent = slack.faults.hang("chat.postMessage")
    await start(services.enrollments, ada)
    async with working(services.means, database, slack, pace=replace(QUICK, drain_s=0.1)) as jobs:
        jobs.start()
        await asyncio.wait_for(silent.entered.wait(), 10)

        await jobs.stop()

    conn = await asyncpg.connect(database.superuser)
    states = await conn.fetch("SELECT status::text FROM jobs.pgqueuer WHERE entrypoint = 'deliver_qr'")
    await conn.close()
    assert [row["status"] for row in states] == ["queued"]
