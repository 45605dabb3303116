"""Who a person is: identity, standing in the home workspace, suspension.

Rules of this file (design: "States", "Permissions"):

- A person is `(team_id, slack_user_id)`, never a name or an e-mail address.
- Only an active full member of the home workspace acts; what Slack did not say counts against the person.
- Slack sends some changes late: what is older than what is known of a person, by Slack's own time, changes nothing.
- The standing is read from `users.info`; `is_stranger` is false for people who share a channel through Slack Connect,
  so the team is compared as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

SLACKBOT = "USLACKBOT"
"""Slack's own bot, which `is_bot` does not mark."""
SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{1,63}")
"""How Slack spells the id of a person (U…, W…) or a workspace (T…)."""
EMAIL_AT_MOST = 320
"""Characters: 64 before the @, 255 after it (RFC 5321 section 4.5.3.1)."""
ANSWER_AT_MOST: Final = timedelta(seconds=10)
"""How old an answer of Slack's can be when it is used; clocks of two processes may differ by 2 s of it."""
AHEAD_AT_MOST: Final = timedelta(minutes=5)
"""How far Slack's clock may be ahead of ours; a later time is not one that later changes could be compared with."""


class Standing(StrEnum):
    """What somebody is to the home workspace."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    STRANGER = "stranger"


class SuspendedWhy(StrEnum):
    """Why a person is suspended; it decides what lifts the suspension."""

    NOT_ME = "not_me"
    STOLEN = "stolen"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace that the bot is installed in; *enterprise_id* where it belongs to an organization."""

    team_id: str
    enterprise_id: str | None
    bot_user_id: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a signed payload of Slack, as the payload names them."""

    team_id: str
    slack_user_id: str
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What `users.info` says of a person, reduced to what the rules and the pages need.

    *updated_at* is Slack's own time of the latest change; None where it says none.
    """

    team_id: str
    slack_user_id: str
    enterprise_id: str | None
    standing: Standing
    name: str
    email: str | None
    tz: str | None
    updated_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A known person; *name* and *email* are for showing and for the provisioning URI, never for identifying."""

    person_id: int
    team_id: str
    slack_user_id: str
    standing: Standing
    name: str
    email: str | None
    suspended_at: datetime | None
    suspended_why: SuspendedWhy | None

    @property
    def suspended(self) -> bool:
        """Whether every surface has to answer `suspended`."""
        return self.suspended_at is not None


@dataclass(frozen=True, slots=True)
class Known:
    """A known person beside what Slack said of them when it was last saved, at *seen_at*."""

    person: Person
    profile: Profile
    seen_at: datetime


def is_home(actor: Actor, home: Home) -> bool:
    """Whether the payload comes from the home workspace or its organization (X4)."""
    if actor.team_id == home.team_id:
        return True
    return home.enterprise_id is not None and actor.enterprise_id == home.enterprise_id


def overtaken(person: Person, answer: Profile, *, seen_at: datetime, now: datetime) -> bool:
    """Whether Slack may have told since it gave this *answer* that the person is no member any more (A2)."""
    left = answer.standing is Standing.MEMBER and person.standing is not Standing.MEMBER
    return left and now - seen_at < ANSWER_AT_MOST


def told_at(told: Profile, *, now: datetime) -> datetime | None:
    """Return Slack's time of a profile, if it is one that later changes can be compared with."""
    at = told.updated_at
    return at if at is not None and at <= now + AHEAD_AT_MOST else None


def came_late(known: Known, told: Profile, *, now: datetime) -> bool:
    """Whether an event of Slack's is older than what is known, so that it says nothing (X7).

    Slack's times are whole seconds. An account that left comes back only by a change that is surely later: one of the
    same second, or without a time, does not bring it back.
    """
    at, before = told_at(told, now=now), known.profile.updated_at
    comes_back = known.person.standing is Standing.DELETED and told.standing is not Standing.DELETED
    rises = known.person.standing is not Standing.MEMBER and told.standing is Standing.MEMBER
    if comes_back or rises:
        return at is None or at <= (before or known.seen_at)
    return at is not None and before is not None and at < before


def ends_membership(was: Standing, told: Profile) -> bool:
    """Whether somebody stops being a member by what Slack says now; who was an admin is none any more (A9)."""
    return was is Standing.MEMBER and told.standing is not Standing.MEMBER


def profile(user: Mapping[str, object], home: Home) -> Profile:
    """Read a `user` object of Slack's users.info; a flag that is missing counts as the one that refuses.

    Raises:
        ValueError: the object names no user.
    """
    slack_user_id = user.get("id")
    if not isinstance(slack_user_id, str) or not slack_user_id:
        raise ValueError("users.info answered without a user id")
    shown = user.get("profile")
    details: Mapping[str, object] = shown if isinstance(shown, Mapping) else {}
    enterprise = user.get("enterprise_user")
    enterprise_id = _text(enterprise.get("enterprise_id")) if isinstance(enterprise, Mapping) else None
    # What nobody confirmed may be somebody else's address; Slack leaves the flag out where it says nothing.
    email = None if user.get("is_email_confirmed") is False else _text(details.get("email"))
    name = _text(details.get("real_name")) or _text(user.get("real_name")) or _text(user.get("name")) or slack_user_id
    return Profile(
        team_id=home.team_id,
        slack_user_id=slack_user_id,
        enterprise_id=enterprise_id,
        standing=_standing(user, slack_user_id, enterprise_id, home),
        name=name[:200],
        email=email if email is not None and len(email) <= EMAIL_AT_MOST else None,
        tz=_text(user.get("tz")),
        updated_at=_time(user.get("updated")),
    )


def _standing(user: Mapping[str, object], slack_user_id: str, enterprise_id: str | None, home: Home) -> Standing:
    team_id = _text(user.get("team_id"))
    of_the_house = team_id == home.team_id or (home.enterprise_id is not None and enterprise_id == home.enterprise_id)
    if user.get("deleted") is not False:
        return Standing.DELETED
    if not of_the_house or user.get("is_stranger") is True:
        return Standing.STRANGER
    if user.get("is_bot") is not False or slack_user_id == SLACKBOT:
        return Standing.BOT
    if user.get("is_restricted") is not False or user.get("is_ultra_restricted") is not False:
        return Standing.GUEST
    return Standing.MEMBER


def _time(value: object) -> datetime | None:
    """Return a time that Slack spells as seconds since 1970; 0 and what is no such number is none."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: object) -> str | None:
    """Return a text that a row can hold and a URI can spell: without NUL and lone surrogates, which JSON allows."""
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8") or None
