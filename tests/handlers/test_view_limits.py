"""Views with the most that they may have to show: none that Slack refuses, and nothing left out without saying so."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from bot.core import audit
from bot.core.actions import Action, Party
from bot.core.audit import Event
from bot.core.messages import Kind
from bot.core.people import Person, Standing
from bot.core.permissions import Grant, Permission, Rights, Role
from bot.core.resets import REASON_MOST, Happened, Reset, State
from bot.core.users import TEXT_MOST, By, Search
from bot.sandbox.blocks import problems
from bot.services.audit_log import Page
from bot.services.cards import Card, Facts
from bot.services.looking import Shown
from bot.services.messages import Notice
from bot.services.report import Unenrolled
from bot.services.roles import Overview
from bot.services.users import Page as UsersPage
from bot.services.users import Row
from handlers import ids
from handlers.views import audit as audit_views
from handlers.views import helpdesk, notices, report, reset_forms, roles, users
from handlers.views.blocks import Blocks, clean
from handlers.views.resets import NAME_MOST, named
from tests.support.messages import unposted
from tests.support.services import NOON

NAMES = {
    "long": "Maximiliane " * 17,
    "one word": "W" * 200,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 25,
    "right to left": "עדה ביירון " * 18,
    "both ways": "abc \u202eمرحبا\u202c \u2066def\u2069 " * 12,  # noqa: RUF001  a letter that is none of ours
    "combining": "e\u0301\u0323\u0330" * 50,
}
INTENT = UUID(int=7)
FACTS = Facts(NOON, NOON, 9, 1, ("email", "name", "tz"), "America/Argentina/ComodRivadavia", 3, NOON, NOON)
ROLES = [Role(f"role-{number:03}-{'x' * 31}", frozenset(Permission)) for number in range(150)]
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
SECTION_MOST = 3000
MANAGES = Rights({Permission.MANAGE_ROLES: NOON})
Json = dict[str, Any]


def person(number: int, name: str = NAMES["emoji"]) -> Person:
    return Person(number, "T0MFA", f"U{number:010}", Standing.MEMBER, name[:200], "eve@example.com", None, None)


def card(name: str, number: int = 5) -> Card:
    reset = Reset(
        request_id=number,
        intent=INTENT,
        subject_id=1,
        requester_id=2,
        factor_id=3,
        state=State.AWAITING_APPROVAL,
        happened=Happened.STOLEN,
        reason=(name * 20)[:REASON_MOST],
        direct=False,
        privileged=True,
        opened_at=NOON,
        expires_at=NOON,
    )
    return Card(reset, person(1, name), person(2, name), None, FACTS, dormant=False, ended_by=None)


def shown(name: str, held: int = 1) -> Shown:
    party = Party(person(1, name), enrolled=True, rights=MANAGES)
    names = tuple(role.name for role in ROLES[:held])
    return Shown(party, FACTS, names, Action.DISABLE_OTHER, needs_approval=True, open_request=None)


def overview(*, roles_held: int, holders: int) -> Overview:
    grants = [Grant(n, n, role, NOON, NOON) for role in ROLES[:roles_held] for n in range(holders)]
    return Overview(ROLES[:roles_held], grants, {n: person(n) for n in range(holders)})


def users_page(name: str, held: int = 1) -> UsersPage:
    names = tuple(role.name for role in ROLES[:held])
    rows = [Row(person(n, name), enrolled=True, locked=True, last_verified_at=NOON, roles=names) for n in range(10)]
    return UsersPage(tuple(rows), Search(By.PART, name[:TEXT_MOST]), 1, 2, cut=True)


def modals(name: str) -> Iterator[Json]:
    yield reset_forms.person(shown(name))
    yield reset_forms.form(shown(name), INTENT)
    yield from (reset_forms.approval(card(name)), reset_forms.denial(card(name)), reset_forms.cancelling(card(name)))
    yield from (helpdesk.unlock_form(person(1, name), INTENT), helpdesk.release_form(person(1, name), INTENT))
    yield users.page(users_page(name))
    yield report.unenrolled(Unenrolled(tuple(person(n, name) for n in range(10)), 1, 2))
    events = [(n, Event(kind, NOON, "person:1", "slack", 1, {"why": "x" * 500})) for n, kind in enumerate(audit.Kind)]
    for start in range(0, len(events), 12):
        yield audit_views.page(Page(events[start : start + 12], {1: person(1, name)}, 1, 5, 2))


def messages(name: str) -> Iterator[tuple[str, Blocks]]:
    yield reset_forms.card(shown(name))
    yield reset_forms.used_card(shown(name))
    yield reset_forms.open_requests([card(name, number) for number in range(1, 18)])
    for kind in (Kind.RESET_CARD, Kind.RESET_MINE, Kind.RESET_OPENED, Kind.RESET_REMINDER):
        yield notices.blocks(Notice(unposted(kind, reader=3), "U001", None, card(name)))
    given = replace(unposted(Kind.ROLE_GRANTED, reader=3), detail={"role": ROLES[0].name})
    yield notices.blocks(Notice(given, "U001", None, None, about=person(1, name)))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_slack_takes_every_view_whatever_people_are_called(name: str) -> None:
    for view in modals(name):
        assert problems("modal", view) == []
    for text, blocks in messages(name):
        assert problems("message", {"text": text, "blocks": blocks}) == []


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_turns_the_text_around_or_is_left_out(name: str) -> None:
    called = named(person(1, name))

    assert not set(called) & TURNING
    assert called.endswith("(U0000000001)")
    assert len(called.removesuffix(" (U0000000001)")) <= NAME_MOST
    assert called.startswith(clean(name, 1000)[:5])


@pytest.mark.parametrize("count", [1, 48, 49, 50, 99, 100, 150])
def test_the_window_of_roles_names_each_role_or_says_how_many_it_leaves_out(count: int) -> None:
    view = roles.overview(overview(roles_held=count, holders=1))

    assert problems("modal", view) == []
    there = sum(f"*{role.name}*" in text for role in ROLES for text in texts(view))
    said = [int(found[1]) for text in texts(view) if (found := re.match(r"(\d+) more roles", text))]
    assert there + sum(said) == count
    assert bool(said) is (there < count)


@pytest.mark.parametrize("count", [1, 20, 30, 31, 200])
def test_the_window_of_roles_names_each_holder_or_says_how_many_it_leaves_out(count: int) -> None:
    view = roles.overview(overview(roles_held=2, holders=count))

    assert problems("modal", view) == []
    for listed in [text for text in texts(view) if "(U0" in text]:
        more = re.search(r"and (\d+) more", listed)
        assert listed.count("(U0") + (int(more[1]) if more else 0) == count
        assert width(listed) <= SECTION_MOST


@pytest.mark.parametrize("form", [roles.grant_form, roles.revoke_form])
@pytest.mark.parametrize("count", [1, 100, 101, 150])
def test_each_role_can_be_chosen_however_many_there_are(form: Callable[[list[Role]], Json], count: int) -> None:
    view = form(ROLES[:count])

    assert problems("modal", view) == []
    [select] = [block["element"] for block in view["blocks"] if block.get("block_id") == ids.ROLE]
    groups = select.get("option_groups") or [select]
    assert [one["value"] for group in groups for one in group["options"]] == [role.name for role in ROLES[:count]]


@pytest.mark.parametrize("count", [1, 20, 150])
def test_of_a_person_each_role_is_named_or_counted(count: int) -> None:
    for view in (reset_forms.person(shown("Ada", count)), users.page(users_page("Ada", count))):
        assert problems("modal", view) == []
        for listed in [text for text in texts(view) if "role-" in text]:
            more = re.search(r"and (\d+) more", listed)
            assert listed.count("role-") + (int(more[1]) if more else 0) == count
            assert width(listed) <= SECTION_MOST


@pytest.mark.parametrize("count", [1, 16, 17])
def test_open_requests_that_a_message_has_no_room_for_are_mentioned(count: int) -> None:
    text, blocks = reset_forms.open_requests([card("Ada", number) for number in range(1, count + 1)])

    assert problems("message", {"text": text, "blocks": blocks}) == []
    shown_texts = texts({"blocks": blocks})
    assert sum("Whom:" in one for one in shown_texts) == min(count, 16)
    assert any(one.startswith("More requests are open.") for one in shown_texts) is (count > 16)


def test_a_long_event_says_that_it_was_cut() -> None:
    woken = Event(audit.Kind.RIGHTS_WOKEN, NOON, "person:1", "slack", 1, {"roles": " ".join(one.name for one in ROLES)})
    view = audit_views.page(Page([(1, woken)], {1: person(1)}, 1, None, None))

    assert problems("modal", view) == []
    [line] = [text for text in texts(view) if text.startswith("rights.woken")]
    assert line.endswith("… cut here; `mfabot audit export` has the whole")
    assert width(line) <= SECTION_MOST


def texts(view: Json) -> list[str]:
    """Return every text of a view, as it is shown."""
    found = []
    for block in view["blocks"]:
        parts = [block.get("text"), *(block.get("elements", []) if block["type"] == "context" else [])]
        found += [part["text"] for part in parts if part]
    return found


def width(text: str) -> int:
    """Return the length as JavaScript counts it, in which an emoji has two."""
    return len(text.encode("utf-16-le")) // 2
