"""Views of resets, roles, lockdown and audit: held against Slack's rules in every state, and free of markup (X6)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from bot.core import audit, policy
from bot.core.actions import Action, Guard, Party
from bot.core.audit import Event
from bot.core.factors import Status
from bot.core.identity_check import IdentityCheck, IdentityFault
from bot.core.messages import Kind
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.permissions import BUILT_IN, Grant, Permission, Rights, Role
from bot.core.reset_opening import OpenRefusal, VetoedLately
from bot.core.resets import OPEN, AnswerRefusal, Happened, ReasonFault, Reset, State
from bot.sandbox.blocks import problems
from bot.services.audit_log import Page
from bot.services.cards import Card, Facts
from bot.services.helpdesk import Helped, UnlockRefusal
from bot.services.looking import WHY, LookRefusal, Shown, Why
from bot.services.messages import Notice
from bot.services.roles import Changed, Overview, RoleRefusal
from handlers.refusing import refused
from handlers.views import (
    admin,
    helpdesk,
    home,
    identity_check,
    lockdown,
    notices,
    refusals,
    reset_forms,
    reset_outcomes,
    roles,
)
from handlers.views import audit as audit_views
from handlers.views.blocks import said
from tests.support.messages import unposted
from tests.support.services import NOON

INTENT = UUID(int=7)
NASTY = "<!channel> *Eve* \u202egpj.exe & co <@U0ADA>"
WORD = "otter pebble violin sunset carpet"
BOTH = (True, False)
REASON = "Lost the phone <!here> on the train\u202e"
ABOUT = (
    Kind.RESET_OPENED,
    Kind.RESET_MINE,
    Kind.RESET_CARD,
    Kind.RESET_REMINDER,
    Kind.RESET_OUTCOME,
    Kind.RESET_DONE,
    Kind.STOLEN_REPORTED,
    Kind.STOLEN_VETOED,
    Kind.RESET_STOPPED,
    Kind.RIGHTS_DORMANT,
)


def person(number: int) -> Person:
    return Person(number, "T0MFA", f"U{number:03}", Standing.MEMBER, NASTY, "eve@example.com", None, None)


FACTS = Facts(NOON, NOON, 9, 1, ("email", "tz"), "Europe/Vienna", 3, NOON, NOON)
RIGHTS = Rights(dict.fromkeys(Permission, NOON))


def reset(state: State) -> Reset:
    return Reset(
        request_id=5,
        intent=INTENT,
        subject_id=1,
        requester_id=2,
        factor_id=3,
        state=state,
        happened=Happened.STOLEN,
        reason=REASON,
        direct=False,
        privileged=True,
        opened_at=NOON,
        expires_at=NOON + timedelta(hours=4),
        hold_until=NOON if state is State.HOLDING else None,
        approver_id=4,
        ended_at=None if state in OPEN else NOON,
        denial=REASON if state is State.DENIED else None,
        identity_check=IdentityCheck.NOT_CHECKED,
        code_accepted_at=NOON,
    )


def card(state: State) -> Card:
    return Card(reset(state), person(1), person(2), person(4), FACTS, dormant=True, ended_by=None)


def shown(route: Action | Guard = Action.ASK) -> Shown:
    party = Party(person(1), enrolled=True, rights=RIGHTS)
    return Shown(party, FACTS, ("admin",), route, needs_approval=route is Action.ASK, open_request=None)


def modals() -> Iterator[dict[str, Any]]:
    opened = replace(shown(), open_request=5)
    for one in (shown(), shown(Action.DISABLE_OTHER), shown(Guard.RIGHT), opened):
        yield reset_forms.person(one)
        yield reset_forms.form(one, INTENT)
    suspended = replace(person(1), suspended_at=NOON, suspended_why=SuspendedWhy.STOLEN)
    yield reset_forms.person(replace(shown(), party=Party(suspended, enrolled=False)))
    yield reset_forms.approval(card(State.AWAITING_APPROVAL))
    yield reset_forms.denial(card(State.HOLDING))
    suspends = replace(card(State.HOLDING), subject=suspended, lifts=True)
    yield from (reset_forms.approval(suspends), reset_forms.denial(suspends), reset_forms.cancelling(suspends))
    yield reset_forms.person(replace(shown(), party=Party(suspended, enrolled=True, disputed=True)))
    yield reset_forms.person(replace(shown(), awaits_word=True))
    yield reset_forms.approval(replace(card(State.AWAITING_APPROVAL), asks_word=True))
    yield helpdesk.new_word(WORD)
    for view, word, asks, stays in product((reset_outcomes.opened, reset_outcomes.answered), (None, WORD), BOTH, BOTH):
        yield from (view(state, word=word, asks_word=asks, suspended=stays) for state in State)
    yield helpdesk.unlock_form(person(1), INTENT)
    yield helpdesk.release_form(person(1), INTENT)
    yield from map(helpdesk.outcome, [*Helped, *UnlockRefusal])
    yield from (lockdown.start_form(), lockdown.lift_form(), *map(lockdown.started, Changed), lockdown.lifted())
    every = [Role(name, carried) for name, carried in BUILT_IN.items()]
    held = [Grant(n, 1, every[0], NOON, NOON if n % 2 else None) for n in range(40)]
    yield roles.overview(Overview(every, held, {1: person(1)}))
    yield from (roles.grant_form(every), roles.revoke_form(every), roles.wake_form(1))
    for done in (*Changed, *RoleRefusal):
        yield from (roles.granted(done), roles.revoked(done), roles.woken(done))
    yield admin.why(why(*WHY))
    for not_opened in (*OpenRefusal, VetoedLately(NOON), None):
        yield admin.why(why(*WHY, not_opened=not_opened))
    yield home.home(person(1), Status(factor_id=5, since=NOON, rights=RIGHTS))
    yield audit_views.page(Page([], {}, None, None, None))
    events = [(n, Event(kind, NOON, "person:1", "slack", 1, {"why": "right"})) for n, kind in enumerate(audit.Kind)]
    yield audit_views.page(Page(events[:12], {1: person(1)}, 1, 5, 2))
    yield from (said(refusals.guard(guard)) for guard in Guard)
    yield from (said(refusals.not_opened(why)) for why in (*OpenRefusal, VetoedLately(NOON)))
    yield from (said(refusals.not_answered(why)) for why in AnswerRefusal)
    yield from (said(refusals.look(why)) for why in (*LookRefusal, Guard.RIGHT))


def notice(kind: Kind, state: State, *, reader: int) -> Notice:
    return Notice(unposted(kind, reader=reader), "U001", None, card(state))


def why(*acts: Action, request_open: bool = True, not_opened: OpenRefusal | VetoedLately | None = None) -> Why:
    return Why(
        Party(person(1), enrolled=True),
        tuple((act, verdicts(act)) for act in acts),
        request_open=request_open,
        needs_approval=False,
        not_opened=not_opened,
        no_approver=False,
    )


def verdicts(action: Action) -> tuple[policy.Verdict, ...]:
    party = Party(person(1), enrolled=False)
    return policy.verdicts(policy.Case(action=action, actor=party, now=NOON, lockdown=None, subject=party))


def labels(blocks: list[dict[str, Any]]) -> list[str]:
    found = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [element["text"]["text"] for element in found]


def texts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "plain_text"):
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@pytest.mark.parametrize("view", list(modals()), ids=str)
def test_slack_would_take_every_window(view: dict[str, Any]) -> None:
    assert problems("home" if view["type"] == "home" else "modal", view) == []


OUTCOMES = (Kind.RESET_OUTCOME, Kind.RESET_DONE, Kind.RESET_STOPPED)
"""They are made when a request has ended."""
MESSAGES = [one for one in product(ABOUT, State, [True, False]) if one[0] not in OUTCOMES or one[1] not in OPEN]


@pytest.mark.parametrize(("kind", "state", "mine"), MESSAGES)
def test_slack_would_take_every_message_and_an_ended_request_has_no_buttons(
    kind: Kind,
    state: State,
    mine: bool,  # noqa: FBT001  a parameter
) -> None:
    text, blocks = notices.blocks(notice(kind, state, reader=1 if mine else 2))

    assert problems("message", {"text": text, "blocks": blocks}) == []
    if state not in OPEN and kind in (Kind.RESET_CARD, Kind.RESET_MINE):
        assert labels(blocks) == []


@pytest.mark.parametrize(
    "blocks",
    [
        *(notices.blocks(notice(kind, state, reader=2))[1] for kind, state, mine in MESSAGES if mine),
        *(view["blocks"] for view in modals()),
    ],
    ids=str,
)  # fmt: skip
def test_names_and_reasons_stand_in_plain_text_cleaned(blocks: list[dict[str, Any]]) -> None:
    for text in texts(blocks):
        assert "\u202e" not in text["text"]
        assert text["type"] == "plain_text" or not ("<!channel>" in text["text"] or "<!here>" in text["text"])


@pytest.mark.parametrize("fault", IdentityFault)
def test_a_missing_check_is_told_under_its_input(fault: IdentityFault) -> None:
    assert identity_check.refused(fault).endswith(".")
    assert list(refused(fault)["errors"]) == ["identity_check"]


@pytest.mark.parametrize("fault", ReasonFault)
def test_a_bad_reason_is_told_under_its_input(fault: ReasonFault) -> None:
    assert refusals.reason(fault).endswith("characters.")


@pytest.mark.parametrize("made", [reset_forms.card, reset_forms.used_card])
def test_slack_would_take_the_card_of_the_command(made: Callable[[Shown], tuple[str, list[dict[str, Any]]]]) -> None:
    text, blocks = made(shown())

    assert problems("message", {"text": text, "blocks": blocks}) == []
    assert bool(labels(blocks)) == (made is reset_forms.card)


def test_where_no_request_is_open_why_says_so_and_of_nobody_that_they_asked() -> None:
    told = " ".join(text["text"] for text in texts(admin.why(why(Action.ASK, request_open=False))))

    assert "No request about this person is open." in told
    assert "asked for" not in told


@pytest.mark.parametrize("guard", Guard)
def test_each_guard_has_its_line(guard: Guard) -> None:
    line = admin.HOLDS[guard]

    assert "_" not in line
    assert line[0].islower() or line.startswith("Slack")


def test_an_approval_names_who_whom_what_happened_and_why() -> None:
    told = " ".join(text["text"] for text in texts(reset_forms.approval(card(State.AWAITING_APPROVAL))))

    assert "U001" in told
    assert "U002" in told
    assert "stolen" in told
    assert "Lost the phone" in told
