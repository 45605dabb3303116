"""Run the SQL file beside a migration, statement by statement, since the driver takes one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import op


def run_sql(migration: str) -> None:
    """Run `<migration>.sql`; *migration* is the `__file__` of the revision."""
    for statement in statements(Path(migration).with_suffix(".sql").read_text()):
        op.get_bind().exec_driver_sql(statement)


def statements(text: str) -> Iterator[str]:
    """Split at each line that ends in a semicolon, except inside a `$$` body."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("--"):
            lines.append(line)
        inside = "\n".join(lines).count("$$") % 2 == 1
        if lines and line.rstrip().endswith(";") and not inside:
            yield "\n".join(lines)
            lines = []
    if lines:
        raise ValueError("the migration's last statement lacks its semicolon")
