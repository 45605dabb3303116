"""The connection is cut once the COMMIT has come through: nothing is done twice, and nobody is told a lie (T12, R2).

`flows/test_lost_answers.py` does the same to every transaction there is; here people press the buttons. Seeded defect:
`defects/T12.patch` takes an outage that met the commit for one before it.
"""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.acts import Acts
from tests.support.attacks import times
from tests.support.bot import serving_bot
from tests.support.database import Database
from tests.support.doubling import network
from tests.support.ledger import Ledger, open_ledger
from tests.support.office import Office

ROUNDS = times(1, full=10)
COMMITS = 2
"""How many transactions a request may have that write: in each round the first of each is hit, then the second."""


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with serving_bot(database, tmp_path) as bot:
        made = Office(bot)
        await made.opens()
        await made.grants("U0MIA", "admin")
        yield made


@pytest_asyncio.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    opened = await open_ledger(database)
    yield opened
    await opened.conn.close()


@pytest.mark.timeout(1800)
@pytest.mark.attack("T12", "the connection is cut after a COMMIT, and the person presses again: one effect")
async def test_what_is_pressed_again_after_its_answer_was_lost_has_one_effect(
    office: Office, ledger: Ledger, tally: Callable[[int, int], None]
) -> None:
    async with network(office.bot) as between:
        for commit in range(COMMITS):
            for _ in range(ROUNDS):
                acts = Acts(office, ledger, lambda hit=commit: between.losing(hit))  # type: ignore[misc]
                for part in (acts.own_mfa, acts.resets, acts.help, acts.rights):
                    await part()
                # What is allowed so often a day is allowed again.
                office.bot.clock.at += timedelta(days=1)

    assert between.lost >= 20 * ROUNDS
    tally(between.lost, between.lost)
