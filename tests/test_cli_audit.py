"""`mfabot audit`, as its users type it."""

import asyncio
import csv
import json
import os
import pwd
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support import tampering, tampering_chain
from tests.support.audit import Audit, open_audit
from tests.support.commands import run
from tests.support.database import Database
from tests.support.settings import KEYRING, environment

pytestmark = pytest.mark.usefixtures("logging_restored")


@pytest_asyncio.fixture
async def audit(database: Database) -> AsyncIterator[Audit]:
    async with open_audit(database) as opened:
        opened.keyring = KEYRING
        yield opened


async def typed(*words: str, environ: dict[str, str]) -> tuple[int, str, str]:
    """Run the command as a process of its own would, beside the loop that the fixtures run in."""
    return await asyncio.to_thread(run, "audit", *words, environ=environ)


@pytest.fixture
def environ(database: Database, tmp_path: Path) -> dict[str, str]:
    return environment(database, tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


def keep(log: Path, audit: Audit) -> None:
    """Write the log, as it is found on hosts: with other lines in between."""
    log.write_text("\n".join(['{"event": "listening"}', "Traceback", *audit.log, ""]))


async def test_a_whole_audit_is_whole_also_to_scripts(audit: Audit, environ: dict[str, str], log: Path) -> None:
    await audit.grow(3)
    await audit.write(2)
    keep(log, audit)

    code, said, why = await typed("verify", "--log", str(log), environ=environ)
    script, told, _ = await typed("verify", "--json", environ=environ)

    assert (code, script, why) == (0, 0, "")
    assert said.splitlines()[0].startswith("The audit is whole: 14 events, 3 links, the last of 20")
    assert said.splitlines()[1:] == [
        "2 events wait to be linked; a worker does it within a second.",
        "Compared with 3 heads of the log.",
    ]
    answer = json.loads(told)
    assert answer.pop("head") == {
        "number": 3,
        "mac": audit.heads()[-1].mac.hex(),
        "linked_at": audit.heads()[-1].linked_at,
        "count": 12,
    }
    assert answer == {
        "ok": True,
        "findings": [],
        "more": 0,
        "events": 14,
        "covered": 12,
        "waiting": 2,
        "links": 3,
        "accepted": 0,
        "unlinked": 0,
        "compared": 0,
    }


async def test_without_a_log_it_says_what_cannot_show(audit: Audit, environ: dict[str, str]) -> None:
    await audit.grow(1)

    _, said, _ = await typed("verify", environ=environ)

    assert said.splitlines()[-1].startswith("Not compared with a log: ")


async def test_tampering_is_1_and_a_sentence_and_json(audit: Audit, environ: dict[str, str]) -> None:
    await audit.grow(3)
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:9' WHERE event_id IN (5, 6)")
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id = 9")

    code, said, _ = await typed("verify", environ=environ)
    script, told, _ = await typed("verify", "--json", environ=environ)

    assert (code, script) == (1, 1)
    assert said.splitlines()[:3] == [
        "Edited: events 5 to 6, link 2.",
        "Deleted: event 9, link 3.",
        f"Somebody tampered with the audit: 11 events, 3 links, the last of {audit.heads()[-1].linked_at}.",
    ]
    assert json.loads(told)["findings"] == [
        {"kind": "edited", "events": [5, 6], "links": [2, 2], "head": None},
        {"kind": "deleted", "events": [9, 9], "links": [3, 3], "head": None},
    ]


async def test_an_older_copy_shows_in_the_log(audit: Audit, environ: dict[str, str], log: Path) -> None:
    await audit.grow(3)
    await tampering_chain.put_an_older_copy_back(audit, tampering.chance(1))
    keep(log, audit)

    without, _, _ = await typed("verify", environ=environ)
    code, said, _ = await typed("verify", "--log", str(log), environ=environ)

    assert (without, code) == (0, 1)
    assert said.startswith(
        "An older copy put back: the chain leaves what the log tells. The log tells head 4 of "
        f"{audit.heads()[3].linked_at}, which the chain lacks."
    )


async def test_many_findings_are_counted_and_not_all_told(audit: Audit, environ: dict[str, str]) -> None:
    await audit.grow(1, events=120)
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id % 2 = 0")

    _, said, _ = await typed("verify", environ=environ)

    assert said.splitlines()[50] == "... and 10 more."


async def test_a_log_that_tells_no_head_is_nothing_to_compare_with(
    audit: Audit, environ: dict[str, str], log: Path
) -> None:
    await audit.grow(1)
    audit.log.clear()
    keep(log, audit)

    code, said, why = await typed("verify", "--log", str(log), environ=environ)

    assert (code, said) == (1, "")
    assert why.startswith("No line of that log tells a head")


async def test_a_log_that_is_not_there_and_a_time_that_is_none_are_usage_errors(environ: dict[str, str]) -> None:
    assert (await typed("verify", "--log", "/nowhere", environ=environ))[0] == 2
    assert (await typed("export", "--since", "yesterday", environ=environ))[0] == 2


async def test_without_a_database_it_is_a_sentence_without_its_url(environ: dict[str, str]) -> None:
    away = environ | {"DATABASE_URL": "postgresql://mfabot:hunter2@127.0.0.1:1/mfabot"}
    for words in ("verify", "export"):
        code, out, why = await typed(words, environ=away)

        assert (code, out) == (1, "")
        assert why.startswith("The database cannot be reached")
        assert "hunter2" not in why


async def test_an_export_is_json_lines_in_the_order_of_ids_and_an_event_itself(
    audit: Audit, environ: dict[str, str]
) -> None:
    await audit.grow(2)

    code, out, why = await typed("export", environ=environ)

    told = [json.loads(line) for line in out.splitlines()]
    assert (code, why) == (0, "9 events.")
    assert [event["event_id"] for event in told] == list(range(1, 10))
    assert told[0] == {
        "actor": "person:1",
        "at": told[0]["at"],
        "detail": {"n": 1},
        "event_id": 1,
        "kind": "mfa.enabled",
        "subject_id": 1,
        "surface": "slack",
    }
    assert (told[8]["kind"], told[8]["surface"]) == ("audit.exported", "cli")
    assert told[8]["actor"] == f"host:{pwd.getpwuid(os.getuid()).pw_name}"


async def test_an_export_is_of_a_time_from_its_beginning_to_before_its_end(
    audit: Audit, environ: dict[str, str]
) -> None:
    audit.clock.at = audit.clock().replace(microsecond=0)
    begin = audit.clock() + timedelta(seconds=3)
    await audit.write(8)
    since, until = (f"{at:%Y-%m-%dT%H:%M:%S}Z" for at in (begin, begin + timedelta(seconds=2)))

    _, out, _ = await typed("export", "--since", since, "--until", until, environ=environ)

    assert [json.loads(line)["event_id"] for line in out.splitlines()] == [3, 4]


async def test_an_export_of_a_person_is_what_they_did_and_what_was_done_to_them(
    audit: Audit, environ: dict[str, str]
) -> None:
    async with audit.pool.transaction() as conn:
        await conn.execute("INSERT INTO workspace (team_id, bot_user_id, seen_at) VALUES ('T0MFA', 'U0BOT', now())")
        for slack_id in ("U0ADA", "U0BEN"):
            await conn.execute(
                "INSERT INTO person (team_id, slack_user_id, standing, name, seen_at) "
                "VALUES ('T0MFA', $1, 'member', 'Somebody', now())",
                slack_id,
            )
    await audit.write(14)

    _, by_slack_id, _ = await typed("export", "U0BEN", environ=environ)
    _, by_number, _ = await typed("export", "2", environ=environ)
    code, out, why = await typed("export", "U0NOBODY", environ=environ)

    told = [json.loads(line) for line in by_slack_id.splitlines()]
    assert [event["event_id"] for event in told] == [2, 7, 9, 12, 15]
    assert all(event["subject_id"] == 2 or event["actor"] == "person:2" for event in told)
    assert [json.loads(line)["event_id"] for line in by_number.splitlines()] == [2, 7, 9, 12, 15, 16]
    assert (code, out, why) == (1, "", "Nobody is known as U0NOBODY.")
    kinds = await audit.conn.fetch("SELECT kind FROM audit_event WHERE event_id > 14 ORDER BY event_id")
    assert [row["kind"] for row in kinds] == ["audit.exported", "audit.exported", "audit.refused"]


async def test_a_table_is_harmless_in_a_spreadsheet(audit: Audit, environ: dict[str, str]) -> None:
    await audit.write(1)
    await audit.conn.execute("UPDATE audit_event SET actor = '=cmd()'")

    _, out, _ = await typed("export", "--csv", environ=environ)

    rows = list(csv.DictReader(out.splitlines()))
    assert rows[0]["actor"] == "'=cmd()"
    assert json.loads(rows[0]["detail"]) == {"n": 1}


async def test_an_export_of_nothing_still_has_the_table_s_head(environ: dict[str, str]) -> None:
    _, out, _ = await typed("export", "--csv", "--until", "2020-01-01", environ=environ)

    assert out == "event_id,at,kind,actor,surface,subject_id,detail"
