"""The audit, told to whoever has the host: all of it, or that in which one person had a part."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.audit import Detail, Event, Kind, spelled_time
from bot.core.chain import Entry
from storage import audit, audit_entries, people
from storage.pool import Connection, Pool
from storage.streams import hold_still

CLI = "cli"
NUMBER = re.compile(r"[0-9]{1,18}")


class ExportRefusal(StrEnum):
    """Why nothing is told."""

    UNKNOWN_USER = "unknown_user"


@dataclass(frozen=True, slots=True)
class Wanted:
    """From *since* to before *until*; *who* is a Slack id, or the number by which events name a person."""

    since: datetime | None = None
    until: datetime | None = None
    who: str | None = None


class Exports:
    """Tells the audit. That it was told is an event as well, and written first."""

    def __init__(self, pool: Pool, now: Callable[[], datetime]) -> None:
        self._pool = pool
        self._now = now

    async def write(self, wanted: Wanted, *, by: str, take: Callable[[Sequence[Entry]], None]) -> int | ExportRefusal:
        """Have *take* take the events, some at a time, in the order of their ids; return how many there were."""
        async with self._pool.transaction() as conn:
            person_id = await _person_id(conn, wanted.who) if wanted.who is not None else None
            if wanted.who is not None and person_id is None:
                refusal = ExportRefusal.UNKNOWN_USER
                await audit.record(conn, self._event(Kind.AUDIT_REFUSED, by, None, {"why": refusal.value}))
                return refusal
            detail = {
                "since": spelled_time(wanted.since) if wanted.since else None,
                "until": spelled_time(wanted.until) if wanted.until else None,
            }
            await audit.record(conn, self._event(Kind.AUDIT_EXPORTED, by, person_id, detail))
        written = 0
        async with self._pool.transaction() as conn:
            await hold_still(conn)
            stream = await audit_entries.some_entries(conn, since=wanted.since, until=wanted.until, person_id=person_id)
            while entries := await stream.fetch():
                take(entries)
                written += len(entries)
        return written

    def _event(self, kind: Kind, by: str, person_id: int | None, detail: Detail) -> Event:
        return Event(kind, self._now(), by, CLI, person_id, detail)


async def _person_id(conn: Connection, who: str) -> int | None:
    if NUMBER.fullmatch(who):
        found = await people.get(conn, int(who))
    else:
        found = await people.by_slack_id(conn, team_id=None, slack_user_id=who)
    return found.person_id if found else None
