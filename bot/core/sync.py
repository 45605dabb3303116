"""Comparing everybody with Slack's list, page by page.

Rules of this file (X7):

- A sync that was cut off goes on from its page; one that rested for long begins anew, for what its first pages said is
  old by then.
- An answer of Slack's gives way to what was saved after it was asked for.
- Somebody counts as left whom a *whole* list does not name, and of whom Slack knows nothing when it is asked for them
  alone. A list that names nobody, or not the bot itself, is not believed: nobody counts as left for it.
- Whom nobody has ever had to do with, and nobody will, is not taken in: bots, strangers, who left before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from bot.core.people import SLACK_ID, Home, Known, Profile, Standing, overtaken, profile

PAGE: Final = 200
"""People a page: what Slack recommends at most for users.list."""
PAGE_EVERY_S: Final = 3.0
"""users.list is of Slack's Tier 2: 20 calls a minute."""
PERSON_EVERY_S: Final = 0.6
"""users.info is of Tier 4: 100 calls a minute."""
GOES_ON_FOR: Final = timedelta(hours=6)
"""How long a sync may rest between two pages."""
NIGHT: Final = time(2, 0)
"""When the nightly sync begins, in UTC."""
LATE_AFTER: Final = timedelta(days=1)
"""How long after that it should be over."""
COUNTED_STANDINGS: Final = (Standing.MEMBER, Standing.GUEST)
"""Who can leave."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many Slack listed, were new and taken in, changed, and turned out to be deactivated."""

    listed: int = 0
    taken_in: int = 0
    changed: int = 0
    deactivated: int = 0

    def __add__(self, more: Counts) -> Counts:
        """Return both together."""
        return Counts(
            self.listed + more.listed,
            self.taken_in + more.taken_in,
            self.changed + more.changed,
            self.deactivated + more.deactivated,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A page of users.list; an empty *cursor* ends the list."""

    profiles: tuple[Profile, ...]
    cursor: str
    names_bot: bool


@dataclass(frozen=True, slots=True)
class Sync:
    """How far a workspace's sync has come; an empty *cursor* is the first page's, or the end of a list that was read.

    *expected* is how many the last whole list named. *compared_at* is when everybody was last compared with a whole
    list that was believed.
    """

    sync_id: int
    team_id: str
    due_at: datetime
    started_at: datetime | None = None
    cursor: str = ""
    paged_at: datetime | None = None
    bot_listed: bool = False
    counts: Counts = Counts()
    read_at: datetime | None = None
    finished_at: datetime | None = None
    compared_at: datetime | None = None
    expected: int = 0

    @property
    def believed(self) -> bool:
        """Whether the list can be a workspace's: it names somebody, and the bot itself among them."""
        return self.counts.listed > 0 and self.bot_listed


class Fate(StrEnum):
    """What is to be done about one of a page."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    NOT_OURS = "not_ours"
    OVERTAKEN = "overtaken"


def next_night(now: datetime) -> datetime:
    """Return when the next nightly sync is due."""
    tonight = datetime.combine(now.astimezone(UTC).date(), NIGHT, UTC)
    return tonight if tonight > now else tonight + timedelta(days=1)


def goes_on(sync: Sync, *, now: datetime) -> bool:
    """Whether a sync that was cut off goes on where it was."""
    rested_since = sync.paged_at or sync.started_at
    return rested_since is not None and sync.finished_at is None and now - rested_since < GOES_ON_FOR


def begun(sync: Sync, *, now: datetime) -> Sync:
    """Begin at the first page."""
    return replace(
        sync,
        started_at=now,
        cursor="",
        paged_at=None,
        bot_listed=False,
        counts=Counts(),
        read_at=None,
        finished_at=None,
    )


def paged(sync: Sync, page: Page, counts: Counts, *, now: datetime) -> Sync:
    """Go on after a page that was saved."""
    return replace(
        sync,
        cursor=page.cursor,
        paged_at=now,
        bot_listed=sync.bot_listed or page.names_bot,
        counts=sync.counts + counts,
        read_at=None if page.cursor else now,
    )


def finished(sync: Sync, *, now: datetime) -> Sync:
    """End a sync whose list was read whole; the next one is due in the night."""
    return replace(
        sync,
        due_at=next_night(now),
        finished_at=now,
        compared_at=now if sync.believed else sync.compared_at,
        expected=sync.counts.listed if sync.believed else sync.expected,
    )


def late(sync: Sync, *, now: datetime) -> bool:
    """Whether the nightly sync should have been over for long."""
    return now - sync.due_at > LATE_AFTER


def page(members: Iterable[object], cursor: str, home: Home) -> Page:
    """Read a page of users.list; what names no person is passed over."""
    users = [one for one in members if isinstance(one, Mapping) and SLACK_ID.fullmatch(str(one.get("id")))]
    return Page(
        tuple({str(user["id"]): profile(user, home) for user in users}.values()),
        cursor,
        names_bot=any(user["id"] == home.bot_user_id and user.get("deleted") is False for user in users),
    )


def fate(told: Profile, known: Known | None, *, asked_at: datetime) -> Fate:
    """Decide what is to be done about somebody of whom Slack was asked at *asked_at*."""
    if known is None:
        return Fate.NEW if told.standing in COUNTED_STANDINGS else Fate.NOT_OURS
    if known.seen_at > asked_at or overtaken(known.person, told, seen_at=known.seen_at, now=asked_at):
        return Fate.OVERTAKEN
    return Fate.SAME if told == known.profile else Fate.CHANGED


def is_missing(known: Known, sync: Sync) -> bool:
    """Whether nothing was heard of somebody since the sync began, who has not left."""
    since = sync.started_at
    return since is not None and known.seen_at < since and known.person.standing in COUNTED_STANDINGS
