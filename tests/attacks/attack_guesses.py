"""Very many guesses at one person at once, on three processes: none is looked at beyond the limit (T2, C3).

Seeded defects: `defects/T2.patch` reads the factor without holding it, as a first draft would;
`defects/C10-batch.patch` does not save how much of an unlock's allowance a batch has used.
"""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.codes import Verdict
from bot.core.throttle import UNLOCK_ALLOWS
from bot.sandbox.slack import StandIn
from bot.services.break_glass import Glass
from bot.services.host import Ask
from bot.services.lookups import BySlackId
from tests.support.attacks import times
from tests.support.cast import REASON, join
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


@pytest.mark.timeout(3600)
@pytest.mark.attack("T2", "1,000 guesses at once after an unlock, the day's limit reached at 10 apps: 5 judged in all")
async def test_of_a_thousand_guesses_at_once_after_an_unlock_five_are_judged(
    services: Services, database: Database, slack: StandIn, tmp_path: Path, tally: Callable[[int, int], None]
) -> None:
    ledger = await open_ledger(database)
    keys = [await make_key(services, f"app-{number}") for number in range(APPS)]
    held = 0
    async with replicas(services, database, slack, tmp_path) as crowd:
        for number in range(FACTORS):
            victim = await join(services, f"victim{number}")
            await victim.enrolls()
            user, wrong = victim.profile.slack_user_id, victim.phone.wrong_code()
            crowd.look_at_the_clock()
            for key in keys * 2:
                await services.verification.check(key, BySlackId(user), typed=wrong)
            if number % 2:
                await services.verification.check(keys[0], BySlackId(user), typed=victim.recovery_codes[0])
            else:
                assert await Glass(services.means).unlock(user, Ask("host:root", REASON)) is None
            before = len(await evaluated(ledger.conn, victim.id))

            heard = await at_once(crowd.ports, [sign_in(keys[turn // 3 % APPS], user, wrong) for turn in range(WRONG)])

            looked_at = (await evaluated(ledger.conn, victim.id))[before:]
            assert {one.result for one in heard} <= {Verdict.WRONG_CODE, Verdict.THROTTLED, "503"}
            assert looked_at
            held += WRONG - max(0, len(looked_at) - UNLOCK_ALLOWS)
    await ledger.conn.close()

    tally(FACTORS * WRONG, held)
    assert held == FACTORS * WRONG
