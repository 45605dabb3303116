"""Five hundred faults of Slack's, of every kind and at every method that jobs call: no notice is lost (R5).

Several people at once enroll, cancel, enroll again and are suspended, and the nightly sync runs, while Slack refuses,
breaks, is silent or talks nonsense. Afterwards each message that the bot meant to send stands in its DM as it should.
"""

import asyncio
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from bot.core.people import Person
from bot.sandbox.slack import StandIn
from bot.sandbox.slack.faults import Fault
from bot.services.queue import Queue
from tests.support.attacks import times
from tests.support.database import Database
from tests.support.people import ADA
from tests.support.services import HOME, Services, enroll
from tests.support.working import QUICK, delivered, kept, shown, start, working

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = times(1, full=6)
EACH = times(1, full=3)
"""Faults of one kind at each method."""
PATIENCE_S, WITHIN_S = 0.2, times(20, full=60)
METHODS = (
    "conversations.open",
    "chat.postMessage",
    "chat.update",
    "files.getUploadURLExternal",
    "upload",
    "files.completeUploadExternal",
    "files.delete",
    "views.publish",
    "views.update",
    "users.list",
    "users.info",
    "auth.test",
)
ONLY_IN_A_RACE = {"chat.delete"}
"""Called where two workers have posted the same; tests/flows/test_delivery_twice.py has it fail."""
UNKNOWN = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "new_error_name")
Add = Callable[[StandIn, str], Fault]


def fault(kind: str, *values: object, **said: object) -> Add:
    """Return what adds a fault of *kind* to a method."""

    def add(slack: StandIn, method: str) -> Fault:
        added: Fault = getattr(slack.faults, kind)(method, *values, times=EACH, **said)
        return added

    return add


FAULTS: dict[str, Add] = {
    "429 with Retry-After": fault("rate_limit", retry_after=1),
    "429 that says try at once": fault("rate_limit", retry_after=0),
    **{f"{status} without JSON": fault("status", status) for status in (200, 429, 500, 502, 503)},
    "503 after the effect": fault("status", when="after"),
    "a reset": fault("reset"),
    "a reset after the effect": fault("reset", when="after"),
    "silence": fault("hang"),
    "silence after the effect": fault("hang", when="after"),
    **{f"ok: false, {error}": fault("error", error) for error in UNKNOWN},
}


class Lives:
    """What happens to several people, and what they should have read in the end."""

    def __init__(self, services: Services, slack: StandIn, database: Database) -> None:
        self._services = services
        self._slack = slack
        self._database = database

    async def night_falls(self) -> None:
        """Let the nightly sync be due; somebody has gone."""
        self._services.clock.at = datetime.now(UTC)
        await self._services.people.save_home(HOME)
        await self._services.people.save(replace(ADA, slack_user_id="U0VANISHED"))
        self._services.clock.forward(minutes=1)
        queue = Queue(self._services.means, self._database.program)
        await queue.sweep()
        conn = await asyncpg.connect(self._database.superuser)
        await conn.execute("UPDATE people_sync SET due_at = now() - interval '1 hour'")
        await conn.close()
        await queue.sweep()

    async def joins(self, number: int) -> Person:
        user, email = f"U0{number:05}", f"{number}@example.com"
        self._slack.workspace.people[user] = replace(self._slack.workspace.people["U0ADA"], id=user, email=email)
        return await self._services.people.save(replace(ADA, slack_user_id=user, email=email))

    async def lives(self, person: Person) -> None:
        """Enroll, cancel, enroll again, and press the button of the notice."""
        services, slack, user = self._services, self._slack, person.slack_user_id
        enrollment_id = await start(services.enrollments, person)
        await slack.until(lambda: delivered(slack, user), WITHIN_S)
        await services.enrollments.key(enrollment_id, by=person.person_id)
        await services.enrollments.cancel(enrollment_id, by=person.person_id)
        await slack.until(lambda: not {"image", "actions"} & set(shown(slack, user)), WITHIN_S)
        await enroll(services, person)
        await slack.until(lambda: shown(slack, user).count("actions") == 1 and user in slack.workspace.homes, WITHIN_S)
        await services.suspension.stop(await self._enabled(person), by=person.person_id)
        await slack.until(lambda: "actions" not in shown(slack, user), WITHIN_S)

    async def settled(self) -> list[asyncpg.Record]:
        """Wait until nothing is due any more; return the notices that the bot meant to send."""
        conn = await asyncpg.connect(self._database.superuser)
        try:
            async with asyncio.timeout(WITHIN_S):
                due = "SELECT count(*) FROM jobs.pgqueuer WHERE execute_after < now() + interval '2 min'"
                while await conn.fetchval(due):
                    pass
            assert await conn.fetchval("SELECT count(*) FROM audit_event WHERE kind = 'people.synced'") == 1
            # An enrollment that is confirmed before its QR code came needs none any more.
            notices = "SELECT kind, ts FROM message WHERE kind <> 'enrollment'"
            return await conn.fetch(notices)
        finally:
            await conn.close()

    async def _enabled(self, person: Person) -> int:
        conn = await asyncpg.connect(self._database.superuser)
        sent = "SELECT max(message_id) FROM message WHERE kind = 'enabled' AND person_id = $1"
        found = await conn.fetchval(sent, person.person_id)
        await conn.close()
        return int(found)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("family", FAULTS)
@pytest.mark.attack("T13", "Slack rate-limits, breaks, is silent or talks nonsense at every method: no notice is lost")
async def test_through_every_fault_every_notice_comes(
    services: Services,
    slack: StandIn,
    database: Database,
    log: io.StringIO,
    family: str,
    tally: Callable[[int, int], None],
) -> None:
    lives = Lives(services, slack, database)
    people = [await lives.joins(number) for number in range(PEOPLE)]
    await lives.night_falls()
    waiting = [FAULTS[family](slack, method) for method in METHODS]
    async with working(services.means, database, slack, pace=QUICK, background_s=PATIENCE_S) as jobs:
        jobs.start()
        await asyncio.gather(*map(lives.lives, people))
        meant = await lives.settled()

    seen = [message for person in people for message in slack.workspace.messages(person.slack_user_id)]
    there = {message.ts for message in seen if message.blocks}
    lost = [row["kind"] for row in meant if row["ts"] not in there]
    met = sum(one.met for one in waiting)
    tally(met, met if not lost else 0)
    assert [one.method for one in waiting if one.met < EACH] == []
    assert lost == []
    assert len(meant) >= 2 * PEOPLE
    assert kept(slack) == []
    assert '"a job failed"' not in log.getvalue()  # Slack's faults are none of ours
    assert slack.problems == []


def test_every_method_that_jobs_call_is_tried() -> None:
    source = (ROOT / "handlers/outgoing.py").read_text()

    called = {name.replace("_", ".", 1) for name in re.findall(r"_client\.([a-z]+_[A-Za-z]+)\(", source)}
    assert called == {*METHODS, *ONLY_IN_A_RACE} - {"upload"}
