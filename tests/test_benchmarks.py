"""What `make bench` measures is there to be measured."""

import io
from pathlib import Path

from rich.console import Console

from tests.benchmarks.answers import circumstances, everything, measure, table
from tests.support.database import Database


async def test_the_table_of_answers_has_its_rows_and_a_verdict(database: Database, tmp_path: Path) -> None:
    measured = await measure(database, tmp_path, rounds=1, requests=1)

    printed = io.StringIO()
    Console(file=printed, width=200).print(table(measured), await circumstances(database))
    shown = printed.getvalue()
    for one in everything():
        assert one.name in shown
    assert shown.count(" ms ") == 3 * len(measured)
    assert shown.count("reached") == 1
