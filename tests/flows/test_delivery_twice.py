"""Two workers at one job, since one was thought dead: one message stands in the DM, and all that is live is known."""

import asyncio
import contextlib

import pytest

from bot.core.jobs import DeliverQr, EditMessage, Job, Notify, ShredQr, row_id
from bot.core.people import Person
from bot.jobs.queue import Jobs
from bot.sandbox.slack import StandIn
from handlers.outgoing import Later
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll
from tests.support.working import kept, shown, start


async def run(jobs: Jobs, job: Job) -> None:
    await jobs._work[type(job)](row_id(job))


async def run_twice(jobs: Jobs, job: Job, slack: StandIn) -> None:
    """Run *job* in two workers that both post before either remembers it; the one that is second is told to repeat."""
    posts = [slack.faults.slow("chat.postMessage") for _ in range(2)]
    both = [asyncio.create_task(run(jobs, job)) for _ in posts]
    for post in posts:
        await asyncio.wait_for(post.entered.wait(), 10)
    for post in posts:
        post.release()
    ends = await asyncio.gather(*both, return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [Later]
    await run(jobs, job)


@pytest.mark.parametrize("left", [1, 2], ids=["deleted", "not deleted"])
async def test_a_qr_that_two_workers_bring_is_one_message_and_goes_at_the_end(
    left: int, services: Services, ada: Person, slack: StandIn, jobs: Jobs
) -> None:
    if left == 2:
        slack.faults.error("chat.delete", "internal_error")
    enrollment_id = await start(services.enrollments, ada)

    await run_twice(jobs, DeliverQr(enrollment_id), slack)
    during = shown(slack)
    await services.enrollments.cancel(enrollment_id, by=ada.person_id)
    await run(jobs, ShredQr(enrollment_id))

    assert (during.count("image"), during.count("actions")) == (1, 1)
    assert len(slack.workspace.messages("U0ADA")) == left
    assert not kept(slack)
    assert not {"image", "actions"} & set(shown(slack))
    assert slack.problems == []


async def test_a_notice_that_two_workers_bring_is_one_message_and_keeps_no_button(
    services: Services, ada: Person, slack: StandIn, jobs: Jobs, ledger: Ledger
) -> None:
    await enroll(services, ada)
    message_id = await ledger.message_id("enabled")

    await run_twice(jobs, Notify(message_id), slack)
    during = shown(slack)
    await services.suspension.stop(message_id, by=ada.person_id)
    await run(jobs, EditMessage(message_id))

    assert during.count("actions") == 1
    assert len(slack.workspace.messages("U0ADA")) == 1
    assert "actions" not in shown(slack)


@pytest.mark.parametrize("goes_on", ["the same worker", "the next one"])
async def test_a_file_that_was_on_its_way_when_all_was_shredded_is_deleted_all_the_same(
    goes_on: str, services: Services, ada: Person, slack: StandIn, jobs: Jobs
) -> None:
    """Slack says `file_not_found` of a file that is promised and not yet complete."""
    enrollment_id = await start(services.enrollments, ada)
    on_its_way = slack.faults.slow("files.completeUploadExternal")
    if goes_on == "the next one":
        slack.faults.error("chat.update", "internal_error", times=2)
    delivering = asyncio.create_task(run(jobs, DeliverQr(enrollment_id)))
    await asyncio.wait_for(on_its_way.entered.wait(), 10)
    await services.enrollments.cancel(enrollment_id, by=ada.person_id)
    slack.faults.error("files.delete", "file_not_found")
    with contextlib.suppress(Later):
        await run(jobs, ShredQr(enrollment_id))

    on_its_way.release()
    with contextlib.suppress(Later):
        await delivering
    assert kept(slack)
    await run(jobs, DeliverQr(enrollment_id))
    await run(jobs, ShredQr(enrollment_id))

    assert not kept(slack)
    assert not {"image", "actions"} & set(shown(slack))


async def test_a_file_that_an_earlier_run_left_on_its_way_is_looked_for_at_the_end(
    services: Services, ada: Person, slack: StandIn, jobs: Jobs
) -> None:
    enrollment_id = await start(services.enrollments, ada)
    on_its_way = slack.faults.slow("files.completeUploadExternal")
    thought_dead = asyncio.create_task(run(jobs, DeliverQr(enrollment_id)))
    await asyncio.wait_for(on_its_way.entered.wait(), 10)
    slack.faults.error("files.delete", "file_not_found")
    await run(jobs, DeliverQr(enrollment_id))

    on_its_way.release()
    await thought_dead
    both = kept(slack)
    await services.enrollments.cancel(enrollment_id, by=ada.person_id)
    await run(jobs, ShredQr(enrollment_id))

    assert len(both) == 2
    assert not kept(slack)
