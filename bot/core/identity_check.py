"""How a requester made sure who is asking, before they ask for a reset of somebody's MFA.

Rules of this file (design: "Reset request"): it is asked for in the form, and stands on the card and in the audit. If
the company requires a check, a request without one is not opened.
"""

from __future__ import annotations

from enum import StrEnum


class IdentityCheck(StrEnum):
    """What the requester says they did. The value is stored."""

    CALLED_BACK = "called_back"
    SEEN = "seen"
    VOUCHED = "vouched"
    NOT_CHECKED = "not_checked"


class IdentityFault(StrEnum):
    """Why an answer will not do."""

    NOT_CHECKED = "identity_not_checked"


def may_ask(check: IdentityCheck, *, required: bool) -> IdentityFault | None:
    """Return why nothing is asked for, or None."""
    return IdentityFault.NOT_CHECKED if required and check is IdentityCheck.NOT_CHECKED else None
