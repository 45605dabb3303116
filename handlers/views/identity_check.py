"""How the requester made sure who is asking: the question in the form, and the answer on the card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from bot.core.identity_check import IdentityCheck, IdentityFault
from handlers import ids
from handlers.views.blocks import Json, plain

OPTIONS: Final[Mapping[IdentityCheck, str]] = {
    IdentityCheck.CALLED_BACK: "Called back on the number on file",
    IdentityCheck.SEEN: "Seen in person or by video",
    IdentityCheck.VOUCHED: "A manager vouched",
    IdentityCheck.NOT_CHECKED: "Not checked",
}
_SAID: Final[Mapping[IdentityCheck, str]] = {
    IdentityCheck.CALLED_BACK: "Identity check: the requester called back on the number on file.",
    IdentityCheck.SEEN: "Identity check: the requester saw the person, or a video of them.",
    IdentityCheck.VOUCHED: "Identity check: a manager vouched, the requester says.",
    IdentityCheck.NOT_CHECKED: ":warning: The requester did not check who is asking.",
}


def question() -> Json:
    """Return the select that asks for it."""
    return {
        "type": "input",
        "block_id": ids.IDENTITY_CHECK,
        "label": plain("How did you check?"),
        "hint": plain("How you made sure that it is this person who asks. The approver sees it."),
        "element": {
            "type": "static_select",
            "action_id": ids.IDENTITY_CHECK,
            "options": [{"text": plain(text), "value": check.value} for check, text in OPTIONS.items()],
        },
    }


def lines(check: IdentityCheck | None) -> list[str]:
    """Return what the card says of it; nothing of a request of before it was asked for."""
    return [] if check is None else [_SAID[check]]


def refused(fault: IdentityFault) -> str:
    """Return why an answer will not do."""
    match fault:
        case IdentityFault.NOT_CHECKED:
            return "Check who is asking first: call them back on the number on file, or see them."
        case _:
            assert_never(fault)
