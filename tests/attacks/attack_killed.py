"""A worker killed by SIGKILL at each named step of its jobs, and another after it.

No QR stays in Slack after its enrollment's end (E4), no notice is lost, no button stays that asks what is settled, and
Home shows what is true (R7).
"""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import clock, context
from bot.sandbox.slack import StandIn
from bot.services.report import Reports
from bot.settings import Settings, SettingsError, load
from storage import roles
from tests.support.attacks import times
from tests.support.database import Database
from tests.support.ledger import open_ledger
from tests.support.people import ADA
from tests.support.scene import Scene
from tests.support.services import Clock, Services, enroll
from tests.support.settings import environment
from tests.support.timeouts import patient_pool
from tests.support.working import kept

ROOT = Path(__file__).resolve().parent.parent.parent
DELIVERING = (
    "deliver.read",
    "deliver.posted",
    "deliver.reference_saved",
    "deliver.file_promised",
    "deliver.file_saved",
    "deliver.bytes_sent",
    "deliver.file_completed",
    "deliver.shown",
    "deliver.completed",
)
SHREDDING = ("shred.read", "shred.file_deleted", "shred.key_view_ended", "shred.edited")
NOTIFYING = ("notify.read", "notify.posted", "notify.reference_saved", "notify.shown", "notify.completed")
EDITING = ("edit.read", "edit.sent")
SHOWING_HOME = ("home.read", "home.published")
SYNCING = ("sync.page_read", "sync.page_saved", "sync.asked_for_missing", "sync.missing_saved")
REPORTING = (
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
STEPS = {*DELIVERING, *SHREDDING, *NOTIFYING, *EDITING, *SHOWING_HOME, *SYNCING, *REPORTING}


@pytest_asyncio.fixture(params=range(times(1, full=10)))
async def scene(slack: StandIn, database: Database, tmp_path: Path) -> AsyncIterator[Scene]:
    """One a try. The services have the keys of the processes that die, and their time."""
    environ = environment(database, tmp_path, SLACK_API_URL=f"{slack.base_url}/api/")
    settings, _ = load(Settings, environ)
    now = Clock(clock.now())
    pool = patient_pool(database.program)
    services = Services(context.means(settings, pool, now), now)
    yield Scene(services, await services.people.save(ADA), slack, database, environ)
    await pool.close()


@pytest.mark.parametrize("step", DELIVERING)
@pytest.mark.attack("T11", "SIGKILL at each step of bringing a QR code; the enrollment ends: no QR code is left")
async def test_killed_while_delivering_the_qr_is_gone_after_the_end(step: str, scene: Scene) -> None:
    enrollment_id = await scene.starts()
    await scene.dies(step)

    await scene.cancels(enrollment_id)
    await scene.is_rescued()

    assert scene.live == []
    assert kept(scene.slack) == []


@pytest.mark.parametrize("step", DELIVERING)
@pytest.mark.attack(
    "T11", "SIGKILL at each step of bringing a QR code: it comes all the same, once, and goes at the end"
)
async def test_killed_while_delivering_the_qr_comes_all_the_same(step: str, scene: Scene) -> None:
    enrollment_id = await scene.starts()
    await scene.dies(step)

    await scene.is_rescued()
    during = scene.live
    await scene.cancels(enrollment_id)
    await scene.is_rescued()

    assert during == ["image", "actions"]
    assert scene.live == []
    assert kept(scene.slack) == []


@pytest.mark.parametrize("step", SHREDDING)
@pytest.mark.attack("T11", "SIGKILL at each step of removing a QR code: it is gone after all")
async def test_killed_while_shredding_the_qr_is_gone_after_all(step: str, scene: Scene) -> None:
    enrollment_id = await scene.starts()
    await scene.is_rescued()
    await scene.services.enrollments.key(enrollment_id, by=scene.ada.person_id)
    await scene.cancels(enrollment_id)
    await scene.dies(step)

    await scene.is_rescued()

    assert scene.live == []
    assert kept(scene.slack) == []


@pytest.mark.parametrize("step", NOTIFYING)
@pytest.mark.attack(
    "T11", "SIGKILL at each step of posting a notice: it comes, with one button, which goes when pressed"
)
async def test_killed_while_notifying_the_notice_comes_and_keeps_no_button(step: str, scene: Scene) -> None:
    await enroll(scene.services, scene.ada)
    await scene.dies(step)

    await scene.is_rescued()
    told, during = scene.texts, scene.live
    await scene.stops()
    await scene.is_rescued()

    assert any(text.startswith("Your MFA is on.") for text in told)
    assert during == ["actions"]
    assert scene.live == []


@pytest.mark.parametrize("step", EDITING)
@pytest.mark.attack("T11", "SIGKILL at each step of editing a notice: no button is left")
async def test_killed_while_editing_no_button_stays(step: str, scene: Scene) -> None:
    await enroll(scene.services, scene.ada)
    await scene.is_rescued()
    await scene.stops()
    await scene.dies(step)

    await scene.is_rescued()

    assert any(text.startswith("Your sign-in is blocked") for text in scene.texts)
    assert scene.live == []


@pytest.mark.parametrize("step", SHOWING_HOME)
@pytest.mark.attack("T11", "SIGKILL at each step of showing Home: it shows what is true")
async def test_killed_while_showing_home_it_shows_what_is_true(step: str, scene: Scene) -> None:
    await enroll(scene.services, scene.ada)
    await scene.dies(step)

    await scene.is_rescued()

    assert "Disable Multi-Factor Authentication" in json.dumps(scene.slack.workspace.homes["U0ADA"].content)


@pytest.mark.parametrize("step", SYNCING)
@pytest.mark.attack("T11", "SIGKILL at each step of the nightly sync: it goes on, and who has gone is deactivated")
async def test_killed_while_syncing_it_goes_on_to_its_end(step: str, scene: Scene) -> None:
    await scene.falls_night()
    await scene.dies(step)

    await scene.is_rescued()

    ledger = await open_ledger(scene.database)
    gone = await ledger.conn.fetch("SELECT slack_user_id FROM person WHERE suspended_why = 'deactivated' ORDER BY 1")
    synced = await ledger.details("people.synced")
    await ledger.conn.close()
    given = [call for call in scene.slack.calls.of("users.list") if call.outcome == "ok"]
    assert [row["slack_user_id"] for row in gone] == ["U0GONE1", "U0GONE2"]
    assert [(one["listed"], one["deactivated"]) for one in synced] == [(460, 2)]
    assert len(given) == (4 if step == "sync.page_read" else 3)


# In the short form some of them: tests/flows/test_report.py stops at every one of them, without a kill.
@pytest.mark.parametrize("step", REPORTING[:: times(3, full=1)])
@pytest.mark.attack("T11", "SIGKILL at each step of bringing a report: it comes, with one chart, and no other is left")
async def test_killed_while_reporting_the_report_comes_with_one_chart(step: str, scene: Scene) -> None:
    await enroll(scene.services, scene.ada)
    async with scene.services.means.pool.transaction() as conn:
        await roles.grant(conn, scene.ada.person_id, "helpdesk", by="host:root", now=scene.services.clock())
    await scene.is_rescued()
    await Reports(scene.services.means, scene.services.looks).ask(by=scene.ada.person_id)
    await scene.dies(step)

    await scene.is_rescued()

    assert scene.live.count("image") == 1
    assert len(kept(scene.slack)) == 1


def test_every_step_that_the_jobs_name_is_tried() -> None:
    sources = (file.read_text() for file in (ROOT / "bot/jobs").glob("*.py"))

    assert {step for source in sources for step in re.findall(r'_reached\("([a-z_.]+)"\)', source)} == STEPS


def test_serve_refuses_a_fail_point(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MFABOT_FAIL_AT is no setting"):
        load(Settings, environment(database, tmp_path, MFABOT_FAIL_AT="deliver.read"))
