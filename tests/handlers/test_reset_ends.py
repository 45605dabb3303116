"""What people read of a request that has ended: what happened, who and when, and what to do next."""

from dataclasses import replace
from itertools import product

import pytest

from bot.core.messages import Kind, Settled
from bot.core.people import Person
from bot.core.resets import OPEN, Happened, State
from handlers.views import notices, reset_ends
from handlers.views.blocks import at
from handlers.views.reset_ends import Reader
from tests.handlers.test_reset_views import labels, notice, person, reset
from tests.support.reading import texts_in
from tests.support.services import NOON

ENDS = [state for state in State if state not in OPEN]
SUBJECT, REQUESTER, APPROVER, OTHER = 1, 2, 4, 6
READS = {
    SUBJECT: (Kind.RESET_OPENED, Kind.RESET_OUTCOME),
    REQUESTER: (Kind.RESET_MINE, Kind.RESET_OUTCOME),
    APPROVER: (Kind.RESET_CARD, Kind.RESET_REMINDER, Kind.RESET_OUTCOME),
    OTHER: (Kind.RESET_CARD, Kind.RESET_REMINDER),
}
EVERY = [(state, reader, kind) for state in ENDS for reader, kinds in READS.items() for kind in kinds]
ENDED_BY = {State.DENIED: OTHER, State.VETOED: SUBJECT, State.CANCELLED: REQUESTER, State.REFUSED: OTHER}
NEXT_STEPS = list(product(ENDS, (Reader.SUBJECT, Reader.REQUESTER)))


def named(number: int) -> Person:
    return replace(person(number), name=f"Person {number}")


def read(state: State, reader: int, kind: Kind) -> str:
    """Return what stands in a message about a request that ended so, at noon."""
    made = notice(kind, state, reader=reader)
    assert made.card is not None
    by = named(ENDED_BY[state]) if state in ENDED_BY else None
    card = replace(made.card, ended_by=by, subject=named(1), requester=named(2), approver=named(4))
    message = made.message if kind is Kind.RESET_DONE else replace(made.message, settled=Settled.ENDED)
    text, blocks = notices.blocks(replace(made, message=message, card=card))
    assert labels(blocks) == ([notices.BLOCK] if kind is Kind.RESET_DONE else [])
    assert text in "\n".join(texts_in(blocks))
    return "\n".join([text, *texts_in(blocks), str(blocks)])


@pytest.mark.parametrize(("state", "reader", "kind"), EVERY)
def test_every_message_says_who_and_when_and_is_no_longer_a_question(state: State, reader: int, kind: Kind) -> None:
    said = read(state, reader, kind)

    assert at(NOON) in said
    assert "Person 1 (U001)" in said
    assert "Asked by Person 2 (U002)" in said
    if state in ENDED_BY:
        assert f"by Person {ENDED_BY[state]}" in said or f"through Person {ENDED_BY[state]}" in said
    assert not [words for words in ("waits for", "still waits", "stop it", "can still") if words in said]


@pytest.mark.parametrize(("state", "reader", "kind"), EVERY)
def test_no_sentence_holds_the_name_of_a_state(state: State, reader: int, kind: Kind) -> None:
    said = read(state, reader, kind)

    assert not [name for name in ("self_cancelled", "self cancelled", "superseded", "holding") if name in said.lower()]


@pytest.mark.parametrize(("state", "reader"), NEXT_STEPS)
def test_the_outcome_says_what_to_do_next(state: State, reader: Reader) -> None:
    asked = replace(reset(state), happened=Happened.LOST)

    step = reset_ends.next_step(asked, reader, suspended=True)

    number = SUBJECT if reader is Reader.SUBJECT else REQUESTER
    assert step.endswith(".")
    assert step != reset_ends.next_step(asked, Reader.APPROVER, suspended=True)
    outcome = notice(Kind.RESET_OUTCOME, state, reader=number)
    assert outcome.card is not None
    assert notices.sentence(replace(outcome, card=replace(outcome.card, reset=asked))).endswith(step)


@pytest.mark.parametrize(("state", "reader"), NEXT_STEPS)
def test_who_was_suspended_as_robbed_hears_that_this_goes_on(state: State, reader: Reader) -> None:
    step = reset_ends.next_step(reset(state), reader, suspended=True)
    lifted = reset_ends.next_step(reset(state), reader, suspended=False)

    assert ("suspended" in step) == (state is not State.EXECUTED)
    assert "suspended" not in lifted
    assert "stays as it is" not in step


def test_an_executed_reset_says_to_remove_the_old_account_and_how_to_enroll() -> None:
    said = read(State.EXECUTED, SUBJECT, Kind.RESET_DONE)

    assert "remove the old account" in said
    assert "authenticator app" in said
    assert "`/mfa enable`" in said


def test_who_disabled_directly_did_not_ask() -> None:
    made = notice(Kind.RESET_OUTCOME, State.EXECUTED, reader=REQUESTER)
    assert made.card is not None
    card = replace(made.card, reset=replace(made.card.reset, direct=True), requester=named(2), approver=None)

    _, blocks = notices.blocks(replace(made, card=card))

    assert "Disabled directly by Person 2 (U002)." in "\n".join(texts_in(blocks))
