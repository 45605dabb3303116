"""How far the audit's chain is behind, by comparing event ids with links and marks."""

from __future__ import annotations

from datetime import datetime

from storage import acceptances, audit_marks
from storage.pool import Connection


class AuditLag:
    """Looks for one process.

    An event without link and mark, which only somebody can bring about who deletes marks, is kept in mind until
    somebody acknowledges it: by then the latest events may have moved past it.
    """

    def __init__(self) -> None:
        self._unmarked: int | None = None
        self._oldest: datetime | None = None
        self._acceptances = 0

    @property
    def fault(self) -> str | None:
        """What is wrong besides that the chain is behind."""
        return None if self._unmarked is None else "mark_removed"

    async def look(self, conn: Connection, *, now: datetime) -> float:
        """Return the age in seconds of the oldest event that no link covers; 0 where there is none."""
        found = await audit_marks.lag(conn)
        accepted = await acceptances.last_number(conn)
        if accepted != self._acceptances:
            self._acceptances, self._unmarked, self._oldest = accepted, None, None
        if found.unmarked is not None:
            self._unmarked = found.unmarked
            self._oldest = min(filter(None, (self._oldest, found.oldest)), default=None)
        oldest = min(filter(None, (self._oldest, found.oldest)), default=None)
        return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
