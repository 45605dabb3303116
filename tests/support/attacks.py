"""What attacks share: their size, and the table that `make attacks` makes of them.

An attack is a file `tests/attacks/attack_<name>.py`. Its tests carry `@pytest.mark.attack("T11", "what is tried")`.
Each test is one try, or as many as it tells by the fixture `tally`; by `seen` it tells a figure that stands behind what
was tried. Among all tests attacks run in a short form, and at full size where ATTACKS names the page that holds their
table.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

PAGE = os.environ.get("ATTACKS")


def times(short: int, *, full: int) -> int:
    """Return how often to try."""
    return full if PAGE else short


@dataclass(slots=True)
class Row:
    """A line of the table: what was tried, how often, how often it held, and a figure that was *seen*."""

    attack: str
    what: str
    tried: int = 0
    held: int = 0
    seen: str = ""

    def __str__(self) -> str:
        what = f"{self.what} ({self.seen})" if self.seen else self.what
        return f"| {self.attack} | {what} | {self.tried:,} | {self.held:,} |"


def renewed(page: str, rows: Iterable[Row]) -> str:
    """Return *page* with *rows* in place of the same attacks' older ones; those of other attacks stay."""
    head, rule, old = page.partition("|---|---|--:|--:|\n")
    fresh = [str(row) for row in rows]
    ran = {_attack(line) for line in fresh}
    kept = [line for line in old.splitlines() if _attack(line) not in ran]
    return head + rule + "".join(f"{line}\n" for line in sorted(kept + fresh, key=_place))


def coming(page: str) -> list[str]:
    """Return the lines of attacks that *page* marks as coming."""
    return [line for line in page.splitlines() if line.endswith("| coming | |")]


def _attack(line: str) -> str:
    return line.split()[1]


def _place(line: str) -> tuple[str, int, str]:
    """Order by letter, number and then by name, whatever ended first."""
    attack = _attack(line)
    return attack[0], int("".join(filter(str.isdigit, attack))), line
