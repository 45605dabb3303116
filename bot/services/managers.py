"""Who manages whom, as the host says it: whole or not at all, and what it is refused is an event too.

A lock of its own comes before the rows of the people, so that of two files at once no circle comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core import audit, managers
from bot.core.audit import CLI, Event
from bot.core.host import HostRefusal
from bot.core.managers import BadLine, Line
from bot.core.messages import Kind
from bot.core.permissions import Permission
from bot.services.means import Means
from bot.services.notices import tell
from bot.services.roles import Changed, tell_admins
from storage import audit as audit_events
from storage import managers as stored
from storage import people, roles, workspaces
from storage.pool import Connection

AT_A_TIME = 5000
"""Changes that go into one statement."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many pairs a file had, and how many of them changed something."""

    lines: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Changes:
    """Who manages whom from now on, of those for whom that is new, and who did before."""

    after: Mapping[int, int | None]
    before: Mapping[int, int]


class Managers:
    """Sets managers, one transaction a command."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def set(self, subject: str, manager: str, *, team_id: str | None, by: str) -> Changed | HostRefusal | BadLine:
        """Say who manages somebody (`none`: nobody); they and all who manage roles hear of it."""
        line = managers.checked(1, subject, manager)
        lines, bad = ([line], []) if isinstance(line, Line) else ([], [line])
        async with self._means.pool.transaction() as conn:
            found = await self._judge(conn, lines, bad, team_id=team_id, by=by)
            if isinstance(found, HostRefusal):
                return found
            if not isinstance(found, _Changes):
                return found[0]
            await self._save(conn, found, by=by)
            for person_id in found.after:
                await tell_admins(conn, Kind.MANAGER_SET, person_id, now=self._means.now(), detail={})
            return Changed.NOW if found.after else Changed.BEFORE

    async def take(
        self,
        content: bytes,
        *,
        team_id: str | None,
        by: str,
        advance: Callable[[int, int], None] = lambda _n, _of: None,
    ) -> Imported | HostRefusal | Sequence[BadLine]:
        """Take in a CSV file, and tell all who manage roles; *advance* hears how many changes of how many are saved."""
        lines, bad = managers.read(content)
        async with self._means.pool.transaction() as conn:
            found = await self._judge(conn, lines, bad, team_id=team_id, by=by)
            if not isinstance(found, _Changes):
                return found
            await self._save(conn, found, by=by, advance=advance)
            if found.after:
                for admin in await roles.able_holders(conn, Permission.MANAGE_ROLES):
                    detail: audit.Detail = {"count": len(found.after)}
                    await tell(conn, admin, Kind.MANAGERS_SET, now=self._means.now(), detail=detail)
            return Imported(len(lines), len(found.after))

    async def _judge(
        self, conn: Connection, lines: Sequence[Line], bad: Sequence[BadLine], *, team_id: str | None, by: str
    ) -> _Changes | HostRefusal | Sequence[BadLine]:
        """Return what *lines* change, or every line that will not do."""
        if team_id is None and len(await workspaces.every_team(conn)) > 1:
            await self._refused(conn, HostRefusal.WHICH_TEAM.value, 0, by)
            return HostRefusal.WHICH_TEAM
        await stored.lock(conn)
        named = {one for line in lines for one in (line.subject, line.manager) if one is not None}
        known = await people.ids_of(conn, team_id=team_id, slack_user_ids=named)
        before = await stored.every(conn)
        bad = sorted([*bad, *managers.faults(lines, known=known, managers=before)], key=lambda one: one.number)
        if bad:
            await self._refused(conn, bad[0].fault.value, len(bad), by)
            return bad
        after = managers.changes(lines, known=known)
        return _Changes({one: manager for one, manager in after.items() if before.get(one) != manager}, before)

    async def _save(
        self,
        conn: Connection,
        changes: _Changes,
        *,
        by: str,
        advance: Callable[[int, int], None] = lambda _n, _of: None,
    ) -> None:
        now, ids = self._means.now(), sorted(changes.after)
        # Whoever answers a request about one of them holds the row, too: it is read as it was, or as it will be (A2).
        await people.hold(conn, ids)
        for start in range(0, len(ids), AT_A_TIME):
            some = {one: changes.after[one] for one in ids[start : start + AT_A_TIME]}
            pairs = [(one, manager) for one, manager in some.items() if manager is not None]
            await stored.put(conn, pairs, now=now)
            await stored.remove(conn, [one for one, manager in some.items() if manager is None])
            events = []
            for one, manager in some.items():
                detail: audit.Detail = {"manager": manager, "was": changes.before.get(one)}
                events.append(Event(audit.Kind.MANAGER_SET, now, by, CLI, one, detail))
            await audit_events.record(conn, *events)
            advance(start + len(some), len(ids))

    async def _refused(self, conn: Connection, why: str, faults: int, by: str) -> None:
        detail: audit.Detail = {"why": why, "faults": faults}
        await audit_events.record(conn, Event(audit.Kind.MANAGER_REFUSED, self._means.now(), by, CLI, None, detail))
