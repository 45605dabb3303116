"""Somebody who can do everything to the audit's tables, and has no key, changes what they tell: found, and named (K7).

The bot's log of the heads is out of their reach.
"""

from collections.abc import Callable

import pytest

from bot.core.tampering import Kind
from tests.support import tampering
from tests.support.attacks import times
from tests.support.audit import open_audit
from tests.support.database import Database

LINKS = 6
TRIED = times(2, full=100)
WHAT = {
    Kind.EDITED: "an event is changed",
    Kind.DELETED: "an event is deleted",
    Kind.INSERTED: "an event is put in, or its mark taken away",
    Kind.REORDERED: "events or links change places",
    Kind.CUT: "the end is cut off",
    Kind.TRUNCATED: "tables are emptied",
    Kind.REMADE: "the chain is made anew",
    Kind.OLDER: "an older copy is put back",
    Kind.GARBLED: "the head is garbled, or taken away",
    Kind.FORGED: "a link is appended, or a finding acknowledged, without the key",
}
KINDS = [
    pytest.param(kind, marks=pytest.mark.attack("T19", f"the audit is tampered with: {what}"), id=kind.value)
    for kind, what in WHAT.items()
]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_tampering_is_found_and_named(
    database: Database, tally: Callable[[int, int], None], kind: Kind
) -> None:
    ways, held = tampering.WAYS[kind], 0
    async with open_audit(database) as audit:
        for number in range(TRIED):
            chance = tampering.chance(number)
            await audit.begin_anew()
            await audit.grow(LINKS, events=chance.randrange(2, 8))
            assert (await audit.check()).findings == []

            await ways[number % len(ways)](audit, chance)

            held += kind in {finding.kind for finding in (await audit.check()).findings}

    tally(TRIED, held)
    assert held == TRIED
