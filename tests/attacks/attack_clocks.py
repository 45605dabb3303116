"""Clocks that change their hour, leap, are off, step back, or count past 2038: no answer is wrong (T22).

Each sign-in goes to the real service on a real database and is compared with an oracle that was written from RFC 6238
and the design. The process lives in each time zone around each of its changes, and so does the database's session; a
phone computes its code from its own wall clock. Seeded defects: `defects/T22.patch` takes the process's local time for
UTC; `defects/T22-2038.patch` keeps the time in 31 bits.
"""

import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.core.apps import Key
from bot.core.people import Person
from bot.core.throttle import Limits
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from tests.support.attacks import times
from tests.support.database import Database
from tests.support.ledger import Ledger, open_ledger
from tests.support.oracle import Owner, code_for
from tests.support.services import Services, changed, enroll, make_key, on_this_pool
from tests.support.timeouts import patient_pool
from tests.support.tools import run_tool

SKEWS_S = (0, 1, -1, 30, -30, 90, -90, 300, -300, 3600, -3600)
"""What a phone's clock is off: nothing, a leap second, what is accepted, what is not, a summer time missed."""
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # half an hour off the full one
    "Australia/Lord_Howe",  # half an hour of summer time
    "Antarctica/Troll",  # two hours of it
    "Africa/Casablanca",  # back for Ramadan
    "Asia/Kathmandu",  # a quarter off, no summer time
)
YEARS = times(1, full=3)
ROUNDS = times(1, full=3)
"""Hours around each moment."""
AFTER_ALL = Limits(throttle_after=1_000_000, wrong_per_day=1_000_000, lock_after=1_000_000)
"""No wait: every code is judged."""
MOMENTS = {
    "leap day": datetime(2028, 2, 29, tzinfo=UTC),
    "the day after": datetime(2028, 3, 1, tzinfo=UTC),
    "leap second": datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC),
    "31 bits": datetime.fromtimestamp(2**31, UTC),
    "no leap day": datetime(2100, 3, 1, tzinfo=UTC),
    "32 bits": datetime.fromtimestamp(2**32, UTC),
}


def changes_of_the_hour(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield when the zone's hour changes, from 2027 on."""
    at, end = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027 + YEARS, 1, 1, tzinfo=UTC)
    while at < end:
        after = at + timedelta(minutes=30)
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield after
        at = after


@pytest.fixture
def living_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Move this process to another time zone; afterwards it comes back."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest_asyncio.fixture
async def travelling(database: Database, services: Services) -> AsyncIterator[tuple[Services, Ledger]]:
    """Services whose every code is judged, on a database whose sessions live in New York."""
    ledger = await open_ledger(database)
    await ledger.conn.execute(f'ALTER DATABASE "{database.name}" SET timezone = "America/New_York"')
    pool = patient_pool(database.program)
    yield changed(on_this_pool(services, pool), throttle=AFTER_ALL), ledger
    await pool.close()
    await ledger.conn.execute(f'ALTER DATABASE "{database.name}" RESET timezone')
    await ledger.conn.close()


class Traveller:
    """Signs in with what a phone shows, and compares the answers."""

    def __init__(self, services: Services, ledger: Ledger, key: Key, owner: Owner) -> None:
        self._ways = [changed(services, batched=batched) for batched in (True, False)]
        self._clock, self._ledger, self._key, self.owner = services.clock, ledger, key, owner
        self.tried = 0
        self.wrong: list[object] = []
        self.answers: Counter[str] = Counter()

    async def signs_in(self, *, at: datetime, phone_s: float) -> None:
        """Type the code of a phone whose clock tells *phone_s* while the server's tells *at*."""
        self._clock.at = at
        typed = code_for(self.owner.secret, phone_s)
        due = self.owner.verdict(typed, at.timestamp())

        told = await self._ways[self.tried % 2].verification.check(self._key, BySlackId("U0ADA"), typed=typed)

        verdict = told.verdict.value if isinstance(told, Judged) else str(told)
        self.tried += 1
        self.answers[verdict] += 1
        if verdict != due:
            self.wrong.append((at, phone_s - at.timestamp(), due, verdict, os.environ.get("TZ")))

    async def lives_through(self, moment: datetime, zone: ZoneInfo) -> None:
        """Sign in for an hour around a moment, with a phone that is off by one thing after another; each code twice."""
        for number in range(ROUNDS):
            await self._begins_again()
            cases = [(second, skew_s) for second in (0, 1, 15, 29) for skew_s in SKEWS_S]
            random.Random(number).shuffle(cases)  # noqa: S311  an order
            for place, (second, skew_s) in enumerate(cases):
                at = moment + timedelta(seconds=90 * (place - len(cases) // 2) + second)
                # The phone reads its wall clock, which shows some hours twice and some never.
                wall = (at + timedelta(seconds=skew_s)).astimezone(zone)
                await self.signs_in(at=at, phone_s=wall.timestamp())
                await self.signs_in(at=at + timedelta(seconds=1), phone_s=wall.timestamp())

    async def _begins_again(self) -> None:
        """Forget what was used and what was wrong: the next hour begins before this one."""
        await self._ledger.conn.execute("UPDATE factor SET wrong_at = '{}', failures = 0, last_step = 0")
        self.owner.last_step = 0


@pytest_asyncio.fixture
async def traveller(travelling: tuple[Services, Ledger], ada: Person) -> Traveller:
    services, ledger = travelling
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    return Traveller(services, ledger, key, Owner(phone.secret, int(services.clock().timestamp() // 30)))


@pytest.mark.timeout(1200)
@pytest.mark.attack(
    "T22", "DST in 7 zones, leap day and second, a phone off by up to an hour, 2038, 2106: no wrong answer"
)
async def test_whatever_the_hour_is_called_the_answer_is_the_oracle_s(
    traveller: Traveller, living_in: Callable[[str], None], tally: Callable[[int, int], None]
) -> None:
    changes = [(at, name) for name in ZONES for at in changes_of_the_hour(ZoneInfo(name))]
    moments = sorted([*changes, *((at, "Asia/Kathmandu") for at in MOMENTS.values())])

    for at, name in moments:
        living_in(name)
        await traveller.lives_through(at, ZoneInfo(name))

    tally(traveller.tried, traveller.tried - len(traveller.wrong))
    assert traveller.wrong == []
    assert set(traveller.answers) == {"accepted", "wrong_code", "code_reused"}
    assert traveller.answers["accepted"] > traveller.tried / 5


BACK_S = (1, 29, 31, 89, 300, 3600, 86_400)


@pytest.mark.timeout(1200)
@pytest.mark.attack("T22", "the server's clock steps back by a second up to a day: no code is good a second time")
async def test_after_a_step_back_no_code_is_good_again(
    traveller: Traveller, living_in: Callable[[str], None], tally: Callable[[int, int], None]
) -> None:
    living_in("America/New_York")
    at = datetime(2027, 11, 7, 5, 59, 45, tzinfo=UTC)  # a quarter of a minute before New York's hour comes again
    for _ in range(times(2, full=40)):
        for back_s in BACK_S:
            at += timedelta(days=2, seconds=7)
            used = [at + timedelta(seconds=30 * step) for step in range(3)]
            for moment in used:
                await traveller.signs_in(at=moment, phone_s=moment.timestamp())
            accepted = traveller.answers["accepted"]
            for moment in used:  # every code that was seen, again
                stepped = moment - timedelta(seconds=back_s)
                for phone in used:
                    await traveller.signs_in(at=stepped, phone_s=phone.timestamp())
            assert traveller.answers["accepted"] == accepted
        # Behind the last step nothing is accepted; as soon as the clock has passed it, the owner's code is.
        await traveller.signs_in(at=at + timedelta(minutes=3), phone_s=(at + timedelta(minutes=3)).timestamp())

    tally(traveller.tried, traveller.tried - len(traveller.wrong))
    assert traveller.wrong == []


def test_the_oracle_agrees_with_oathtool() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    moments = [59, 1_111_111_109, 1_234_567_890, 2_000_000_000, *(int(at.timestamp()) for at in MOMENTS.values())]

    told = [run_tool("oathtool", "--totp", "--base32", f"--now=@{moment}", secret).strip() for moment in moments]

    assert told == [code_for(secret, moment) for moment in moments]
    assert told[0] == "287082"
