"""Who manages whom, as the host says it; whoever manages somebody may answer requests about them."""

import asyncio

import pytest

from bot.core.actions import Guard
from bot.core.host import HostRefusal
from bot.core.managers import BadLine, Fault
from bot.core.people import Home
from bot.services.managers import Imported, Managers
from bot.services.resets import Came, Done
from bot.services.roles import Changed
from storage import managers as stored
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import Services

HOST = "host:root"


@pytest.fixture
def managers(services: Services) -> Managers:
    return Managers(services.means)


async def known(cast: Cast) -> dict[int, int]:
    async with cast.services.means.pool.transaction() as conn:
        return await stored.every(conn)


async def test_who_is_set_may_approve_and_who_was_may_no_more(managers: Managers, cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    changed = await managers.set("U0EMPLOYEE", "U0APPROVER", team_id=None, by=HOST)
    again = await managers.set("U0EMPLOYEE", "U0APPROVER", team_id=None, by=HOST)
    before = await cast.approves(asked, cast.manager)
    after = await cast.approves(asked, cast.approver)

    assert (changed, again) == (Changed.NOW, Changed.BEFORE)
    assert before is Guard.RIGHT
    assert isinstance(after, Done)
    assert "manager_set" in await ledger.told(cast.employee.id)
    assert "manager_set" in await ledger.told(cast.admin.id)
    assert await ledger.details("manager.set") == [{"manager": cast.approver.id, "was": cast.manager.id}]


async def test_a_manager_is_taken_away(managers: Managers, cast: Cast) -> None:
    asked = await cast.asks()

    await managers.set("U0EMPLOYEE", "none", team_id=None, by=HOST)

    assert await known(cast) == {}
    assert await cast.approves(asked, cast.manager) is Guard.RIGHT


@pytest.mark.parametrize(
    ("subject", "manager", "bad"),
    [
        ("U0EMPLOYEE", "U0EMPLOYEE", BadLine(1, Fault.ONESELF, "U0EMPLOYEE")),
        ("U0EMPLOYEE", "U0NOBODY", BadLine(1, Fault.UNKNOWN, "U0NOBODY")),
        ("employee", "U0MANAGER", BadLine(1, Fault.NO_ID, "employee")),
        ("U0MANAGER", "U0EMPLOYEE", BadLine(1, Fault.CYCLE, "U0MANAGER")),
    ],
)
async def test_a_pair_that_will_not_do_changes_nothing_and_is_an_event(
    managers: Managers, cast: Cast, ledger: Ledger, subject: str, manager: str, bad: BadLine
) -> None:
    before = await known(cast)

    assert await managers.set(subject, manager, team_id=None, by=HOST) == bad

    assert await known(cast) == before
    assert await ledger.details("manager.refused") == [{"why": bad.fault.value, "faults": 1}]


async def test_a_file_changes_the_people_whom_it_names_and_nobody_else(
    managers: Managers, cast: Cast, ledger: Ledger
) -> None:
    content = b"slack_id,manager_slack_id\nU0AGENT,U0MANAGER\nU0APPROVER,U0AGENT\nU0ADMIN,none\n"

    taken = await managers.take(content, team_id=None, by=HOST)
    again = await managers.take(content, team_id=None, by=HOST)

    assert (taken, again) == (Imported(3, 2), Imported(3, 0))
    assert await known(cast) == {
        cast.employee.id: cast.manager.id,
        cast.agent.id: cast.manager.id,
        cast.approver.id: cast.agent.id,
    }
    assert [detail["was"] for detail in await ledger.details("manager.set")] == [None, None]
    assert await ledger.told(cast.admin.id) == ["managers_set"]
    assert await ledger.told(cast.agent.id) == []


async def test_of_a_file_with_one_bad_line_nothing_is_taken(managers: Managers, cast: Cast, ledger: Ledger) -> None:
    before = await known(cast)
    content = b"U0AGENT,U0MANAGER\nU0APPROVER,U0NOBODY\nU0ADMIN\nU0SECONDADMIN,U0AGENT\nU0AGENT,U0SECONDADMIN\n"

    bad = await managers.take(content, team_id=None, by=HOST)

    assert bad == [BadLine(2, Fault.UNKNOWN, "U0NOBODY"), BadLine(3, Fault.COLUMNS), BadLine(5, Fault.TWICE, "1")]
    assert await known(cast) == before
    assert await ledger.details("manager.refused") == [{"why": "unknown", "faults": 3}]


async def test_where_several_workspaces_are_known_one_has_to_be_named(managers: Managers, cast: Cast) -> None:
    await cast.services.people.save_home(Home("T0OTHER", None, "U0BOT"))

    unnamed = await managers.take(b"U0AGENT,U0MANAGER\n", team_id=None, by=HOST)
    other = await managers.set("U0AGENT", "U0MANAGER", team_id="T0OTHER", by=HOST)
    named = await managers.set("U0AGENT", "U0MANAGER", team_id="T0MFA", by=HOST)

    assert (unnamed, named) == (HostRefusal.WHICH_TEAM, Changed.NOW)
    assert other == BadLine(1, Fault.UNKNOWN, "U0AGENT")


@pytest.mark.usefixtures("cast")
async def test_of_two_files_at_once_no_circle_comes(managers: Managers) -> None:
    answers = await asyncio.gather(
        managers.take(b"U0AGENT,U0ADMIN\n", team_id=None, by=HOST),
        managers.take(b"U0ADMIN,U0AGENT\n", team_id=None, by=HOST),
    )

    assert sorted(isinstance(answer, Imported) for answer in answers) == [False, True]


async def test_an_approval_and_another_manager_at_once_come_one_after_the_other(
    managers: Managers, cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()

    outcome, changed = await asyncio.gather(
        cast.approves(asked, cast.manager), managers.set("U0EMPLOYEE", "U0AGENT", team_id=None, by=HOST)
    )

    assert changed is Changed.NOW
    events = [kind for kind in await ledger.events() if kind in ("reset.approved", "manager.set")]
    assert not isinstance(outcome, Came)
    approved = isinstance(outcome, Done)
    assert events == (["reset.approved", "manager.set"] if approved else ["manager.set"])
