"""What the windows of a reset say once they were submitted: to the requester, and to whoever answered."""

from __future__ import annotations

from bot.core.resets import State
from handlers.views import reset_ends, stolen, words
from handlers.views.blocks import Blocks, Json, said, section


def opened(state: State, *, word: str | None = None, asks_word: bool = False, suspended: bool = False) -> Json:
    """Return what the requester reads then; who disables somebody directly is shown the word, once (E10).

    *suspended*: the person is.
    """
    return said(_opened(state, asks_word=asks_word), *_after(word, asks_word=asks_word, suspended=suspended))


def _opened(state: State, *, asks_word: bool) -> str:
    match state:
        case State.AWAITING_APPROVAL:
            return "*Sent.* Whoever may approve was asked. You can follow the request in your Messages tab."
        case State.HOLDING:
            return "*Accepted.* It takes effect after a while, unless somebody stops it. See your Messages tab."
        case State.EXECUTED if asks_word:
            return "*Done.* That person's MFA is off. They were told."
        case State.EXECUTED:
            return "*Done.* That person's MFA is off. They were told, and can enroll again at once."
        case _:
            return "This request has been answered meanwhile. See your Messages tab."


def _after(word: str | None, *, asks_word: bool, suspended: bool) -> Blocks:
    """Return what follows: the word, or else that the person is suspended."""
    if asks_word or not suspended:
        return words.outcome(word, asks_word=asks_word)
    return [section(f"That person is suspended. {stolen.ENDS}")]


def answered(found: State, *, word: str | None = None, asks_word: bool = False, suspended: bool = False) -> Json:
    """Return what whoever answered a request reads then; who approved it is shown the word, once (E10).

    *suspended*: the person is.
    """
    if found in (State.HOLDING, State.EXECUTED):
        return said(_answered(found), *_after(word, asks_word=asks_word, suspended=suspended))
    stays = suspended and found is not State.AWAITING_APPROVAL
    return said(_answered(found), *([section(reset_ends.STAYS_SUSPENDED)] if stays else []))


def _answered(found: State) -> str:
    match found:
        case State.EXECUTED:
            return "*Approved and done.* That person's MFA is off. They and the requester were told."
        case State.HOLDING:
            return "*Approved.* It takes effect after the hold, unless somebody stops it."
        case State.DENIED:
            return "*Denied.* The requester and the person concerned were told."
        case State.CANCELLED:
            return "*Cancelled.* The person concerned was told."
        case State.AWAITING_APPROVAL:
            return "The reset still waits for an answer."
        case _:
            return f"The reset {reset_ends.of_another(found)}"
