"""Whether the bot can work: the database, its schema, the keys, the clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import sync
from bot.core.chain import head_fault, keys
from bot.core.faults import DatabaseAway
from bot.core.sealing import Keyring
from bot.services.audit_lag import AuditLag
from bot.services.clock_check import MOST_OFFSET_S, ClockCheck
from storage import audit, chain, jobs, people_sync, schema
from storage.pool import Pool

MOST_AUDIT_LAG_S = 10.0
KEYS_EVERY = timedelta(minutes=1)  # it reads all factors


@dataclass(frozen=True, slots=True)
class Health:
    """What a look said; a sentence for each problem."""

    problems: tuple[str, ...] = ()
    clock_offset_s: float | None = None
    """This process's clock less the database's."""
    as_owner: bool = False
    """Whether the program connects as the owner of the schema, which it should not."""
    held_jobs: int = 0
    """Jobs that were tried for a day and given up on; somebody has to look."""
    audit_lag_s: float | None = None
    """Age of the oldest audit event that the chain lacks; it is linked within a second where a worker runs."""

    audit_fault: str | None = None
    """Why no link can follow the head of the audit's chain, or that somebody removed the mark of an event."""
    links_too: bool = False
    """Whether the program's role may link the audit, which only the jobs' role should."""
    beyond_months: bool = False
    """Whether audit events lie in the default partition."""

    people_compared_at: datetime | None = None
    """When everybody was last compared with Slack's list."""
    sync_late: bool = False
    """Whether the nightly sync of the people should have been over a day ago."""

    @property
    def audit_lags(self) -> bool:
        """Whether the chain is further behind than it can be where a worker runs."""
        return self.audit_lag_s is not None and self.audit_lag_s > MOST_AUDIT_LAG_S

    @property
    def ready(self) -> bool:
        """Whether requests can be carried out."""
        return not self.problems


class Checkup:
    """Looks at all that a request needs."""

    def __init__(self, *, pool: Pool, keyring: Keyring, now: Callable[[], datetime], clock: ClockCheck) -> None:
        self._pool = pool
        self._keyring = keyring
        self._now = now
        self._clock = clock
        self._unknown: list[str] = []
        self._lag = AuditLag()
        self._keys_seen: datetime | None = None

    async def look(self) -> Health:
        """Look once, in one short transaction, and note how far off the clock is."""
        try:
            async with self._pool.transaction() as conn:
                before = self._now()
                seen = await schema.look(conn)
                held = await jobs.count_held(conn) if seen.sufficient else 0
                lag = await self._lag.look(conn, now=before) if seen.sufficient else None
                fault = head_fault(await chain.standing(conn), keys(self._keyring)) if seen.sufficient else None
                beyond = await audit.is_beyond_months(conn) if seen.sufficient else False
                synced = await people_sync.latest(conn) if seen.sufficient else None
                offset = (before + (self._now() - before) / 2 - seen.at).total_seconds()
                if seen.sufficient and (self._keys_seen is None or before - self._keys_seen > KEYS_EVERY):
                    self._unknown = sorted(await schema.key_ids(conn) - self._keyring.keys.keys())
                    self._keys_seen = before
        except DatabaseAway as away:
            return Health((f"The database cannot be reached ({away}).",))
        self._clock.offset_s = offset
        problems = []
        if not seen.sufficient:
            problems.append(f"The schema is at {seen.revision or 'nothing'}: run `mfabot migrate`.")
        if not seen.writable:
            problems.append("The database takes no writes.")
        if self._unknown:
            problems.append(f"The keyring lacks keys that secrets are sealed under: {', '.join(self._unknown)}.")
        if self._clock.off:
            problems.append(
                f"This clock and the database's are {offset:.1f} s apart; at most {MOST_OFFSET_S:.0f} s are allowed. "
                "No code is checked."
            )
        return Health(
            tuple(problems),
            round(offset, 3),
            seen.as_owner,
            held,
            None if lag is None else round(lag, 3),
            fault.value if fault else self._lag.fault,
            seen.links_too,
            beyond,
            None if synced is None else synced.compared_at,
            sync_late=synced is not None and sync.late(synced, now=before),
        )
