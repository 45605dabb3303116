"""Whom a whole list of Slack's does not name, and Slack does not know (X7)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.sandbox.slack import StandIn
from handlers.outgoing import Later
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.people import ADA
from tests.support.services import Services
from tests.support.syncing import CROWD, GONE, Folk, cut_off_after_a_page, fails, folk_of


@pytest_asyncio.fixture
async def folk(services: Services, slack: StandIn) -> AsyncIterator[Folk]:
    async with folk_of(services, slack) as made:
        yield made
    assert slack.problems == []


async def test_a_list_that_was_read_by_half_deactivates_nobody(folk: Folk) -> None:
    folk.joins(*CROWD)
    await folk.run()
    folk.vanishes("U100003", "U0BEN")

    await cut_off_after_a_page(folk)
    by_half = [await folk.standing("U100003"), await folk.standing("U0BEN")]
    asked = folk.asked("users.info")
    done = await folk.run()

    assert by_half == [("member", None), ("member", None)]
    assert asked == []
    assert done is not None
    assert done.counts.deactivated == 2
    assert [await folk.standing("U100003"), await folk.standing("U0BEN")] == [GONE, GONE]


async def test_whom_the_list_lacks_is_what_slack_says_of_them_alone(folk: Folk) -> None:
    """As somebody who has gone to another workspace of the same organization."""
    folk.joins("U1ELSEWHERE")
    await folk.run()
    folk.slack.workspace.people["U1ELSEWHERE"].team_id = "T0ELSEWHERE"
    folk.slack.workspace.people["U1ELSEWHERE"].enterprise_user = {"enterprise_id": "E0MFA"}

    done = await folk.run()

    assert done is not None
    assert done.counts.deactivated == 0
    assert await folk.standing("U1ELSEWHERE") == ("stranger", None)


@pytest.mark.parametrize("fault", ["a rate limit", "an outage", "silence", "account_inactive", "invalid_auth"])
async def test_who_cannot_be_asked_for_is_not_deactivated(folk: Folk, fault: str) -> None:
    await folk.run()
    folk.vanishes("U0BEN")
    fails(folk.slack, "users.info", fault)

    with pytest.raises(Later):
        await folk.run()
    meanwhile = await folk.standing("U0BEN")
    done = await folk.run()

    assert meanwhile == ("member", None)
    assert done is not None
    assert done.counts.deactivated == 1
    assert len(folk.pages()) == 2


@pytest.mark.parametrize("left", [[], ["U0ADA"]])
async def test_a_list_that_is_empty_or_lacks_the_bot_is_not_believed(
    folk: Folk, ledger: Ledger, left: list[str]
) -> None:
    await folk.run()
    for slack_id in [one for one in folk.slack.workspace.people if one not in left]:
        folk.vanishes(slack_id)

    done = await folk.run()

    assert done is not None
    assert not done.believed
    assert done.finished_at is not None
    assert await ledger.conn.fetchval("SELECT count(*) FROM person WHERE suspended_at IS NOT NULL") == 0
    assert (await ledger.details("people.synced"))[-1]["believed"] is False


async def test_who_came_in_while_it_ran_is_not_missing(folk: Folk) -> None:
    folk.joins(*CROWD)
    await folk.run()
    late = replace(ADA, slack_user_id="U0AAA")
    with_page = await cut_off_after_a_page(folk)

    await folk.services.people.save(late)
    done = await folk.run()

    assert with_page.counts.listed == 200
    assert done is not None
    assert done.counts.deactivated == 0
    assert await folk.standing("U0AAA") == ("member", None)


@pytest.mark.parametrize("how", ["deactivated", "not listed any more"])
@pytest.mark.parametrize("who", ["agent", "employee", "approver"])
async def test_requests_of_and_about_somebody_whose_leaving_nobody_told_are_closed(
    folk: Folk, cast: Cast, ledger: Ledger, who: str, how: str
) -> None:
    folk.has(*(member.profile for member in cast.everybody))
    asked = await cast.asks(cast.agent, cast.admin if who == "approver" else cast.employee)
    if who == "approver":
        await cast.approves(asked, cast.approver)
    left = getattr(cast, who).profile.slack_user_id
    if how == "deactivated":
        folk.slack.workspace.people[left].deleted = True
    else:
        folk.vanishes(left)

    await folk.run()

    assert await folk.standing(left) == GONE
    assert await ledger.details("reset.ended") == [{"request": 1, "state": "refused"}]
    assert (await ledger.details("person.suspended")) == [{"why": "deactivated"}]
    others = [one.profile.slack_user_id for one in cast.everybody if one.profile.slack_user_id != left]
    assert {await folk.standing(one) for one in others} == {("member", None), ("guest", None)}
