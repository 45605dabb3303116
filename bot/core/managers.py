"""Who manages whom, as the host says it: one pair at a time, or a CSV file of `slack_id,manager_slack_id`.

Rules of this file (design: "Permissions", "CLI"): a manager may answer requests about those they manage, so the table
comes from the host and never from a profile. A file changes the people whom it names, and nobody else. It is taken
whole or not at all, and every line that will not do is told by its number: one of other bytes than UTF-8, of other than
two columns, of ids that nobody has, of oneself, of somebody named before, or by which somebody would come to manage
themselves. `none` in place of a manager takes the manager away. A first line with the names of the columns is no pair,
and empty lines are none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.people import SLACK_ID

HEADER = ("slack_id", "manager_slack_id")
NONE = "none"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")
"""How a file begins that is UTF-16, which some programs call Unicode."""
ABOUT_MOST = 40


class Fault(StrEnum):
    """What is wrong with a line."""

    ENCODING = "encoding"
    COLUMNS = "columns"
    NO_ID = "no_id"
    UNKNOWN = "unknown"
    ONESELF = "oneself"
    TWICE = "twice"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that will not do, by its number from 1; *about*: the id, or the earlier line, that is meant."""

    number: int
    fault: Fault
    about: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A pair of Slack ids; no manager where somebody is to have none."""

    number: int
    subject: str
    manager: str | None


def read(content: bytes) -> tuple[list[Line], list[BadLine]]:
    """Read a file; return its lines as far as they make sense, and those that do not."""
    if content.startswith(OTHER_ENCODINGS):
        return [], [BadLine(1, Fault.ENCODING)]
    lines: list[Line] = []
    bad: list[BadLine] = []
    first: dict[str, int] = {}
    for number, raw in enumerate(content.removeprefix(BYTE_ORDER_MARK).splitlines(), 1):
        found = pair(number, raw)
        if found is None or (not first and not bad and _is_header(raw)):
            continue
        if isinstance(found, Line) and found.subject in first:
            found = BadLine(number, Fault.TWICE, str(first[found.subject]))
        if isinstance(found, BadLine):
            bad.append(found)
            continue
        first[found.subject] = number
        lines.append(found)
    return lines, bad


def pair(number: int, raw: bytes) -> Line | BadLine | None:
    """Read one line; None is an empty one."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return BadLine(number, Fault.ENCODING)
    if not text.strip():
        return None
    try:
        # Line by line: an id holds no line break, and so a quote that is not closed spoils one line and not the rest.
        [cells] = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        return BadLine(number, Fault.COLUMNS)
    if len(cells) != len(HEADER):
        return BadLine(number, Fault.COLUMNS)
    return checked(number, *(cell.strip() for cell in cells))


def checked(number: int, subject: str, manager: str) -> Line | BadLine:
    """Return a pair that is one, as far as can be told without knowing the people."""
    for cell in (subject,) if manager == NONE else (subject, manager):
        if SLACK_ID.fullmatch(cell) is None:
            return BadLine(number, Fault.NO_ID, ascii(cell[:ABOUT_MOST])[1:-1])
    if subject == manager:
        return BadLine(number, Fault.ONESELF, subject)
    return Line(number, subject, None if manager == NONE else manager)


def faults(lines: Iterable[Line], *, known: Mapping[str, int], managers: Mapping[int, int]) -> list[BadLine]:
    """Return the lines that will not do: *known* are our ids by Slack's, *managers* who manages whom now."""
    bad: list[BadLine] = []
    good: list[Line] = []
    for line in lines:
        unknown = [one for one in (line.subject, line.manager) if one is not None and one not in known]
        bad += [BadLine(line.number, Fault.UNKNOWN, one) for one in unknown]
        if not unknown:
            good.append(line)
    circling = _circling({**managers, **changes(good, known=known)})
    bad += [BadLine(line.number, Fault.CYCLE, line.subject) for line in good if known[line.subject] in circling]
    return bad


def changes(lines: Iterable[Line], *, known: Mapping[str, int]) -> dict[int, int | None]:
    """Return the managers that *lines* set, by our ids."""
    return {known[line.subject]: None if line.manager is None else known[line.manager] for line in lines}


def _is_header(raw: bytes) -> bool:
    names = raw.decode(errors="replace").strip().casefold().replace('"', "").split(",")
    return tuple(name.strip() for name in names) == HEADER


def _circling(managers: Mapping[int, int | None]) -> set[int]:
    """Return who would, over however many others, manage themselves."""
    circling: set[int] = set()
    seen: dict[int, int] = {}
    for start in managers:
        path = list(_upwards(managers, start, seen))
        seen.update(dict.fromkeys(path, start))
        above = managers.get(path[-1]) if path else None
        if above is not None and seen.get(above) == start:
            circling.update(path[path.index(above) :])
    return circling


def _upwards(managers: Mapping[int, int | None], start: int, seen: Mapping[int, int]) -> Iterator[int]:
    """Yield somebody, their manager, and so on, up to whom was seen before, here or on an earlier way."""
    here: set[int] = set()
    at: int | None = start
    while at is not None and at not in seen and at not in here:
        here.add(at)
        yield at
        at = managers.get(at)
