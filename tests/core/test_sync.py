"""The rules of comparing everybody with Slack's list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import sync
from bot.core.people import Home, Known, Person, Profile, Standing
from bot.core.sync import Counts, Fate, Page, Sync
from tests.support.people import ADA

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOME = Home("T0MFA", None, "U0BOT")
IDLE = Sync(1, "T0MFA", due_at=NOON)
RUNNING = sync.begun(IDLE, now=NOON)


def known(profile: Profile = ADA, *, seen_at: datetime = NOON - timedelta(days=1)) -> Known:
    person = Person(7, "T0MFA", "U0ADA", profile.standing, profile.name, profile.email, None, None)
    return Known(person, profile, seen_at)


def user(slack_id: object, **flags: object) -> dict[str, object]:
    living = {"deleted": False, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}
    return {"id": slack_id, "team_id": "T0MFA", **living, **flags}


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 24, 1, 59, tzinfo=UTC), datetime(2026, 11, 24, 2, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), datetime(2026, 11, 25, 2, 0, tzinfo=UTC)),
        (NOON, datetime(2026, 11, 25, 2, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 1, 0, tzinfo=UTC).astimezone(), datetime(2026, 11, 24, 2, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), datetime(2027, 1, 1, 2, 0, tzinfo=UTC)),
    ],
)
def test_the_next_night_is_the_next_two_o_clock(now: datetime, night: datetime) -> None:
    assert sync.next_night(now) == night


@pytest.mark.parametrize(
    ("one", "after", "goes_on"),
    [
        (IDLE, timedelta(0), False),
        (RUNNING, timedelta(hours=5), True),
        (RUNNING, timedelta(hours=6), False),
        (replace(RUNNING, paged_at=NOON + timedelta(hours=5)), timedelta(hours=10), True),
        (replace(RUNNING, paged_at=NOON + timedelta(hours=5)), timedelta(hours=11), False),
        (replace(RUNNING, read_at=NOON, finished_at=NOON), timedelta(minutes=1), False),
    ],
)
def test_what_was_cut_off_goes_on_for_six_hours(one: Sync, after: timedelta, *, goes_on: bool) -> None:
    assert sync.goes_on(one, now=NOON + after) is goes_on


@pytest.mark.parametrize(
    ("listed", "bot_listed", "believed"), [(0, False, False), (0, True, False), (3, False, False), (3, True, True)]
)
def test_a_list_without_anybody_or_without_the_bot_is_not_believed(
    listed: int, *, bot_listed: bool, believed: bool
) -> None:
    page = Page((), "", names_bot=bot_listed)

    done = sync.finished(sync.paged(RUNNING, page, Counts(listed=listed), now=NOON), now=NOON)

    assert done.believed is believed
    assert done.compared_at == (NOON if believed else None)
    assert done.due_at == sync.next_night(NOON)


def test_a_list_is_read_whole_only_where_no_cursor_leads_on() -> None:
    first = sync.paged(RUNNING, Page((), "next", names_bot=True), Counts(2, 1), now=NOON)
    last = sync.paged(first, Page((), "", names_bot=False), Counts(3, 0, 1), now=NOON)

    assert (first.cursor, first.read_at) == ("next", None)
    assert (last.read_at, last.bot_listed, last.counts) == (NOON, True, Counts(5, 1, 1))
    assert sync.begun(last, now=NOON).counts == Counts()


@pytest.mark.parametrize(
    ("told", "before", "fate"),
    [
        (ADA, None, Fate.NEW),
        (replace(ADA, standing=Standing.GUEST), None, Fate.NEW),
        (replace(ADA, standing=Standing.DELETED), None, Fate.NOT_OURS),
        (replace(ADA, standing=Standing.BOT), None, Fate.NOT_OURS),
        (replace(ADA, standing=Standing.STRANGER), None, Fate.NOT_OURS),
        (ADA, known(), Fate.SAME),
        (ADA, known(replace(ADA, name="Ada Byron")), Fate.CHANGED),
        (ADA, known(replace(ADA, tz=None)), Fate.CHANGED),
        (replace(ADA, standing=Standing.DELETED), known(), Fate.CHANGED),
        # Slack said so after it was asked for the list.
        (ADA, known(replace(ADA, name="Ada Byron"), seen_at=NOON + timedelta(seconds=1)), Fate.OVERTAKEN),
        (replace(ADA, standing=Standing.DELETED), known(seen_at=NOON + timedelta(seconds=1)), Fate.OVERTAKEN),
        # Nearly at once, by clocks that may differ: that somebody left counts for more.
        (ADA, known(replace(ADA, standing=Standing.DELETED), seen_at=NOON - timedelta(seconds=5)), Fate.OVERTAKEN),
        (replace(ADA, standing=Standing.DELETED), known(seen_at=NOON - timedelta(seconds=5)), Fate.CHANGED),
        (ADA, known(replace(ADA, standing=Standing.DELETED)), Fate.CHANGED),
    ],
)
def test_what_is_done_about_one_of_a_page(told: Profile, before: Known | None, fate: Fate) -> None:
    assert sync.fate(told, before, asked_at=NOON) is fate


@pytest.mark.parametrize(
    ("one", "missing"),
    [
        (known(), True),
        (known(replace(ADA, standing=Standing.GUEST)), True),
        (known(seen_at=NOON), False),
        (known(seen_at=NOON + timedelta(minutes=1)), False),
        (known(replace(ADA, standing=Standing.DELETED)), False),
        (known(replace(ADA, standing=Standing.BOT)), False),
        (known(replace(ADA, standing=Standing.STRANGER)), False),
    ],
)
def test_who_came_in_after_the_sync_began_is_not_missing(one: Known, *, missing: bool) -> None:
    assert sync.is_missing(one, RUNNING) is missing
    assert not sync.is_missing(one, IDLE)


@pytest.mark.parametrize(
    ("members", "slack_ids", "names_bot"),
    [
        ([user("U0ADA"), user("U0BOT", is_bot=True)], ["U0ADA", "U0BOT"], True),
        ([user("U0BOT", is_bot=True, deleted=True)], ["U0BOT"], False),
        ([user("U0ADA"), user("U0ADA", deleted=True)], ["U0ADA"], False),
        ([None, 7, "U0ADA", {}, user(None), user(""), user("U" + "0" * 70), user("u0ada")], [], False),
    ],
)
def test_of_a_page_what_names_nobody_is_passed_over(
    members: list[object], slack_ids: list[str], *, names_bot: bool
) -> None:
    page = sync.page(members, "next", HOME)

    assert [profile.slack_user_id for profile in page.profiles] == slack_ids
    assert (page.names_bot, page.cursor) == (names_bot, "next")
