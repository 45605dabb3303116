"""`mfabot break-glass reset` and `release` where a word is needed, as an operator types them (E9, E10)."""

import asyncio
import json

import pytest

from bot.cli.refusals import SENTENCES
from bot.core.host import HostRefusal
from bot.core.resets import Happened
from bot.core.words import read
from tests.support.cast import Cast
from tests.support.commands import run
from tests.support.database import Database
from tests.support.host_env import on_the_host
from tests.support.ledger import Ledger
from tests.support.thief import blocks, robs

pytestmark = pytest.mark.usefixtures("logging_restored")
WHY = ("--reason", "Ticket 4711: phone stolen")


async def mfabot(database: Database, *words: str) -> tuple[int, str, str]:
    with on_the_host(database.program) as environ:
        return await asyncio.to_thread(run, "break-glass", *words, *WHY, environ=environ)


async def test_a_disputed_factor_is_not_released_and_its_reset_prints_the_word_once(
    database: Database, cast: Cast, ledger: Ledger
) -> None:
    await robs(cast, ledger, "replaced")
    await blocks(cast, ledger, "replaced")

    refused = await mfabot(database, "release", "U0EMPLOYEE")
    reset = await mfabot(database, "reset", "U0EMPLOYEE", "--json")
    another = await mfabot(database, "release", "U0EMPLOYEE", "--json")

    first, second = json.loads(reset[1])["word"], json.loads(another[1])["word"]
    assert refused == (1, "", SENTENCES[HostRefusal.DISPUTED])
    assert "mfabot break-glass reset" in refused[2]
    assert read(first) == first != second == read(second)
    assert first not in await ledger.everything()


async def test_a_plain_suspension_ends_and_who_has_none_is_refused(database: Database, cast: Cast) -> None:
    await cast.asks(happened=Happened.STOLEN)

    released = await mfabot(database, "release", "U0EMPLOYEE")
    again = await mfabot(database, "release", "U0EMPLOYEE")

    assert released == (0, "U0EMPLOYEE can sign in again.", "")
    assert again == (1, "", SENTENCES[HostRefusal.NOT_SUSPENDED])
