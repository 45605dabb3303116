"""What a scrape reads from the database: a connection of its own, a bound on each statement, a short memory.

It takes nothing from the requests: where the database is slow, the scrape waits a moment and goes without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.faults import DatabaseAway
from storage import gauges, lockdown
from storage.gauges import Coverage, JobCount
from storage.pool import CONNECT_S, Pool

FRESH = timedelta(seconds=2)
"""For so long several scrapes are told the same."""
COVERAGE_EVERY = timedelta(minutes=1)  # it reads all members
STATEMENT_S = 1.5
"""Of each statement; Prometheus waits 10 s for a scrape."""
OPEN = ("awaiting_approval", "holding")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the database said. *coverage* is None where it has not told in time since the process began."""

    jobs: tuple[JobCount, ...]
    unshredded: int
    unshredded_s: float
    """For how long the oldest of them should have been gone."""
    open_requests: dict[str, int]
    locked_down: bool
    coverage: Coverage | None


class Gauges:
    """Reads for one process."""

    def __init__(
        self,
        dsn: str,
        *,
        now: Callable[[], datetime],
        connect_s: float = CONNECT_S,
        statement_s: float = STATEMENT_S,
    ) -> None:
        self._pool = Pool(dsn, size=1, connect_s=connect_s, statement_s=statement_s)
        self._now = now
        self._turn = asyncio.Lock()
        self._reading: Reading | None = None
        self._read_at: datetime | None = None
        self._coverage: Coverage | None = None
        self._coverage_at: datetime | None = None

    async def read(self) -> Reading | None:
        """Return what is true about now; None where the database is away, or too slow to tell."""
        async with self._turn:
            if not self._young(self._read_at, FRESH):
                self._reading = await self._look()
                self._read_at = self._now()
            return self._reading

    async def close(self) -> None:
        """End the connection."""
        await self._pool.close()

    async def _look(self) -> Reading | None:
        now = self._now()
        try:
            async with self._pool.transaction() as conn:
                counted = tuple(await gauges.jobs(conn))
                unshredded, oldest = await gauges.unshredded(conn)
                requests = await gauges.open_requests(conn)
                standing = await lockdown.look(conn)
        except DatabaseAway:
            return None
        if not self._young(self._coverage_at, COVERAGE_EVERY):
            await self._cover()
        return Reading(
            jobs=counted,
            unshredded=unshredded,
            unshredded_s=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
            open_requests={state: requests.get(state, 0) for state in OPEN},
            locked_down=standing is not None,
            coverage=self._coverage,
        )

    async def _cover(self) -> None:
        """Look at the coverage, apart: of all this it alone may be too much for its time, and then stays as it was."""
        self._coverage_at = self._now()
        try:
            async with self._pool.transaction() as conn:
                self._coverage = await gauges.coverage(conn, team_id=None)
        except DatabaseAway:
            return

    def _young(self, at: datetime | None, most: timedelta) -> bool:
        return at is not None and timedelta(0) <= self._now() - at < most
