"""`mfabot audit accept`, as its users type it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.audit import REASON, Audit, open_audit
from tests.support.commands import run
from tests.support.database import Database
from tests.support.settings import KEYRING, environment

pytestmark = pytest.mark.usefixtures("logging_restored")

GARBLE = "UPDATE audit_head SET total = total + 1"


@pytest_asyncio.fixture
async def audit(database: Database) -> AsyncIterator[Audit]:
    async with open_audit(database) as opened:
        opened.keyring = KEYRING
        yield opened


@pytest.fixture
def environ(database: Database, tmp_path: Path) -> dict[str, str]:
    return environment(database, tmp_path)


async def typed(*words: str, environ: dict[str, str]) -> tuple[int, str, str]:
    """Run the command as a process of its own would, beside the loop that the fixtures run in."""
    return await asyncio.to_thread(run, "audit", *words, environ=environ)


async def test_what_verify_finds_is_acknowledged_and_then_the_audit_is_whole(
    audit: Audit, environ: dict[str, str], tmp_path: Path
) -> None:
    await audit.grow(2)
    await audit.conn.execute(GARBLE)
    await audit.write(1)
    log = tmp_path / "bot.log"
    log.write_text("\n".join(audit.log))

    found, said, _ = await typed("verify", "--log", str(log), environ=environ)
    code, accepted, why = await typed("accept", "--reason", REASON, "--log", str(log), environ=environ)
    await audit.link()
    whole, after, _ = await typed("verify", "--log", str(log), environ=environ)

    assert (found, code, why, whole) == (1, 0, "", 0)
    garbled = "Garbled: the head is gone or not made with its key, so links at the end may be gone."
    assert said.splitlines()[0] == garbled
    assert accepted.splitlines() == [
        garbled,
        "Acknowledged, as number 1. It is in the audit.",
        "The head was made again: the next link is 3.",
    ]
    assert after.splitlines()[0].startswith("The audit is whole: 10 events, 3 links")


async def test_scripts_are_told_what_was_acknowledged_and_people_that_no_log_was_compared(
    audit: Audit, environ: dict[str, str]
) -> None:
    await audit.grow(2)
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id = 3")
    _, script, _ = await typed("accept", "--reason", REASON, "--json", environ=environ)
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:9' WHERE event_id = 4")

    _, said, _ = await typed("accept", "--reason", REASON, environ=environ)
    _, after, _ = await typed("verify", "--json", environ=environ)

    told = json.loads(script)
    assert (told["acceptance"], [finding["kind"] for finding in told["findings"]]) == (1, ["deleted"])
    assert said.splitlines() == [
        "Edited: event 4, link 1.",
        "Acknowledged, as number 2. It is in the audit.",
        "Not compared with a log: what shows only there was not acknowledged.",
    ]
    assert (json.loads(after)["findings"], json.loads(after)["accepted"]) == ([], 2)


async def test_events_without_link_and_mark_are_linked_again(audit: Audit, environ: dict[str, str]) -> None:
    await audit.grow(1)
    await audit.write(2)
    await audit.conn.execute("DELETE FROM audit_unlinked")

    _, found, _ = await typed("verify", environ=environ)
    _, said, _ = await typed("accept", "--reason", REASON, environ=environ)
    await audit.link()
    code, after, _ = await typed("verify", environ=environ)

    assert "2 events have neither a genuine link nor a mark; `audit accept` has them linked." in found
    assert "2 events are linked again; a worker does it within a second." in said
    assert (code, after.splitlines()[0][:28]) == (0, "The audit is whole: 7 events")


async def test_nothing_is_acknowledged_of_a_whole_audit_without_a_reason_or_by_the_program_s_role(
    audit: Audit, environ: dict[str, str]
) -> None:
    await audit.grow(1)
    whole = await typed("accept", "--reason", REASON, environ=environ)
    await audit.conn.execute(GARBLE)
    short = await typed("accept", "--reason", "because", environ=environ)
    without = {name: value for name, value in environ.items() if name != "MFABOT_OWNER_DATABASE_URL"}
    refused = await typed("accept", "--reason", REASON, environ=without)

    assert whole[:2] == short[:2] == refused[:2] == (1, "")
    assert whole[2].startswith("Nothing to acknowledge: the audit is whole.")
    assert short[2].startswith("The reason has to be 10 to 500")
    assert refused[2] == "This takes the owner of the schema: set MFABOT_OWNER_DATABASE_URL."
    assert await audit.conn.fetchval("SELECT count(*) FROM audit_acceptance") == 0
