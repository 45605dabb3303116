"""The report on its way: it comes once, whole, to the asker, wherever a worker stopped."""

import pytest

from bot.core.jobs import DeliverReport
from bot.core.people import Person
from bot.jobs.queue import Jobs
from bot.jobs.report import DeliverReport as Deliver
from bot.sandbox import png
from bot.sandbox.slack import StandIn
from bot.services.report import Asked, Reports
from handlers.outgoing import Later, Outgoing
from handlers.slack import Clients
from handlers.views import chart
from storage import roles
from tests.support.reading import pictures_in
from tests.support.services import Authenticator, Services
from tests.support.settings import TOKEN
from tests.support.working import kept, shown

STEPS = (
    "report.read",
    "report.posted",
    "report.reference_saved",
    "report.file_promised",
    "report.file_saved",
    "report.bytes_sent",
    "report.file_completed",
    "report.shown",
    "report.completed",
)


async def asked(reports: Reports, person: Person) -> int:
    told = await reports.ask(by=person.person_id)
    assert isinstance(told, Asked)
    return told.message_id


async def test_whoever_lost_the_right_meanwhile_is_sent_nothing(
    services: Services, reports: Reports, ada: Person, viewers_phone: Authenticator, slack: StandIn, jobs: Jobs
) -> None:
    assert viewers_phone.secret
    message_id = await asked(reports, ada)
    async with services.means.pool.transaction() as conn:
        await roles.revoke(conn, ada.person_id, "helpdesk", by="host:root", now=services.clock())

    await jobs._work[DeliverReport](message_id)

    assert slack.workspace.messages("U0ADA") == []
    assert not slack.workspace.files


async def test_the_report_comes_with_its_chart_to_the_asker_alone(
    reports: Reports, ada: Person, viewers_phone: Authenticator, slack: StandIn, jobs: Jobs
) -> None:
    assert viewers_phone.secret
    message_id = await asked(reports, ada)

    await jobs._work[DeliverReport](message_id)
    await jobs._work[DeliverReport](message_id)

    [message] = slack.workspace.messages("U0ADA")
    assert shown(slack) == ["header", "section", "table", "image", "section", "context"]
    assert list(pictures_in(message.blocks)) == kept(slack)
    content = slack.workspace.files[kept(slack)[0]].content
    assert content is not None
    assert png.read(content).width == chart.WIDTH
    assert slack.problems == []


class Stopped(Exception):  # noqa: N818  reads as what happened
    """The worker came no further."""


@pytest.mark.parametrize("step", STEPS)
async def test_wherever_a_worker_stops_the_next_one_leaves_one_message_and_no_file_too_many(
    step: str,
    reports: Reports,
    services: Services,
    ada: Person,
    viewers_phone: Authenticator,
    slack: StandIn,
    jobs: Jobs,
) -> None:
    assert viewers_phone.secret
    message_id = await asked(reports, ada)
    met: list[str] = []

    def reached(name: str) -> None:
        met.append(name)
        if name == step:
            raise Stopped

    clients = Clients(token=TOKEN, base_url=f"{slack.base_url}/api/")
    with pytest.raises(Stopped):
        await Deliver(reports, services.messages, Outgoing(clients), reached).run(message_id)
    await clients.close()
    await jobs._work[DeliverReport](message_id)

    assert met == list(STEPS[: STEPS.index(step) + 1])
    posted = slack.workspace.messages("U0ADA")
    # Between the post and its reference a crash leaves a bare sentence more.
    assert len(posted) == (2 if step == "report.posted" else 1)
    assert len([message for message in posted if message.blocks]) == 1
    assert kept(slack) == list(pictures_in(posted[-1].blocks))


async def test_slack_away_is_tried_again_and_a_closed_dm_is_not(
    reports: Reports, services: Services, ada: Person, viewers_phone: Authenticator, slack: StandIn, jobs: Jobs
) -> None:
    assert viewers_phone.secret
    message_id = await asked(reports, ada)
    slack.faults.error("files.completeUploadExternal", "internal_error")
    with pytest.raises(Later):
        await jobs._work[DeliverReport](message_id)
    await jobs._work[DeliverReport](message_id)
    services.clock.forward(minutes=1)
    slack.faults.error("chat.postMessage", "messages_tab_disabled")
    await jobs._work[DeliverReport](await asked(reports, ada))

    assert len(slack.workspace.messages("U0ADA")) == 1
    assert len(kept(slack)) == 1
