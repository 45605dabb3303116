"""How an event leaves the database."""

import csv
import io
import json
from dataclasses import replace

import pytest

from bot.core.chain import Entry
from bot.core.exports import COLUMNS, csv_row, harmless, json_line

ENTRY = Entry(7, "2026-11-24T12:00:00.000005Z", "mfa.enabled", "person:1", "slack", 1, '{"factor":1}')


def test_a_line_is_json_and_what_the_chain_covers() -> None:
    assert json_line(ENTRY) == ENTRY.line
    assert json.loads(json_line(ENTRY)) == {
        "event_id": 7,
        "at": "2026-11-24T12:00:00.000005Z",
        "kind": "mfa.enabled",
        "actor": "person:1",
        "surface": "slack",
        "subject_id": 1,
        "detail": {"factor": 1},
    }


@pytest.mark.parametrize("detail", ["", "{", '{},"event_id":9', "nothing"])
def test_a_detail_that_somebody_made_unreadable_breaks_no_line(detail: str) -> None:
    assert json.loads(json_line(replace(ENTRY, detail=detail)))["detail"] == {"unreadable": detail}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    row = csv_row(replace(ENTRY, actor=cell, surface=cell))

    assert row[COLUMNS.index("actor")] == row[COLUMNS.index("surface")] == f"'{cell}"


def test_other_cells_are_left_as_they_are() -> None:
    written = io.StringIO()
    csv.writer(written).writerow(csv_row(replace(ENTRY, subject_id=None)))

    assert next(csv.reader([written.getvalue()])) == [
        "7",
        ENTRY.at,
        "mfa.enabled",
        "person:1",
        "slack",
        "",
        '{"factor":1}',
    ]
    assert harmless("a=b") == "a=b"
