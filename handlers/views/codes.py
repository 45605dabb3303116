"""What is said of a code that was not accepted; everywhere in Slack the same (C9)."""

from __future__ import annotations

from typing import assert_never

from bot.core.codes import Verdict
from bot.services.judging import Judged
from handlers.views.blocks import seconds

WRONG = "That code does not work. Wait for the next one in your authenticator app, then type it here."
FORMAT = "A code has six digits."
FORMAT_OR_RECOVERY = "A code has six digits; a recovery code has 24 letters and digits."
FORMAT_RECOVERY = "A recovery code has 24 letters and digits."
SUSPENDED = "Your MFA is suspended. Type `/mfa` to see what ends that, or ask your helpdesk."
OFF = "Your MFA is off, so there is no code to check. Type `/mfa` to see how things stand."


def refused(judged: Judged, *, recovery: bool) -> str:
    """Return the sentence under the input; *recovery*: a recovery code would do as well."""
    way_out = "or use a recovery code" if recovery else "or ask your helpdesk to unlock you"
    recovers = ", or use a recovery code" if recovery else " to unlock you"
    match judged.verdict:
        case Verdict.WRONG_CODE | Verdict.CODE_REUSED:
            return WRONG
        case Verdict.INVALID_FORMAT:
            return FORMAT_OR_RECOVERY if recovery else FORMAT
        case Verdict.THROTTLED:
            return f"Too many wrong codes. Wait {seconds(judged.wait_s or 1)}, {way_out}."
        case Verdict.LOCKED:
            return f"Codes are locked after too many wrong ones. Ask your helpdesk{recovers}."
        case Verdict.SUSPENDED:
            return SUSPENDED
        case Verdict.NOT_ENROLLED | Verdict.UNKNOWN_USER | Verdict.ACCEPTED:
            return OFF
        case _:
            assert_never(judged.verdict)
