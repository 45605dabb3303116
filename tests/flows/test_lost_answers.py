"""Every kind of transaction, cut after its COMMIT: done once, told truly, and not done again (R2)."""

import pytest

from tests.support import lost_host, lost_known, lost_looks, lost_others, lost_own, lost_work  # noqa: F401  they note what there is
from tests.support.cast import Cast
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.lost import ACTS, is_done_once, left, losing
from tests.support.lost_reads import READS, Given
from tests.support.transactions import opening_transactions


def test_every_transaction_of_the_services_is_cut_off_here_or_is_shown_to_change_nothing() -> None:
    acts = {name.partition(",")[0].partition(" ")[0] for name in ACTS}

    assert acts | set(READS) == opening_transactions()
    assert acts & set(READS) == set()


@pytest.mark.parametrize("name", ACTS)
async def test_a_transaction_whose_answer_is_lost_is_done_once(
    cast: Cast, ledger: Ledger, database: Database, name: str
) -> None:
    async with losing(cast, ledger, database) as (world, wire):
        act = await ACTS[name](world)

        await is_done_once(world, wire, act)


@pytest.mark.parametrize("name", READS)
async def test_what_is_only_read_changes_nothing(cast: Cast, ledger: Ledger, database: Database, name: str) -> None:
    async with losing(cast, ledger, database) as (world, _):
        given = await Given.of(world)
        before = await left(ledger)

        await READS[name](given)

        assert await left(ledger) == before
