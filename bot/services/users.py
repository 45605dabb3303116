"""Who may list and search people gets a page of them: status, last verification, roles. Each page is a look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core import throttle, users
from bot.core.actions import Action, Guard
from bot.core.people import Person
from bot.core.users import By, Search
from bot.services.looking import LookRefusal, Looks
from bot.services.means import Means
from storage import factors, people, people_search, roles
from storage.people_search import Found, Slice
from storage.pool import Connection

PAGE = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A person as a list shows them. *locked*: their codes; *roles* in the order of granting, dormant ones too."""

    person: Person
    enrolled: bool
    locked: bool
    last_verified_at: datetime | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """People in order. *previous* and *next* are where to go on (`before` and `after`), where there is more.

    *cut*: too many match for all of them to be found; a longer text finds fewer.
    """

    rows: tuple[Row, ...]
    search: Search
    previous: int | None
    next: int | None
    cut: bool


@dataclass(frozen=True, slots=True)
class _Section:
    """One order of people; a search has several, one after the other."""

    find: Callable[[Slice], Awaitable[Found]]
    holds: Callable[[int], Awaitable[bool]]


class Users:
    """Pages of people."""

    def __init__(self, means: Means, looks: Looks) -> None:
        self._means = means
        self._looks = looks

    async def page(
        self, *, by: int, text: str = "", after: int | None = None, before: int | None = None
    ) -> Page | Guard | LookRefusal:
        """Return the people whom *text* asks for, the first of them or those after (or before) somebody's id."""
        search = users.read(text)
        async with self._means.pool.transaction() as conn:
            refusal = await self._looks.may(conn, Action.LIST_USERS, by, None)
            if refusal is not None:
                return refusal
            looker = await people.get(conn, by)
            team_id = looker.team_id if looker is not None else ""
            place, back = (before, True) if before is not None else (after, False)
            found = await _find(_sections(conn, team_id, search), place=place, back=back)
            more, shown = len(found.people) > PAGE, found.people[:PAGE]
            if back:
                shown.reverse()
            return Page(
                rows=await self._rows(conn, shown),
                search=search,
                previous=shown[0].person_id if shown and (more if back else place is not None) else None,
                next=shown[-1].person_id if shown and (back or more) else None,
                cut=found.cut,
            )

    async def _rows(self, conn: Connection, shown: list[Person]) -> tuple[Row, ...]:
        ids = [person.person_id for person in shown]
        grants = await roles.grants_of(conn, ids)
        enrolled = await factors.at_a_glance(conn, ids)
        rows = []
        for person in shown:
            verified_at, count = enrolled.get(person.person_id, (None, None))
            rows.append(
                Row(
                    person=person,
                    enrolled=count is not None,
                    locked=count is not None and throttle.locked(count, self._means.throttle),
                    last_verified_at=verified_at,
                    roles=tuple(grant.role.name for grant in grants[person.person_id]),
                )
            )
        return tuple(rows)


async def _find(sections: list[_Section], *, place: int | None, back: bool) -> Found:
    """Return a page and one more, the nearest first, over the sections from the one that holds *place*."""
    ordered = list(reversed(sections)) if back else sections
    if place is not None:
        while len(ordered) > 1 and not await ordered[0].holds(place):
            ordered = ordered[1:]
    found: list[Person] = []
    cut = False
    for number, section in enumerate(ordered):
        wanted = PAGE + 1 - len(found)
        if wanted:
            more = await section.find(Slice(wanted, place if number == 0 else None, back))
            found += more.people
            cut = cut or more.cut
    return Found(found, cut)


def _sections(conn: Connection, team_id: str, search: Search) -> list[_Section]:
    """Return the orders that a search goes through: those whose names begin with the text come first."""

    async def beginning(part: Slice) -> Found:
        return Found(await people_search.by_name(conn, team_id, part, search.text))

    async def email(part: Slice) -> Found:
        return Found(await people_search.by_email(conn, team_id, part, search.text))

    async def holding(part: Slice) -> Found:
        # What many have in common is met soon on a walk; for what few have, the index knows where to look.
        walked = await people_search.walk(conn, team_id, part, search.text)
        if not walked.cut or len(walked.people) == part.limit:
            return Found(walked.people)
        return await people_search.candidates(conn, team_id, part, search.text)

    async def begins(person_id: int) -> bool:
        return await people_search.begins_with(conn, person_id, search.text)

    async def other(person_id: int) -> bool:
        return not await begins(person_id)

    match search.by:
        case By.EMAIL:
            return [_Section(email, begins)]
        case By.PART:
            return [_Section(beginning, begins), _Section(holding, other)]
        case By.NOTHING | By.BEGINNING:
            return [_Section(beginning, begins)]
