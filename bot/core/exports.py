"""How an audit event leaves the database: a line of JSON, or a row of a table that a spreadsheet may open.

Rule of this file (OWASP, CSV injection): no cell begins with what a spreadsheet takes for a formula.
"""

from __future__ import annotations

import json
from dataclasses import replace

from bot.core.audit import canonical
from bot.core.chain import Entry

COLUMNS = ("event_id", "at", "kind", "actor", "surface", "subject_id", "detail")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def json_line(entry: Entry) -> str:
    """Return the line that the chain covers; where somebody made the detail something else than JSON, as a text."""
    try:
        json.loads(entry.detail)
    except ValueError:
        return replace(entry, detail=canonical({"unreadable": entry.detail})).line
    return entry.line


def csv_row(entry: Entry) -> list[str]:
    """Return the cells of the columns."""
    subject = "" if entry.subject_id is None else str(entry.subject_id)
    cells = (str(entry.event_id), entry.at, entry.kind, entry.actor, entry.surface, subject, entry.detail)
    return [harmless(cell) for cell in cells]


def harmless(cell: str) -> str:
    """Return *cell*, with an apostrophe before what would be a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
