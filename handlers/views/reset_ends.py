"""How a reset request ended, and what its reader does next; in our own words alone, which name nobody."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bot.core.resets import Happened, Reset, State


class Reader(StrEnum):
    """For whom a message about a request is."""

    SUBJECT = "subject"
    REQUESTER = "requester"
    APPROVER = "approver"
    """Whoever could answer it, or has answered it."""


_MINE: Final[dict[State, str]] = {
    State.EXECUTED: "Your MFA was disabled by somebody else.",
    State.DENIED: "The reset of your MFA was denied.",
    State.VETOED: "You stopped the reset of your MFA.",
    State.SELF_CANCELLED: "The reset of your MFA is void, since a code of yours was accepted meanwhile.",
    State.CANCELLED: "The reset of your MFA was taken back by whoever asked for it.",
    State.EXPIRED: "The reset of your MFA expired, since nobody approved it in time.",
    State.SUPERSEDED: "The reset of your MFA is void, since your MFA has changed meanwhile.",
    State.REFUSED: "The reset of your MFA is void, since somebody concerned may no longer take part in it.",
}
_OF_ANOTHER: Final[dict[State, str]] = {
    State.EXECUTED: "was carried out: that person's MFA is off.",
    State.DENIED: "was denied.",
    State.VETOED: "was stopped by the person it is about.",
    State.SELF_CANCELLED: "is void, since a code of that person was accepted meanwhile.",
    State.CANCELLED: "was taken back by whoever asked for it.",
    State.EXPIRED: "expired, since nobody approved it in time.",
    State.SUPERSEDED: "is void, since that person's MFA has changed meanwhile.",
    State.REFUSED: "is void, since somebody concerned may no longer take part in it.",
}
"""What follows "The reset of somebody's MFA"."""

STAYS_SUSPENDED: Final = "That person is still suspended, until somebody releases them: `/mfa-admin release @person`."
_STAYS: Final = "Your MFA stays as it is. If you cannot produce codes, use a recovery code, or ask your helpdesk."
_ENROLL: Final = (
    "If you still have the authenticator app, remove the old account from it: its codes are worth nothing any more. "
    "Until you set MFA up again, your password alone signs you in: type `/mfa enable` now."
)
_ENROLL_WITH_WORD: Final = (
    "You stay suspended until you have set MFA up again: type `/mfa enable`. It asks for a word, which the person who "
    "approved tells you by phone or in person. If you still have the authenticator app, remove the old account from it."
)
_TELL_WORD: Final = (
    "That person stays suspended until they have set MFA up again with the word that was shown to whoever approved. "
    "It is told by voice, never in a message. If it is lost, `/mfa-admin release @person` makes another."
)
_NEXT: Final[dict[State, tuple[str, str]]] = {
    State.EXECUTED: (
        _ENROLL,
        "That person was told to remove the old account from the authenticator app, and to type `/mfa enable`.",
    ),
    State.DENIED: (_STAYS, "Nothing was changed. Read the reason before you ask again."),
    State.VETOED: (
        "Your MFA stays as it is. If you do not know why anybody asked, tell your helpdesk.",
        "Nothing was changed. Find out who it was that came to you: it may have been somebody else.",
    ),
    State.SELF_CANCELLED: (
        "Who can produce codes needs no reset. If it was not you who typed that code, tell your helpdesk at once.",
        "Who can produce codes needs no reset. If it was somebody else, ask again, and say that the phone is stolen.",
    ),
    State.CANCELLED: (_STAYS, "Nothing was changed. You can ask again."),
    State.EXPIRED: (_STAYS, "Nothing was changed. Talk to somebody who may approve, and ask again."),
    State.SUPERSEDED: (
        "You need do nothing.",
        "Look at that person with `/mfa-admin show @person`, and ask again if they still cannot sign in.",
    ),
    State.REFUSED: (_STAYS, "Nothing was changed. `/mfa-admin why @person` says what stands in the way now."),
}
"""For the subject and for the requester."""

_THROUGH: Final[dict[State, str]] = {
    State.DENIED: "Denied by",
    State.VETOED: "Stopped by",
    State.CANCELLED: "Taken back by",
    State.SUPERSEDED: "Ended through",
    State.REFUSED: "Ended through",
}


def mine(state: State) -> str:
    """Return how the reset of the reader's own MFA ended, a sentence."""
    return _MINE[state]


def of_another(state: State) -> str:
    """Return how the reset of somebody's MFA ended, a sentence without its beginning."""
    return _OF_ANOTHER[state]


def next_step(reset: Reset, reader: Reader, *, suspended: bool, asks_word: bool = False) -> str:
    """Return what the reader does next; *suspended*: the subject is now; *asks_word*: until they enroll with it."""
    if reset.state is State.EXECUTED and asks_word:
        return _ENROLL_WITH_WORD if reader is Reader.SUBJECT else _TELL_WORD
    subjects, requesters = _NEXT[reset.state]
    own = "There is nothing left to do." if reader is Reader.APPROVER else requesters
    if reset.happened is Happened.LOST or reset.state is State.EXECUTED or not suspended:
        return subjects if reader is Reader.SUBJECT else own
    # Whose phone was reported stolen stays suspended, unless whoever cancelled or denied it lifted that.
    if reader is Reader.SUBJECT:
        return "You are still suspended: type `/mfa` to see what ends that."
    return f"{own} {STAYS_SUSPENDED}"


def through(state: State) -> str | None:
    """Return what stands before the name of whoever ended a request; None where that was nobody, or is said already."""
    return _THROUGH.get(state)
