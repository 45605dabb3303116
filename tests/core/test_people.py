"""Who somebody is to the home workspace; what Slack did not say counts against them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import people
from bot.core.people import Actor, Home, Known, Person, Profile, Standing, is_home, profile

HOME = Home("T0MFA", None, "U0BOT")
IN_AN_ORGANIZATION = Home("T0MFA", "E0ORG", "U0BOT")
ADA: Mapping[str, object] = {
    "id": "U0ADA",
    "team_id": "T0MFA",
    "name": "ada",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "tz": "Europe/London",
    "profile": {"real_name": "Ada Lovelace", "email": "ada@example.com"},
}
COLLEAGUE_OF_THE_ORGANIZATION = {**ADA, "team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0ORG"}}


def without(flag: str) -> Mapping[str, object]:
    return {name: value for name, value in ADA.items() if name != flag}


def test_a_full_member_is_read_with_name_address_and_time_zone() -> None:
    assert profile(ADA, HOME) == Profile(
        team_id="T0MFA",
        slack_user_id="U0ADA",
        enterprise_id=None,
        standing=Standing.MEMBER,
        name="Ada Lovelace",
        email="ada@example.com",
        tz="Europe/London",
    )


@pytest.mark.parametrize(
    ("said", "email"),
    [({}, "ada@example.com"), ({"is_email_confirmed": True}, "ada@example.com"), ({"is_email_confirmed": False}, None)],
)
def test_an_address_that_nobody_confirmed_is_nobodys(said: Mapping[str, object], email: str | None) -> None:
    assert profile({**ADA, **said}, HOME).email == email


@pytest.mark.parametrize(
    ("user", "home", "standing"),
    [
        ({**ADA, "deleted": True}, HOME, Standing.DELETED),
        (without("deleted"), HOME, Standing.DELETED),
        ({**ADA, "deleted": "false"}, HOME, Standing.DELETED),
        ({**ADA, "is_restricted": True}, HOME, Standing.GUEST),
        (without("is_restricted"), HOME, Standing.GUEST),
        ({**ADA, "is_ultra_restricted": True}, HOME, Standing.GUEST),
        (without("is_ultra_restricted"), HOME, Standing.GUEST),
        ({**ADA, "is_bot": True}, HOME, Standing.BOT),
        (without("is_bot"), HOME, Standing.BOT),
        ({**ADA, "id": "USLACKBOT"}, HOME, Standing.BOT),
        ({**ADA, "is_stranger": True}, HOME, Standing.STRANGER),
        ({**ADA, "team_id": "T0OTHER"}, HOME, Standing.STRANGER),
        ({**ADA, "team_id": "T0OTHER", "is_stranger": False}, HOME, Standing.STRANGER),
        (without("team_id"), HOME, Standing.STRANGER),
        (COLLEAGUE_OF_THE_ORGANIZATION, HOME, Standing.STRANGER),
        (COLLEAGUE_OF_THE_ORGANIZATION, IN_AN_ORGANIZATION, Standing.MEMBER),
        ({**ADA, "team_id": "T0OTHER", "enterprise_user": {}}, IN_AN_ORGANIZATION, Standing.STRANGER),
        ({**ADA, "team_id": "T0OTHER"}, IN_AN_ORGANIZATION, Standing.STRANGER),
    ],
)
def test_everybody_else_is_told_apart(user: Mapping[str, object], home: Home, standing: Standing) -> None:
    assert profile(user, home).standing is standing


@pytest.mark.parametrize("user", [{}, {"id": None}, {"id": ""}, {"id": 7}])
def test_an_answer_that_names_nobody_is_a_bug(user: Mapping[str, object]) -> None:
    with pytest.raises(ValueError, match="user id"):
        profile(user, HOME)


@pytest.mark.parametrize(
    ("shown", "name", "email"),
    [
        (None, "ada", None),
        ("no object", "ada", None),
        ({}, "ada", None),
        ({"real_name": "", "email": ""}, "ada", None),
        ({"real_name": 7, "email": ["x"]}, "ada", None),
        ({"real_name": "x" * 500, "email": "a" * 400}, "x" * 200, None),
        ({"real_name": "A\0da\ud800", "email": "a\0@example.com"}, "Ada", "a@example.com"),
        ({"real_name": "\0\ud800"}, "ada", None),
    ],
)
def test_whatever_slack_says_of_a_name_fits_into_a_row(shown: object, name: str, email: str | None) -> None:
    found = profile({**ADA, "profile": shown}, HOME)

    assert (found.name, found.email) == (name, email)


@pytest.mark.parametrize(
    ("actor", "home", "ours"),
    [
        (Actor("T0MFA", "U0ADA"), HOME, True),
        (Actor("T0OTHER", "U0ADA"), HOME, False),
        (Actor("", "U0ADA"), HOME, False),
        (Actor("T0SISTER", "U0ADA", "E0ORG"), IN_AN_ORGANIZATION, True),
        (Actor("T0SISTER", "U0ADA", "E0ELSE"), IN_AN_ORGANIZATION, False),
        (Actor("T0SISTER", "U0ADA", None), HOME, False),
    ],
)
def test_only_the_home_workspace_or_its_organization_acts(actor: Actor, home: Home, *, ours: bool) -> None:
    assert is_home(actor, home) is ours


@pytest.mark.parametrize(
    ("known", "answer", "seen_s_ago", "overtaken"),
    [
        (Standing.GUEST, Standing.MEMBER, 1, True),
        (Standing.DELETED, Standing.MEMBER, 9, True),
        (Standing.GUEST, Standing.MEMBER, 10, False),
        (Standing.MEMBER, Standing.MEMBER, 1, False),
        (Standing.MEMBER, Standing.GUEST, 1, False),
        (Standing.GUEST, Standing.DELETED, 1, False),
    ],
)
def test_an_answer_may_be_older_than_what_was_saved_since(
    known: Standing, answer: Standing, seen_s_ago: int, *, overtaken: bool
) -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    person = Person(1, "T0MFA", "U0ADA", known, "Ada", None, None, None)

    told = Profile("T0MFA", "U0ADA", None, answer, "Ada", None, None)

    assert people.overtaken(person, told, seen_at=now - timedelta(seconds=seen_s_ago), now=now) is overtaken


@pytest.mark.parametrize(
    ("known", "at_s", "told", "told_s", "late"),
    [
        (Standing.MEMBER, 100, Standing.MEMBER, 99, True),
        (Standing.MEMBER, 100, Standing.DELETED, 99, True),
        (Standing.MEMBER, 100, Standing.MEMBER, 100, False),
        (Standing.MEMBER, 100, Standing.DELETED, 100, False),
        (Standing.MEMBER, 100, Standing.DELETED, None, False),
        (Standing.MEMBER, None, Standing.GUEST, 99, False),
        (Standing.DELETED, 100, Standing.MEMBER, 99, True),
        (Standing.DELETED, 100, Standing.MEMBER, 100, True),
        (Standing.DELETED, 100, Standing.GUEST, 100, True),
        (Standing.DELETED, 100, Standing.MEMBER, None, True),
        (Standing.DELETED, 100, Standing.MEMBER, 101, False),
        (Standing.DELETED, 100, Standing.DELETED, 100, False),
        (Standing.GUEST, 100, Standing.MEMBER, 100, True),
        (Standing.GUEST, 100, Standing.MEMBER, 101, False),
        # Saved before Slack's times were: then it counts when that was.
        (Standing.DELETED, None, Standing.MEMBER, 200, True),
        (Standing.DELETED, None, Standing.MEMBER, 201, False),
        # So far ahead that nothing could ever come after it: it counts as no time.
        (Standing.MEMBER, 100, Standing.MEMBER, 200 + 301, False),
        (Standing.DELETED, 100, Standing.MEMBER, 200 + 301, True),
    ],
)
def test_an_event_that_is_older_than_what_is_known_says_nothing(
    known: Standing, at_s: int | None, told: Standing, told_s: int | None, *, late: bool
) -> None:
    start = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    seen_at = now = start + timedelta(seconds=200)

    def time(seconds: int | None) -> datetime | None:
        return None if seconds is None else start + timedelta(seconds=seconds)

    before = Profile("T0MFA", "U0ADA", None, known, "Ada", None, None, time(at_s))
    person = Person(1, "T0MFA", "U0ADA", known, "Ada", None, None, None)
    event = Profile("T0MFA", "U0ADA", None, told, "Ada", None, None, time(told_s))

    assert people.came_late(Known(person, before, seen_at), event, now=now) is late


@pytest.mark.parametrize(
    ("said", "at"),
    [
        (1764000000, datetime(2025, 11, 24, 16, 0, tzinfo=UTC)),
        (0, None),
        (-1, None),
        (True, None),
        ("1764000000", None),
        (1764000000.5, None),
        (10**18, None),
        (None, None),
    ],
)
def test_slacks_time_of_a_change_is_whole_seconds_or_none(said: object, at: datetime | None) -> None:
    assert profile({**ADA, "updated": said}, HOME).updated_at == at
