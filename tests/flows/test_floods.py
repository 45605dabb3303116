"""An application that floods keeps neither another's sign-ins nor Slack waiting, whatever it floods with (R4).

In each test hundreds of requests are on their way when somebody else asks, who is answered before they all are.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg
import pytest_asyncio

from bot.core.apps import Key, KeyRefusal
from bot.core.codes import Verdict
from bot.services.judging import Judged, Method
from bot.services.lookups import BySlackId
from bot.services.verification import FactorStatus
from tests.support.database import Database
from tests.support.services import Services, make_key
from tests.support.signing import members, sign_in

FLOOD = 300
CHEAP = 900
"""Of questions that a batch answers 64 at a time."""
ACCEPTED = Judged(Verdict.ACCEPTED, Method.TOTP)
NOT_ENROLLED = Judged(Verdict.NOT_ENROLLED)


@dataclass
class Flood:
    """So many requests of one key at once, and how many of them were answered."""

    tasks: list[asyncio.Task[object]] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(task.done() for task in self.tasks)

    async def begins(self, ask: Callable[[int], Awaitable[object]], *, size: int = FLOOD) -> None:
        """Send all, and return once some were answered: the others wait wherever they wait."""
        self.tasks = [asyncio.create_task(_asking(ask(number))) for number in range(size)]
        await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)

    async def ends(self) -> list[object]:
        return await asyncio.gather(*self.tasks)


async def _asking(asked: Awaitable[object]) -> object:
    return await asked


@pytest_asyncio.fixture
async def crowd(services: Services, database: Database) -> list[BySlackId]:
    """So many people without MFA."""
    conn = await asyncpg.connect(database.superuser)
    await conn.execute(
        """
        INSERT INTO person (team_id, slack_user_id, standing, name, seen_at)
        SELECT 'T0MFA', 'U0CROWD' || number, 'member', 'Crowd ' || number, $1
          FROM generate_series(1, $2) AS number
        """,
        services.clock(),
        FLOOD + 10,
    )
    await conn.close()
    return [BySlackId(f"U0CROWD{number}") for number in range(1, FLOOD + 11)]


async def known_key(services: Services, name: str, *, rate_per_s: int = 1_000_000) -> Key:
    """Make a key that has been used before: of one that was never seen nobody knows whose it is."""
    key = await make_key(services, name, rate_per_s=rate_per_s)
    await services.verification.check(key, BySlackId("U0NOBODY"), typed="000000")
    return key


async def test_a_flood_of_sign_ins_lets_another_app_s_sign_ins_go_first(services: Services) -> None:
    floods, quiet = [await known_key(services, name) for name in ("payroll", "wiki")]
    those, flood = await members(services, 10), Flood()

    await flood.begins(
        lambda n: services.verification.check(floods, BySlackId(f"U0NOBODY{n}"), typed="000000"), size=CHEAP
    )
    answers = await asyncio.gather(*(sign_in(services, quiet, one) for one in those))
    answered = flood.answered

    assert answers == [ACCEPTED] * 10
    assert answered < CHEAP
    assert set(await flood.ends()) == {Judged(Verdict.UNKNOWN_USER)}


async def test_a_flood_of_what_is_asked_alone_lets_another_app_s_go_first(
    services: Services, crowd: list[BySlackId]
) -> None:
    floods, quiet = [await known_key(services, name) for name in ("payroll", "wiki")]
    flood = Flood()

    await flood.begins(lambda n: services.verification.check(floods, crowd[n], typed="000000"))
    answers = [await services.verification.check(quiet, one, typed="000000") for one in crowd[FLOOD:]]
    answered = flood.answered

    assert answers == [NOT_ENROLLED] * 10
    assert answered < FLOOD
    assert set(await flood.ends()) == {NOT_ENROLLED}


async def test_a_flood_of_questions_lets_another_app_and_slack_go_first(
    services: Services, crowd: list[BySlackId]
) -> None:
    floods, quiet = [await known_key(services, name) for name in ("payroll", "wiki")]
    flood = Flood()

    await flood.begins(lambda n: services.verification.factor(floods, crowd[n]))
    answers = [await services.verification.factor(quiet, one) for one in crowd[FLOOD:]]
    home = await services.people.home()
    answered = flood.answered

    assert {type(answer) for answer in (*answers, *await flood.ends())} == {FactorStatus}
    assert home is not None
    assert answered < FLOOD


async def test_a_flood_is_refused_by_its_own_rate_and_nobody_else_is(
    services: Services, crowd: list[BySlackId]
) -> None:
    floods, quiet = (
        await known_key(services, "payroll", rate_per_s=50),
        await known_key(services, "wiki", rate_per_s=50),
    )
    [ada], flood = await members(services, 1), Flood()

    await flood.begins(lambda n: services.verification.check(floods, crowd[n], typed="000000"))
    answer = await sign_in(services, quiet, ada)

    assert answer == ACCEPTED
    assert Counter(await flood.ends()) == {NOT_ENROLLED: 50, KeyRefusal.TOO_FAST: FLOOD - 50}
