"""`mfabot people import` and `mfabot people manager`, as their users type them."""

import asyncio
import json
from pathlib import Path

import pytest
import pytest_asyncio

from bot.cli.refusals import LINES
from bot.core.managers import Fault
from tests.support.commands import run
from tests.support.database import Database
from tests.support.ledger import Ledger

pytestmark = pytest.mark.usefixtures("logging_restored")


@pytest_asyncio.fixture
async def ledger(ledger: Ledger) -> Ledger:
    await ledger.conn.execute("INSERT INTO workspace VALUES ('T0MFA', NULL, 'U0BOT', now())")
    return ledger


async def crowd(ledger: Ledger, count: int) -> None:
    """Have so many people, U1 and on."""
    await ledger.conn.execute(
        """
        INSERT INTO person (team_id, slack_user_id, standing, name, seen_at)
        SELECT 'T0MFA', 'U' || n, 'member', 'Person ' || n, now() FROM generate_series(1, $1) AS n
        """,
        count,
    )


async def mfabot(database: Database, *words: str) -> tuple[int, str, str]:
    return await asyncio.to_thread(run, "people", *words, environ={"DATABASE_URL": database.program})


async def test_a_manager_is_set_and_taken_away(database: Database, ledger: Ledger) -> None:
    await crowd(ledger, 2)

    done = await mfabot(database, "manager", "U1", "U2")
    again = await mfabot(database, "manager", "U1", "U2", "--json")
    away = await mfabot(database, "manager", "U1", "none")

    assert done == (0, "U1 is managed by U2 now.", "")
    assert json.loads(again[1]) == {"subject": "U1", "manager": "U2", "changed": False}
    assert away == (0, "U1 has no manager now.", "")


async def test_a_pair_that_will_not_do_is_a_sentence(database: Database, ledger: Ledger) -> None:
    await crowd(ledger, 1)

    assert await mfabot(database, "manager", "U1", "U1") == (1, "", "That will not do: U1 cannot manage themselves.")
    assert (await mfabot(database, "manager", "U1", "U9"))[2].startswith("That will not do: U9 is nobody whom we know")


async def test_every_bad_line_is_told_with_its_number_and_nothing_is_imported(
    database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    await crowd(ledger, 5)
    file = tmp_path / "managers.csv"
    file.write_bytes(
        b"\xef\xbb\xbfslack_id,manager_slack_id\r\n"
        b"U1,U2\r\nU2,U1\r\nU3,U3\r\nU4\r\nada@example.com,U1\r\nU1,U3\r\nU4,U99\r\nU5,\xdcnr\r\n"
    )

    code, out, why = await mfabot(database, "import", str(file))
    _, told, _ = await mfabot(database, "import", str(file), "--json")

    assert (code, out) == (1, "")
    assert why.splitlines() == [
        "managers.csv:2: U1 would come to manage themselves, over others",
        "managers.csv:3: U2 would come to manage themselves, over others",
        "managers.csv:4: U3 cannot manage themselves",
        "managers.csv:5: has not two columns, slack_id and manager_slack_id, with a comma between",
        "managers.csv:6: “ada@example.com” is no id of Slack's",
        "managers.csv:7: names somebody whom line 2 names already",
        "managers.csv:8: U99 is nobody whom we know; `mfabot people sync` takes everybody in",
        "managers.csv:9: is not UTF-8",
        "Nothing was imported.",
    ]
    assert json.loads(told)["imported"] is False
    assert json.loads(told)["faults"][1] == {"line": 3, "fault": "cycle", "about": "U2"}
    assert await ledger.conn.fetchval("SELECT count(*) FROM manager") == 0


async def test_a_hundred_thousand_lines_are_taken_whole_and_with_one_bad_line_not_at_all(
    database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    count = 100_000
    await crowd(ledger, count + 1)
    file = tmp_path / "managers.csv"
    lines = [f"U{n},U{n // 10 + 1}" for n in range(2, count + 2)]
    file.write_text("\n".join(["slack_id,manager_slack_id", *lines, "U1,U77"]))
    spoiled = await mfabot(database, "import", str(file), "--json")
    nothing = await ledger.conn.fetchval("SELECT count(*) FROM manager")
    file.write_text("\n".join(["slack_id,manager_slack_id", *lines]))

    code, told, _ = await mfabot(database, "import", str(file), "--json")

    assert (spoiled[0], nothing) == (1, 0)
    assert {fault["fault"] for fault in json.loads(spoiled[1])["faults"]} == {"cycle"}
    assert (code, json.loads(told)) == (0, {"lines": count, "changed": count})
    assert await ledger.conn.fetchval("SELECT count(*) FROM manager") == count
    assert await ledger.conn.fetchval("SELECT count(*) FROM audit_event WHERE kind = 'manager.set'") == count


async def test_an_empty_file_changes_nothing(database: Database, ledger: Ledger, tmp_path: Path) -> None:
    assert await ledger.events() == []
    file = tmp_path / "managers.csv"
    file.write_text("")

    assert (await mfabot(database, "import", str(file)))[:2] == (0, "Read 0 lines; 0 people have another manager now.")


@pytest.mark.parametrize(
    "words", [("import",), ("import", "nowhere.csv"), ("import", "."), ("manager", "U1"), ("managers", "U1", "U2")]
)
async def test_a_mistake_in_typing_is_a_usage_error(database: Database, words: tuple[str, ...]) -> None:
    assert (await mfabot(database, *words))[0] == 2


def test_there_are_words_for_every_fault() -> None:
    assert set(LINES) == set(Fault)
