"""A reset request: its states, its times, and what is a reason."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import resets
from bot.core.resets import (
    OPEN,
    AnswerRefusal,
    Happened,
    Limits,
    ReasonFault,
    Reset,
    State,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENDS = [state for state in State if state not in OPEN]
EXITS = [state for state in ENDS if state is not State.EXECUTED]


def opened(*, direct: bool = False, privileged: bool = False, limits: Limits | None = None) -> Reset:
    return resets.opened(
        intent=UUID(int=1),
        subject_id=2,
        requester_id=1,
        factor_id=5,
        happened=Happened.LOST,
        reason="Phone fell into the canal",
        direct=direct,
        privileged=privileged,
        now=NOON,
        limits=limits or Limits(),
    )


ASKED = opened()
HELD = replace(ASKED, state=State.HOLDING, hold_until=NOON + HOUR, approver_id=3)


# States


@pytest.mark.parametrize("after", State)
@pytest.mark.parametrize("before", State)
def test_only_what_is_listed_follows(before: State, after: State) -> None:
    listed = {
        State.AWAITING_APPROVAL: {State.HOLDING, State.EXECUTED, *EXITS},
        State.HOLDING: {State.EXECUTED, *EXITS} - {State.EXPIRED},
    }
    reset = replace(ASKED, state=before, hold_until=NOON)

    if after in listed.get(before, set()):
        assert resets.moved(reset, after) == replace(reset, state=after)
    else:
        with pytest.raises(ValueError, match=f"no transition from {before.value} to {after.value}"):
            resets.moved(reset, after)


@pytest.mark.parametrize("state", ENDS)
def test_an_end_names_who_ended_it_and_when(state: State) -> None:
    done = resets.ended(ASKED, state, by="person:9", now=NOON + HOUR)

    assert not done.open
    assert (done.state, done.ended_by, done.ended_at) == (state, "person:9", NOON + HOUR)


@pytest.mark.parametrize("state", [State.AWAITING_APPROVAL, State.HOLDING])
def test_what_goes_on_is_no_end(state: State) -> None:
    assert replace(ASKED, state=state).open
    with pytest.raises(ValueError, match="is no end"):
        resets.ended(ASKED, state, by="person:9", now=NOON)


# Opening


def test_a_request_waits_for_an_approval_until_it_expires() -> None:
    assert ASKED.state is State.AWAITING_APPROVAL
    assert ASKED.expires_at == NOON + timedelta(hours=4)
    assert ASKED.half_time == NOON + timedelta(hours=2)
    assert (ASKED.hold_until, ASKED.approver_id, ASKED.ended_at, ASKED.ended_by) == (None, None, None, None)


def test_a_direct_disable_is_a_request_that_is_carried_out_at_once() -> None:
    done = opened(direct=True)

    assert (done.state, done.ended_at, done.ended_by, done.hold_until) == (State.EXECUTED, NOON, "person:1", None)


@pytest.mark.parametrize(
    ("limits", "privileged", "length"),
    [
        (Limits(), False, timedelta(0)),
        (Limits(), True, HOUR),
        (Limits(hold=timedelta(minutes=5)), False, timedelta(minutes=5)),
        (Limits(hold=timedelta(minutes=5)), True, HOUR),
        (Limits(hold=2 * HOUR), True, 2 * HOUR),
        (Limits(hold_privileged=timedelta(0)), True, timedelta(0)),
    ],
)
def test_the_hold_is_longer_for_the_privileged_and_may_be_none(
    limits: Limits, length: timedelta, *, privileged: bool
) -> None:
    direct = opened(direct=True, privileged=privileged, limits=limits)
    asked = replace(ASKED, privileged=privileged)
    approved = resets.approved(asked, by=3, privileged=False, now=NOON, limits=limits)
    meanwhile = resets.approved(ASKED, by=3, privileged=privileged, now=NOON, limits=limits)

    assert resets.hold(privileged=privileged, limits=limits) == length
    state, until = (State.HOLDING, NOON + length) if length else (State.EXECUTED, None)
    assert (direct.state, direct.hold_until) == (state, until)
    assert (approved.state, approved.hold_until, approved.approver_id) == (state, until, 3)
    assert approved.ended_by == (None if length else "person:3")
    assert (meanwhile.state, meanwhile.hold_until) == (state, until)


# Answering


@pytest.mark.parametrize(
    ("reset", "factor_id", "at", "refusal"),
    [
        (ASKED, 5, NOON, None),
        (ASKED, 5, ASKED.expires_at - timedelta(microseconds=1), None),
        (ASKED, 5, ASKED.expires_at, AnswerRefusal.EXPIRED),
        (ASKED, 6, NOON, AnswerRefusal.OTHER_FACTOR),
        (ASKED, None, NOON, AnswerRefusal.OTHER_FACTOR),
        (HELD, 5, NOON, AnswerRefusal.HOLDING),
        *((replace(ASKED, state=state), 5, NOON, AnswerRefusal.ENDED) for state in ENDS),
    ],
)
def test_an_approval_counts_once_in_time_and_for_the_factor_that_was_meant(
    reset: Reset, factor_id: int | None, at: datetime, refusal: AnswerRefusal | None
) -> None:
    assert resets.may_answer(reset, factor_id=factor_id, now=at) is refusal


def test_who_is_concerned_is_named_once_each() -> None:
    assert ASKED.people == {1, 2}
    assert HELD.people == {1, 2, 3}
    assert replace(ASKED, requester_id=None).people == {2}


# Reasons


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Phone fell into the canal", "Phone fell into the canal"),
        ("  Phone   is\r\n\tlost  ", "Phone is lost"),
        ("Phone is lost\0\x07\x1b[31m", "Phone is lost[31m"),
        ("Phone \u202eis\u202c lost\u2066\u200f", "Phone is lost"),
        ("Ph\u200bone\u200d is\ufeff lo\u00adst\u2060", "Phone is lost"),
        ("Phone\u2028is\u2029 lost now", "Phoneis lost now"),
        ("Phone is lost\ud800\ue000\U000e0041", "Phone is lost"),
        ("\u3164\u2800\u115f\u1160\uffa0 Phone is lost", "Phone is lost"),
        ("Das Telefon ist weg 📱", "Das Telefon ist weg 📱"),
        ("電話をなくしてしまいました", "電話をなくしてしまいました"),
        ("<@U0ADA> <!channel> <https://evil.example|here>", "<@U0ADA> <!channel> <https://evil.example|here>"),
        ("a" * 10, "a" * 10),
        ("a" * 500, "a" * 500),
        ("a" * 9, ReasonFault.TOO_SHORT),
        ("a" * 501, ReasonFault.TOO_LONG),
        ("", ReasonFault.TOO_SHORT),
        ("a        b", ReasonFault.TOO_SHORT),
        ("\u200b" * 20, ReasonFault.TOO_SHORT),
        ("\u3164" * 20, ReasonFault.TOO_SHORT),
        ("\u00a0" * 20, ReasonFault.TOO_SHORT),
    ],
)
def test_a_reason_is_one_line_of_10_to_500_characters_that_one_can_see(typed: str, read: str | ReasonFault) -> None:
    assert resets.reason(typed) == read


BLANK = "\u115f\u1160\u2800\u3164\uffa0"
HIDDEN = st.sampled_from("\u200b\u202e\u2066\ufeff\u3164\u0000\u001b\n\r\t\u2028\u00a0 ")


@given(st.lists(st.characters(categories=["L", "N", "P", "S"]) | HIDDEN, min_size=10, max_size=60).map("".join))
def test_a_reason_that_was_read_is_read_the_same_again(typed: str) -> None:
    read = resets.reason(typed)
    seen = sum(unicodedata.category(one)[0] in "LNPS" and one not in BLANK for one in typed)

    if isinstance(read, ReasonFault):
        assert read is ReasonFault.TOO_SHORT
        assert seen < 10
        return
    assert resets.reason(read) == read
    assert 10 <= len(read) <= 500
    assert {unicodedata.category(one)[0] for one in read} <= {*"LNPS", "Z"}
    assert {unicodedata.category(one) for one in read} & {"Zl", "Zp"} == set()
    assert "  " not in read


def test_the_audit_keeps_a_digest_of_a_reason_and_a_repr_keeps_neither_reason() -> None:
    digest = resets.reason_digest("Phone fell into the canal")

    assert len(digest) == 64
    assert digest != resets.reason_digest("Phone fell into the river")
    assert "canal" not in repr(replace(ASKED, denial="not the canal"))
