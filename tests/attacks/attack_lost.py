"""The connection is cut once the COMMIT has come through: nothing is done twice, and nobody is told a lie (T12, R2).

`flows/test_lost_answers.py` does the same to every transaction there is; here people press the buttons. Seeded defect:
`defects/T12.patch` takes an outage that met the commit for one before it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.core.people import Person
from bot.sandbox.slack import StandIn
from tests.support.acts import Acts
from tests.support.attacks import times
from tests.support.database import Database
from tests.support.doubling import Network
from tests.support.ledger import Ledger
from tests.support.office import Office
from tests.support.services import Services
from tests.support.timeouts import patient_pool
from tests.support.wire import Wire
from tests.support.working import delivered, kept, shredded, start, working

ROUNDS = times(1, full=10)
DELIVERING, SHREDDING = 3, 2
"""Transactions that write: of a message's place, a file's id, that all is shown; that a file is gone, and all is."""
PLACES = [("delivering", n) for n in range(DELIVERING)] + [("shredding", n) for n in range(SHREDDING)]
COMMITS = 2
"""How many transactions a request may have that write: in each round the first of each is hit, then the second."""


@pytest.mark.timeout(1800)
@pytest.mark.attack("T12", "the connection is cut after a COMMIT, and the person presses again: one effect")
async def test_what_is_pressed_again_after_its_answer_was_lost_has_one_effect(
    office: Office, between: Network, ledger: Ledger, tally: Callable[[int, int], None]
) -> None:
    for commit in range(COMMITS):
        for _ in range(ROUNDS):
            acts = Acts(office, ledger, partial(between.losing, commit))
            for part in (acts.own_mfa, acts.resets, acts.help, acts.rights):
                await part()
            # What is allowed so often a day is allowed again.
            office.bot.clock.at += timedelta(days=1)

    assert between.lost >= 20 * ROUNDS
    tally(between.lost, between.lost)


@pytest.mark.attack("T12", "the connection is cut after each COMMIT of a job: the QR code comes once, and goes")
@pytest.mark.parametrize(("part", "commit"), PLACES)
async def test_a_job_whose_answer_was_lost_goes_on_where_it_was(
    services: Services, database: Database, wire: Wire, slack: StandIn, ada: Person, part: str, commit: int
) -> None:
    pool = patient_pool(wire.program)

    async def loses(where: str) -> None:
        if where == part:
            await wire.lost_it()
            wire.mend()

    async with working(replace(services.means, pool=pool), database, slack) as jobs:
        if part == "delivering":
            wire.lose_an_answer(after=commit)
        enrollment_id = await start(services.enrollments, ada)
        jobs.start()
        await loses("delivering")
        await slack.until(lambda: delivered(slack))
        there = kept(slack)

        if part == "shredding":
            wire.lose_an_answer(after=commit)
        await services.enrollments.cancel(enrollment_id, by=ada.person_id)
        await loses("shredding")
        await slack.until(lambda: shredded(slack))
    await pool.close()

    assert len(there) == 1
    assert len(slack.workspace.messages("U0ADA")) == 1
