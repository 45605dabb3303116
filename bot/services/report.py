"""The report: asked for in Slack, put together when it is sent, and the pages of those who have no MFA.

Asking is a look (audited, rate-limited), and so is each page. Whether the asker may look is read again when the report
is put together: it may be sent later than it was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core import report
from bot.core.actions import Action, Guard
from bot.core.jobs import DeliverReport
from bot.core.messages import Kind, Message
from bot.core.people import Person
from bot.core.report import Report
from bot.services import authority
from bot.services.looking import LookRefusal, Looks
from bot.services.means import Means
from storage import event_days, gauges, jobs, messages, people, people_search, report_files
from storage.people_search import Slice

PAGE = 10
COVERAGE_S = 5.0
"""What counting the members may take, in a job; nobody waits for it."""
FROM_THE_START = 0
"""A place before everybody."""


class AskRefusal(StrEnum):
    """Why no other report is sent."""

    JUST_SENT = "just_sent"


@dataclass(frozen=True, slots=True)
class Asked:
    """A report is on its way."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is to be sent, as far as it has come; *files* were uploaded for it and nothing shows them."""

    message: Message
    slack_user_id: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unenrolled:
    """Members without MFA, in the order of names. *previous* and *next* are where to go on, where there may be more."""

    people: tuple[Person, ...]
    previous: int | None
    next: int | None


class Reports:
    """Takes the wish for a report, puts it together, and pages."""

    def __init__(self, means: Means, looks: Looks) -> None:
        self._means = means
        self._looks = looks

    async def ask(self, *, by: int) -> Asked | AskRefusal | Guard | LookRefusal:
        """Have a report sent into the asker's DM; one a minute, however many processes are asked."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            refusal = await self._looks.may(conn, Action.REPORT, by, None)
            if refusal is not None:
                return refusal
            cause = f"minute:{int(now.timestamp() // report.ASK_EVERY.total_seconds())}"
            message_id = await messages.insert(conn, by, Kind.REPORT, now=now, cause=cause)
            if message_id is None:
                return AskRefusal.JUST_SENT
            await jobs.enqueue(conn, DeliverReport(message_id))
            return Asked(message_id)

    async def due(self, message_id: int) -> Due | None:
        """Return what is still to be sent; None where it was, or where the asker may no longer look."""
        async with self._means.pool.transaction() as conn:
            message = await messages.get(conn, message_id)
            if message is None or message.kind is not Kind.REPORT or message.complete:
                return None
            asker = await people.get(conn, message.person_id)
            held = authority.Held(None, await authority.look(conn, {message.person_id}), {})
            refused = await authority.refusal(conn, self._means, Action.REPORT, held, actor_id=message.person_id)
            if asker is None or refused is not None:
                return None
            return Due(message, asker.slack_user_id, tuple(await report_files.undeleted(conn, message_id)))

    async def figures(self, person_id: int) -> Report:
        """Return the report for the workspace of *person_id*, as of now."""
        now = self._means.now()
        async with self._means.pool.transaction() as conn:
            asker = await people.get(conn, person_id)
            today = now.date()
            days = report.last_days(await event_days.since(conn, today - report.LONG), today)
            team_id = None if asker is None else asker.team_id
            covered = await gauges.coverage(conn, team_id=team_id, within_s=COVERAGE_S)
            return Report(days, covered.members, covered.enrolled, now)

    async def announce(self, message_id: int, file_id: str) -> None:
        """Store a file's id before its bytes are sent."""
        async with self._means.pool.transaction() as conn:
            await report_files.announce(conn, file_id, message_id=message_id, now=self._means.now())

    async def file_deleted(self, file_id: str) -> None:
        """Remember that Slack holds this file no more."""
        async with self._means.pool.transaction() as conn:
            await report_files.mark_deleted(conn, file_id, now=self._means.now())

    async def unenrolled(
        self, *, by: int, after: int | None = None, before: int | None = None
    ) -> Unenrolled | Guard | LookRefusal:
        """Return members without MFA: the first of them, or those after (or before) somebody's id."""
        async with self._means.pool.transaction() as conn:
            refusal = await self._looks.may(conn, Action.REPORT, by, None)
            if refusal is not None:
                return refusal
            looker = await people.get(conn, by)
            back = before is not None
            place = before if back else after
            found, edge = await people_search.members_without_factor(
                conn, looker.team_id if looker else "", Slice(PAGE + 1, place, back)
            )
        return page(found, edge=edge, place=place, back=back)


def page(found: list[Person], *, edge: int | None, place: int | None, back: bool) -> Unenrolled:
    """Return a page of people *found* from *place* on, the nearest first, by a walk that came to *edge*.

    Where the walk ended before the page was full, the next page goes on from where it ended: nobody is left out.
    """
    shown = found[:PAGE]
    onwards = shown[-1].person_id if len(found) > PAGE else edge
    if back:
        returning = shown[0].person_id if shown else edge or FROM_THE_START
        return Unenrolled(tuple(reversed(shown)), previous=onwards, next=returning)
    returning = shown[0].person_id if shown else place or FROM_THE_START
    return Unenrolled(tuple(shown), previous=returning if place else None, next=onwards)
