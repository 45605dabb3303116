"""Secrets of eight kinds, and everything goes wrong that can, at DEBUG: they are found nowhere (T16, X2, K5).

Not in a log, a metric, a table, a job, a dump of the database or its WAL, nor in what Slack and the applications hear;
but for the modal with the key and the answer with the recovery codes, which go to their owner.
"""

import io
import secrets
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot import logs
from bot.core.sealing import Keyring, write_keyring
from tests.support import error_paths_people  # noqa: F401  it notes what there is
from tests.support.attacks import PAGE
from tests.support.bot import serving_bot
from tests.support.canaries import Canaries, Hunt, begin
from tests.support.database import Database
from tests.support.error_paths import PATHS
from tests.support.settings import APP_TOKEN
from tests.support.timeouts import LONG

WAYS = ["http", "socket"] if PAGE else ["http"]
LEAST = 40


@pytest_asyncio.fixture(params=WAYS)
async def hunt(
    request: pytest.FixtureRequest,
    database: Database,
    tmp_path: Path,
    logging_restored: None,  # noqa: ARG001  restores what this configures
) -> AsyncIterator[Hunt]:
    """A bot with a keyring of its own, whose log is read."""
    keyring = tmp_path / "keyring"
    keyring.write_text(write_keyring(Keyring("k1", {"k1": secrets.token_bytes(32)})))
    keyring.chmod(0o600)
    environ = {"SLACK_APP_TOKEN": APP_TOKEN} if request.param == "socket" else {}
    async with serving_bot(database, tmp_path, LONG, **environ) as bot, aiohttp.ClientSession() as http:
        log = io.StringIO()
        logs.configure("DEBUG", stream=log)
        made = await begin(bot, http, log, tmp_path)
        yield made
        await made.ledger.conn.close()


@pytest.mark.timeout(600)
@pytest.mark.attack("T16", "canaries in 8 kinds of secret along each error path, at DEBUG: they are found nowhere")
async def test_whatever_goes_wrong_no_secret_stands_where_it_does_not_belong(
    hunt: Hunt, database: Database, tally: Callable[[int, int], None]
) -> None:
    leaks = {}
    for name, goes in PATHS.items():
        await goes(hunt)
        leaks[name] = await hunt.leaks()
    leaks["a dump"] = {(kind, "dump") for kind in hunt.canaries.found(dumped(database))}
    leaks["the WAL"] = {(kind, "WAL") for kind in hunt.canaries.found(written_ahead(database))}

    assert {name: found for name, found in leaks.items() if found} == {}
    assert len(hunt.canaries.spelled) + 1 == 8
    assert len(PATHS) >= LEAST
    tally(len(leaks), len(leaks))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("code 123456.", {"code"}),
        ("12:00:00.123456Z a123456 1234567", set()),
        ("typed: ABCD-EFGH-IJKL-MNOP-QRST-UVWX", {"recovery code"}),
        ("typed: abcdefghijklmnopqrstuvwx", {"recovery code"}),
        ("ABCD EFGH IJKL MNOP QRST UVWX", {"recovery code"}),
        ("nothing", set()),
    ],
)
def test_a_canary_is_found_however_it_is_spelled(text: str, found: set[str]) -> None:
    canaries = Canaries()
    canaries.note("code", "123456")
    canaries.note("recovery code", "ABCD-EFGH-IJKL-MNOP-QRST-UVWX")

    assert canaries.found(text.encode()) == found
    assert canaries.found(text.encode(), but="code") == found - {"code"}


def dumped(database: Database) -> bytes:
    """Return what pg_dump writes of the database."""
    program = database.server.programs / "pg_dump"
    return subprocess.run([program, database.superuser], capture_output=True, check=True).stdout


def written_ahead(database: Database) -> bytes:
    """Return all of the server's WAL."""
    files = sorted((database.server.data / "pg_wal").glob("0*"))
    return b"".join(file.read_bytes() for file in files if file.is_file())
