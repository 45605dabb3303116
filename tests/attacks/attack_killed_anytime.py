"""Workers killed by SIGKILL at any moment while enrollments begin and end and people are told (T11).

After the last of them another worker does what is left. Then no QR code is in Slack, no modal shows a key, each message
stands once with what it shows, and everything that happened is in the audit, once.
"""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from bot import clock, context
from bot.core.people import Person
from bot.sandbox.slack import Message, StandIn
from bot.sandbox.slack import Person as SlackPerson
from bot.services.enrollment import Confirmed, Started
from bot.settings import Settings, load
from storage.pool import Connection
from tests.support.attacks import times
from tests.support.database import Database
from tests.support.dying_worker import dies_at_any_moment
from tests.support.people import ADA
from tests.support.reading import buttons_in, pictures_in
from tests.support.scene import WITHIN_S, Scene
from tests.support.services import Clock, Services, scan
from tests.support.settings import environment
from tests.support.timeouts import patient_pool
from tests.support.working import kept

ROUNDS = times(1, full=20)
KILLS = times(15, full=25)
ACTS = 4
"""Before each worker that dies."""
LONGEST_S = 0.5
"""How long such a worker lives; a whole delivery takes some tenths of it."""
PEOPLE = [f"U0P{number}" for number in range(6)]
ENDS = "SELECT enrollment_id, state, shredded_at FROM enrollment ORDER BY enrollment_id"


class RealClock(Clock):
    """Goes on by itself."""

    def __call__(self) -> datetime:
        return clock.now()


@dataclass
class Somebody:
    """One of the people, and how far they have come."""

    person: Person
    pending: int | None = None
    confirmed: Confirmed | None = None


@dataclass
class Town:
    """People who do at random what they can, and the workers that die meanwhile."""

    scene: Scene
    chance: random.Random
    people: list[Somebody] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    async def acts(self) -> None:
        """Let somebody do one of the things that they can do."""
        one = self.chance.choice(self.people)
        services, by = self.scene.services, one.person.person_id
        if one.pending is None and one.confirmed is None:
            begun = await services.enrollments.start(by, intent=uuid4(), replacing=False)
            assert isinstance(begun, Started), begun
            one.pending = begun.enrollment_id
            self.done["started"] += 1
        elif one.pending is not None:
            await self._goes_on(one, one.pending)
        elif one.confirmed is not None:
            factor = one.confirmed.factor_id
            await services.disable.disable_own(by, factor_id=factor, typed=one.confirmed.codes[0])
            one.confirmed = None
            self.done["disabled"] += 1

    async def _goes_on(self, one: Somebody, pending: int) -> None:
        services, by = self.scene.services, one.person.person_id
        match self.chance.choice(["looks", "confirms", "confirms", "cancels", "fails"]):
            case "looks":
                await services.enrollments.key(pending, by=by)
                return
            case "cancels":
                await services.enrollments.cancel(pending, by=by)
            case "fails":
                wrong = (await scan(services, pending)).wrong_code()
                for _ in range(5):
                    await services.enrollments.confirm(pending, by=by, typed=wrong)
            case _:
                code = (await scan(services, pending)).code()
                answer = await services.enrollments.confirm(pending, by=by, typed=code)
                assert isinstance(answer, Confirmed)
                one.confirmed = answer
        one.pending = None
        self.done["ended"] += 1

    async def ends_everything(self) -> None:
        for one in self.people:
            if one.pending is not None:
                await self.scene.services.enrollments.cancel(one.pending, by=one.person.person_id)
                one.pending = None
                self.done["ended"] += 1


@pytest_asyncio.fixture
async def town(
    request: pytest.FixtureRequest, slack: StandIn, database: Database, tmp_path: Path
) -> AsyncIterator[Town]:
    more = {"SLACK_API_URL": f"{slack.base_url}/api/", "MFABOT_ENROLLMENT_STARTS_PER_HOUR": "1000"}
    environ = environment(database, tmp_path, **more)
    settings, _ = load(Settings, environ)
    now = RealClock()
    pool = patient_pool(database.program)
    services = Services(context.means(settings, pool, now), now)
    scene = Scene(services, await services.people.save(ADA), slack, database, environ)
    made = Town(scene, random.Random(request.param))  # noqa: S311  choices
    for slack_id in PEOPLE:
        slack.workspace.people[slack_id] = SlackPerson(slack_id, slack_id.lower(), slack_id, "employee", "")
        made.people.append(Somebody(await services.people.save(replace(ADA, slack_user_id=slack_id, email=None))))
    yield made
    await pool.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("town", range(ROUNDS), indirect=True)
@pytest.mark.attack("T11", "SIGKILL at any moment while people enroll: nothing lost, doubled, unaudited; no QR left")
async def test_whenever_a_worker_is_killed_nothing_is_lost_or_left(
    town: Town, tally: Callable[[int, int], None]
) -> None:
    for _ in range(KILLS):
        for _ in range(ACTS):
            await town.acts()
        lives_s = town.chance.uniform(0, LONGEST_S)
        await dies_at_any_moment(town.scene.environ, after_s=lives_s, within_s=WITHIN_S)
    await town.ends_everything()
    await town.scene.is_rescued()

    conn = await asyncpg.connect(town.scene.database.superuser)
    try:
        await nothing_is_left_in_slack(town, conn)
        await every_message_stands_once(town, conn)
        await everything_is_in_the_audit_once(town, conn)
    finally:
        await conn.close()
    tally(KILLS, KILLS)


async def nothing_is_left_in_slack(town: Town, conn: Connection) -> None:
    ends = await conn.fetch(ENDS)
    files = await conn.fetchval("SELECT count(*) FROM qr_file WHERE deleted_at IS NULL")
    views = await conn.fetchval("SELECT count(*) FROM key_view WHERE closed_at IS NULL")

    assert kept(town.scene.slack) == []
    assert [file_id for message in messages(town) for file_id in pictures_in(message.blocks)] == []
    assert [dict(row) for row in ends if row["state"] == "pending" or row["shredded_at"] is None] == []
    assert (files, views) == (0, 0)


async def every_message_stands_once(town: Town, conn: Connection) -> None:
    """Each stands where its row says, complete, and no other message has a button."""
    rows = await conn.fetch("SELECT channel, ts, kind, complete, enrollment_id, settled FROM message")
    placed = {(row["channel"], row["ts"]): row for row in rows if row["ts"] is not None}
    pressable = {(message.channel, message.ts) for message in messages(town) if list(buttons_in(message.blocks))}
    held = await conn.fetchval("SELECT count(*) FROM jobs.pgqueuer WHERE status NOT IN ('queued', 'picked')")

    notices = [row for row in rows if row["enrollment_id"] is None]
    assert [dict(row) for row in notices if not row["complete"]] == []
    assert {(message.channel, message.ts) for message in messages(town)} >= placed.keys()
    assert pressable == {place for place, row in placed.items() if row["enrollment_id"] is None and not row["settled"]}
    assert held == 0


async def everything_is_in_the_audit_once(town: Town, conn: Connection) -> None:
    events = await conn.fetch("SELECT kind, detail FROM audit_event")
    about: Counter[tuple[str, int]] = Counter(
        (row["kind"], json.loads(row["detail"])["enrollment"])
        for row in events
        if row["kind"] in ("enrollment.started", "enrollment.ended", "mfa.enabled")
    )
    states = {row["enrollment_id"]: row["state"] for row in await conn.fetch(ENDS)}
    sent = Counter(json.loads(row["detail"])["enrollment"] for row in events if row["kind"] == "enrollment.qr_sent")
    files = Counter(
        {row[0]: row[1] for row in await conn.fetch("SELECT enrollment_id, count(*) FROM qr_file GROUP BY 1")}
    )
    notices = Counter(row["kind"] for row in await conn.fetch("SELECT kind FROM message WHERE kind <> 'enrollment'"))

    assert len(states) == town.done["started"] == town.done["ended"]
    expected = {(kind, one) for kind in ("enrollment.started", "enrollment.ended") for one in states}
    expected |= {("mfa.enabled", one) for one, state in states.items() if state == "confirmed"}
    assert about == Counter(expected)
    assert {one: count for one, count in sent.items() if files[one] < count} == {}
    assert notices["enabled"] == Counter(states.values())["confirmed"]
    assert notices["disabled"] == town.done["disabled"]


def messages(town: Town) -> list[Message]:
    return [message for slack_id in PEOPLE for message in town.scene.slack.workspace.messages(slack_id)]
