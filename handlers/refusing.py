"""The answer to a submission that a rule, a reason or a code stopped: under the input, or in the window's place."""

from __future__ import annotations

from typing import assert_never

from bot.core.actions import Guard
from bot.core.identity_check import IdentityFault
from bot.core.resets import ReasonFault
from bot.services.judging import Judged
from handlers import ids
from handlers.views import codes, identity_check, refusals
from handlers.views.blocks import Json, said


def refused(outcome: Guard | ReasonFault | IdentityFault | Judged) -> Json:
    """Return what to ack with; the code is the actor's own, and no recovery code."""
    match outcome:
        case Guard():
            return {"response_action": "update", "view": said(refusals.guard(outcome))}
        case ReasonFault():
            return {"response_action": "errors", "errors": {ids.REASON: refusals.reason(outcome)}}
        case IdentityFault():
            return {"response_action": "errors", "errors": {ids.IDENTITY_CHECK: identity_check.refused(outcome)}}
        case Judged():
            return {"response_action": "errors", "errors": {ids.CODE: codes.refused(outcome, recovery=False)}}
        case _:
            assert_never(outcome)
