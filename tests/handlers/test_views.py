"""Every view in every state is one that Slack takes, with the labels that people know."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from bot.core import messages
from bot.core.audit import Detail
from bot.core.codes import Verdict
from bot.core.enrollment import ConfirmRefusal, StartRefusal, State
from bot.core.factors import Status
from bot.core.messages import Kind, Message, Settled
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.suspension import ReleaseRefusal
from bot.sandbox.blocks import problems
from bot.services.delivery import Delivery, Leftovers
from bot.services.disable import Disabled, OtherFactor
from bot.services.enrollment import InvalidFormat, PendingKey, Started, WrongCode
from bot.services.judging import Judged
from bot.services.messages import Notice
from bot.services.recovery import MakeRefusal
from bot.services.suspension import Stopped
from handlers import errors
from handlers.people import Turned
from handlers.views import codes, disable, enrollment, home, notices, recovery, suspension
from handlers.views.blocks import said
from tests.support.services import NOON

INTENT = UUID(int=7)
CODES = tuple(f"AAAA-BBBB-CCCC-DDDD-EEEE-{number:04}" for number in range(10))
APPS = [("Aegis", "https://getaegis.app/"), ("2FAS", "https://2fas.com/")]
ADA = Person(1, "T0MFA", "U0ADA", Standing.MEMBER, "Ada <!channel> Lovelace", "ada@example.com", None, None)
SUSPENDED = [replace(ADA, suspended_at=NOON, suspended_why=why) for why in SuspendedWhy]
OFF = Status()
PENDING = Status(pending_enrollment=3, pending_until=NOON)
ON = Status(factor_id=5, since=NOON, last_verified_at=NOON, codes_left=10)
UNSAVED = replace(ON, codes_saved=False, codes_left=2, pending_enrollment=3, pending_until=NOON)
STATUSES = [OFF, PENDING, ON, replace(ON, codes_left=0), UNSAVED]
ENABLE, DISABLE = "Enable Multi-Factor Authentication", "Disable Multi-Factor Authentication"


def message(kind: Kind, settled: Settled | None = None) -> Message:
    detail: Detail = {"left": 9, "surface": "app:3"}
    at = NOON if settled else None
    enrollment_id = 3 if kind is Kind.ENROLLMENT else None
    return Message(
        4, 1, kind, detail, enrollment_id, NOON, "D0ADA", "1.2", complete=True, settled=settled, settled_at=at
    )


def modals() -> Iterator[dict[str, Any]]:
    yield enrollment.before_you_start(APPS, INTENT)
    yield enrollment.replace_form(INTENT)
    yield enrollment.started(Started(3, NOON))
    yield from map(enrollment.start_refused, StartRefusal)
    for replacing in (False, True):
        yield enrollment.confirm_form(3, replacing=replacing)
    yield from map(enrollment.confirm_refused, ConfirmRefusal)
    yield enrollment.key_by_hand(PendingKey("A" * 32, INTENT))
    for state in State:
        yield enrollment.key_end(Leftovers(message(Kind.ENROLLMENT), state, NOON, ()), INTENT)
    yield disable.form(5)
    yield disable.form(5, privileged=True)
    yield disable.nothing_to_disable()
    yield from map(disable.outcome, [*Disabled, *OtherFactor])
    yield recovery.form(INTENT)
    yield from (recovery.shown(CODES, 5, enabled=enabled) for enabled in (True, False))
    yield from map(recovery.not_made, MakeRefusal)
    yield recovery.outdated()
    yield from map(said, map(suspension.stopped, Stopped))
    yield from map(suspension.form, SuspendedWhy)
    yield suspension.released()
    yield from map(suspension.refused, ReleaseRefusal)
    yield from map(said, (errors.AWAY, errors.LOST, errors.FAILED, home.NOT_OPENED))


ABOUT_REQUESTS = {
    Kind.ENROLLMENT,
    Kind.REPORT,
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
}
"""Shown by views of their own, and tested with those."""


def labels(blocks: list[dict[str, Any]]) -> list[str]:
    found = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [element["text"]["text"] for element in found]


@pytest.mark.parametrize("view", list(modals()), ids=lambda view: view["title"]["text"])
def test_slack_takes_every_modal_and_its_title_begins_with_mfa(view: dict[str, Any]) -> None:
    assert problems("modal", view) == []
    assert view["title"]["text"].startswith("MFA")
    assert not view.get("notify_on_close")


@pytest.mark.parametrize(("person", "status"), list(product([ADA, *SUSPENDED], STATUSES)))
def test_home_and_the_command_show_exactly_one_way(person: Person, status: Status) -> None:
    view = home.home(person, status)
    text, blocks = home.answer(person, status)

    assert problems("home", view) == []
    assert problems("message", {"text": text, "blocks": blocks}) == []
    for shown in (labels(view["blocks"]), labels(blocks)):
        ways = [label for label in shown if label in (ENABLE, DISABLE, "It was me")]
        expected = [DISABLE] if status.factor_id else [ENABLE]
        if person.suspended:
            expected = ["It was me"] if status.factor_id else []
        assert ways == expected


@pytest.mark.parametrize("why", list(Turned))
def test_who_is_turned_away_gets_a_sentence_and_no_button(why: Turned) -> None:
    view = home.home_says(home.turned_away(why))

    assert problems("home", view) == []
    assert labels(view["blocks"]) == []
    assert home.turned_away(why)


@pytest.mark.parametrize("replacing", [True, False])
def test_the_message_with_the_qr_shows_the_three_buttons_and_nothing_secret_in_words(replacing: bool) -> None:  # noqa: FBT001  a parameter
    delivery = Delivery(
        message(Kind.ENROLLMENT), "U0ADA", NOON, replacing=replacing, uri="otpauth://totp/x?secret=SECRET"
    )

    text, blocks = enrollment.dm_blocks(delivery, "F0QR")

    assert problems("message", {"text": text, "blocks": blocks}) == []
    assert labels(blocks) == ["Enter the code", "Can't scan?", "Cancel"]
    assert "SECRET" not in str((text, blocks))


@pytest.mark.parametrize("state", list(State))
def test_an_ended_enrollment_leaves_words_alone(state: State) -> None:
    text, blocks = enrollment.dm_end(Leftovers(message(Kind.ENROLLMENT), state, NOON, ()))

    assert problems("message", {"text": text, "blocks": blocks}) == []
    assert {block["type"] for block in blocks} <= {"section", "context"}


@pytest.mark.parametrize(
    ("kind", "settled"), list(product([kind for kind in Kind if kind not in ABOUT_REQUESTS], [None, *Settled]))
)
def test_a_notice_asks_until_it_is_settled(kind: Kind, settled: Settled | None) -> None:
    notice = Notice(message(kind, settled), "U0ADA", "payroll")

    text, blocks = notices.blocks(notice)

    assert problems("message", {"text": text, "blocks": blocks}) == []
    asks = kind in messages.ASKS and settled is None
    enters = ["Enter the code"] if kind is Kind.RELEASE_OFFERED and settled is None else []
    assert labels(blocks) == enters + ([notices.BLOCK] if asks else [])


@pytest.mark.parametrize(("verdict", "recovers"), list(product(Verdict, [True, False])))
def test_every_verdict_has_a_sentence(verdict: Verdict, recovers: bool) -> None:  # noqa: FBT001  a parameter
    assert codes.refused(Judged(verdict, wait_s=30), recovery=recovers).endswith(".")


def test_wrong_and_used_codes_share_one_sentence() -> None:
    said = {codes.refused(Judged(verdict), recovery=False) for verdict in (Verdict.WRONG_CODE, Verdict.CODE_REUSED)}

    assert len(said) == 1


@pytest.mark.parametrize(
    ("outcome", "word"),
    [(InvalidFormat(), "six digits"), (WrongCode(1), "1 try"), (WrongCode(4, 3), "about 3 minutes off")],
)
def test_a_wrong_code_while_confirming_says_what_to_do(outcome: WrongCode | InvalidFormat, word: str) -> None:
    [said] = enrollment.wrong(outcome).values()

    assert word in said


def test_a_throttled_answer_names_the_seconds_and_the_way_out() -> None:
    wait = timedelta(minutes=1).seconds

    said = codes.refused(Judged(Verdict.THROTTLED, wait_s=wait), recovery=True)

    assert "60 seconds" in said
    assert "recovery code" in said
