"""Unknown, not enrolled, wrong, used: told apart by how long the answer takes? (T21, C9).

The words of the answer tell the application which it is; whoever typed the code sees of it what the application shows,
and how long it took. Every answer that signs nobody in leaves at the next tick after the question (`handlers.api`), and
none may come sooner: that much is asserted everywhere. How well the times tell two of them apart is asserted at full
size alone, as the area under the curve (AUC): 0.5 is not at all, 1 every time. Seeded defect: `defects/T21.patch`
answers as soon as there is an answer.
"""

import asyncio
import itertools
import random
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from bot.core.apps import Key
from bot.core.codes import Verdict
from bot.sandbox.slack import StandIn
from handlers.api import PACE_S
from storage.pool import Connection
from tests.support.attacks import PAGE, times
from tests.support.cast import Member, join
from tests.support.database import Database
from tests.support.replicas import replicas
from tests.support.services import Services, make_key
from tests.support.volley import Line, sign_in

OUTCOMES = (Verdict.UNKNOWN_USER, Verdict.NOT_ENROLLED, Verdict.WRONG_CODE, Verdict.CODE_REUSED)
PEOPLE = 20
ROUNDS = times(1, full=100)
AT_MOST = 0.55
MOMENT_S = 0.001
"""What a clock of the loop's and one of the test's may disagree by."""
Times = dict[Verdict, list[float]]


@dataclass
class Asked:
    """Who is asked about, and the superuser's connection, which has all failures forgotten between two rounds."""

    conn: Connection
    key: Key
    on: list[Member]
    off: list[Member]

    def of(self, outcome: Verdict, number: int) -> bytes:
        """Return a question that has *outcome*; the present code is used up."""
        mine = self.on[number]
        match outcome:
            case Verdict.UNKNOWN_USER:
                return sign_in(self.key, f"U0NOBODY{number}", mine.phone.code())
            case Verdict.NOT_ENROLLED:
                return sign_in(self.key, self.off[number].profile.slack_user_id, mine.phone.code())
            case Verdict.WRONG_CODE:
                return sign_in(self.key, mine.profile.slack_user_id, mine.phone.wrong_code())
            case _:
                return sign_in(self.key, mine.profile.slack_user_id, mine.phone.code())

    async def forget(self) -> None:
        await self.conn.execute("UPDATE factor SET failures = 0, wrong_at = '{}'; DELETE FROM attempt")


async def measured(lines: list[Line], asked: Asked, rounds: int) -> Times:
    """Ask for each outcome *PEOPLE* times a round, in a random order at each line; return the seconds it took."""
    found: Times = {outcome: [] for outcome in OUTCOMES}
    # Ready beforehand: to find a wrong code takes longer than to read a right one.
    ready = {one: asked.of(*one) for one in itertools.product(OUTCOMES, range(PEOPLE))}
    chance = random.Random(21)  # noqa: S311  an order

    async def ask(line: Line, questions: list[tuple[Verdict, int]]) -> None:
        for outcome, number in questions:
            heard = await line.ask(ready[outcome, number])
            assert heard.result == outcome
            found[outcome].append(heard.seconds)

    for _ in range(rounds):
        await asked.forget()
        # Nobody is asked about at two lines: they would wait for each other.
        dealt = [list(itertools.product(OUTCOMES, range(turn, PEOPLE, len(lines)))) for turn in range(len(lines))]
        for questions in dealt:
            chance.shuffle(questions)
        await asyncio.gather(*(ask(line, questions) for line, questions in zip(lines, dealt, strict=True)))
    return found


def auc(some: list[float], others: list[float]) -> float:
    """Return how likely one of *some* is less than one of *others* or the other way round, whichever is likelier."""
    ranked = sorted(others)
    less = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in some) / (2 * len(some) * len(others))
    return max(less, 1 - less)


@pytest.mark.timeout(3600)
@pytest.mark.attack("T21", "unknown, not enrolled, wrong, used, 2,000 times each: AUC at most 0.55 for each pair")
async def test_the_time_of_an_answer_does_not_tell_why_nobody_is_signed_in(
    services: Services,
    database: Database,
    slack: StandIn,
    tmp_path: Path,
    tally: Callable[[int, int], None],
    seen: Callable[[str], None],
) -> None:
    conn = await asyncpg.connect(database.superuser)
    on = [await join(services, f"on{number}") for number in range(PEOPLE)]
    off = [await join(services, f"off{number}") for number in range(PEOPLE)]
    for member in on:
        await member.enrolls()
    async with replicas(services, database, slack, tmp_path) as served:
        lines = [await Line.to(port) for port in served.ports]
        found = await measured(lines, Asked(conn, await make_key(services), on, off), ROUNDS)
        for line in lines:
            await line.close()
    await conn.close()

    pairs = {(one, other): auc(found[one], found[other]) for one, other in itertools.combinations(OUTCOMES, 2)}
    for outcome, seconds in found.items():
        tenths = [f"{1000 * tenth:.2f}" for tenth in statistics.quantiles(seconds, n=10)]
        print("\n", outcome, "ms, by tenths:", *tenths)  # noqa: T201
    soonest = min(min(seconds) for seconds in found.values())
    if PAGE:
        seen(", ".join(f"{one} and {other} {area:.2f}" for (one, other), area in pairs.items()).replace("_", " "))
        tally(len(pairs), sum(area <= AT_MOST for area in pairs.values()))
        assert max(pairs.values()) <= AT_MOST
    assert soonest >= PACE_S - MOMENT_S
