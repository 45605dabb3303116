"""Sign-ins of a person whose authenticator app is replaced at that moment: never `not_enrolled` (T4b, E7).

Seeded defect: `defects/T4b.patch` believes the first look, which finds no factor while the replacement commits.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from bot.core.codes import Verdict
from bot.sandbox.slack import StandIn
from bot.services.enrollment import Started
from handlers import ids
from tests.support.attacks import times
from tests.support.cast import join
from tests.support.database import Database
from tests.support.ledger import open_ledger
from tests.support.replicas import replicas
from tests.support.services import Services, make_key, scan
from tests.support.volley import at_once, sign_in, submission

REPLACED = times(5, full=50)
SIGN_INS = times(90, full=1000)
APPS = 10


@pytest.mark.timeout(3600)
@pytest.mark.attack("T4b", "1,000 sign-ins of a person at once while a Replace commits: never `not_enrolled`")
async def test_while_a_replacement_commits_nobody_hears_not_enrolled(
    services: Services, database: Database, slack: StandIn, tmp_path: Path, tally: Callable[[int, int], None]
) -> None:
    ledger = await open_ledger(database)
    keys = [await make_key(services, f"app-{number}") for number in range(APPS)]
    ada = await join(services, "ada")
    await ada.enrolls()
    user, answers = ada.profile.slack_user_id, Counter[str]()
    async with replicas(services, database, slack, tmp_path) as crowd:
        for _ in range(REPLACED):
            services.clock.forward(hours=25)
            started = await services.enrollments.start(ada.id, intent=uuid4(), replacing=True, typed=ada.phone.code())
            assert isinstance(started, Started)
            new = await scan(services, started.enrollment_id)
            crowd.look_at_the_clock()
            at, wrong = services.clock().timestamp(), ada.phone.wrong_code()
            asked = [sign_in(keys[turn // 3 % APPS], user, wrong) for turn in range(SIGN_INS)]
            confirm = submission(user, ids.CONFIRM_FORM, started.enrollment_id, new.code(), at=at)
            asked.insert(SIGN_INS // 5, confirm)

            heard = await at_once(crowd.ports, asked)
            while await ledger.conn.fetchval("SELECT count(*) FROM enrollment WHERE state = 'pending'"):
                # The crowd was in the way of the confirmation; it is sent once more, in a smaller one.
                heard += await at_once(crowd.ports, [confirm, *asked[:30]])

            answers += Counter(one.result for one in heard)
            ada.phone = new
    replaced = (await ledger.events()).count("mfa.replaced")
    await ledger.conn.close()

    print("\n", dict(answers))  # noqa: T201
    assert replaced == REPLACED
    assert set(answers) <= {Verdict.WRONG_CODE, Verdict.THROTTLED, "503", "200", Verdict.NOT_ENROLLED}
    said_wrongly = answers[Verdict.NOT_ENROLLED]
    tally(REPLACED * SIGN_INS, REPLACED * SIGN_INS - said_wrongly)
    assert said_wrongly == 0
