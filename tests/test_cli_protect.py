"""`mfabot people protect` and `unprotect`, as their users type them."""

import asyncio
import json

import pytest

from tests.support.commands import run
from tests.support.database import Database
from tests.support.ledger import Ledger

pytestmark = pytest.mark.usefixtures("logging_restored")
WHY = ("--reason", "She signs what leaves the bank")


async def mfabot(database: Database, *words: str) -> tuple[int, str, str]:
    return await asyncio.to_thread(run, "people", *words, environ={"DATABASE_URL": database.program})


async def test_a_person_is_protected_and_not_any_more(database: Database, ledger: Ledger) -> None:
    await ledger.conn.execute("INSERT INTO workspace VALUES ('T0MFA', NULL, 'U0BOT', now())")
    await ledger.conn.execute(
        "INSERT INTO person (team_id, slack_user_id, standing, name, seen_at) "
        "VALUES ('T0MFA', 'U0CFO', 'member', 'Finance Chief', now())"
    )

    done = await mfabot(database, "protect", "U0CFO", *WHY)
    again = await mfabot(database, "protect", "U0CFO", *WHY, "--json")
    away = await mfabot(database, "unprotect", "U0CFO", *WHY)
    unknown = await mfabot(database, "protect", "U0NOBODY", *WHY)
    without_a_reason = await mfabot(database, "protect", "U0CFO")

    assert done == (0, "U0CFO is protected now.", "")
    assert json.loads(again[1]) == {"slack_id": "U0CFO", "protected": True, "changed": False}
    assert away == (0, "U0CFO is not protected now.", "")
    assert (unknown[0], without_a_reason[0]) == (1, 2)
    assert unknown[2].startswith("Nobody of this id is known")
