"""Very many guesses at one person at once, on three processes: none is looked at beyond the limit (T2, C3).

Seeded defect: `defects/T2.patch` reads the factor without holding it, as a first draft would.
"""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.codes import Verdict
from bot.sandbox.slack import StandIn
from tests.support.attacks import times
from tests.support.cast import join
from tests.support.database import Database
from tests.support.evaluated import beyond_the_limit, evaluated
from tests.support.ledger import open_ledger
from tests.support.replicas import replicas
from tests.support.services import Services, make_key
from tests.support.volley import at_once, sign_in

FACTORS = times(4, full=50)
WRONG = times(90, full=1000)
APPS = 10
JUDGED = {Verdict.WRONG_CODE, Verdict.CODE_REUSED, Verdict.ACCEPTED}


@pytest.mark.timeout(3600)
@pytest.mark.attack("T2", "1,000 wrong guesses and a right one at once on 3 processes: none judged beyond the limit")
async def test_of_a_thousand_guesses_at_once_none_is_judged_beyond_the_limit(
    services: Services, database: Database, slack: StandIn, tmp_path: Path, tally: Callable[[int, int], None]
) -> None:
    ledger = await open_ledger(database)
    keys = [await make_key(services, f"app-{number}") for number in range(APPS)]
    answers: Counter[str] = Counter()
    late = 0
    async with replicas(services, database, slack, tmp_path) as crowd:
        for number in range(FACTORS):
            victim = await join(services, f"victim{number}")
            await victim.enrolls()
            right, wrong = victim.code(), victim.phone.wrong_code()
            crowd.look_at_the_clock()
            # At one app, and every other time at ten, where the limit of a day counts.
            asked = keys if number % 2 else keys[:1]
            typed = [wrong] * WRONG
            typed.insert(random.Random(number).randrange(WRONG), right)  # noqa: S311  a place
            user = victim.profile.slack_user_id

            heard = await at_once(
                crowd.ports, [sign_in(asked[turn // 3 % len(asked)], user, code) for turn, code in enumerate(typed)]
            )

            said = Counter(one.result for one in heard)
            looked_at = await evaluated(ledger.conn, victim.id)
            late += len(beyond_the_limit(looked_at))
            # Whatever was answered for was written down; an answer may have been lost.
            assert sum(said[verdict] for verdict in JUDGED) <= len(looked_at)
            assert said[Verdict.ACCEPTED] <= sum(one.verdict == Verdict.ACCEPTED for one in looked_at) <= 1
            assert looked_at
            answers += said
    await ledger.conn.close()

    print("\n", dict(answers))  # noqa: T201
    assert set(answers) <= {*JUDGED, Verdict.THROTTLED, "503"}
    tried = FACTORS * (WRONG + 1)
    tally(tried, tried - late)
    assert late == 0
