"""What a relying app is answered: JSON, and problems in the form of RFC 9457."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, assert_never

from bot.core.apps import KeyRefusal
from bot.core.codes import Verdict
from bot.services.judging import Judged
from bot.services.verification import FactorStatus
from handlers.questions import Malformed

AGAIN = {"Retry-After": "1"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a question has no answer; *more* stands beside what every problem has."""

    status: HTTPStatus
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the JSON of it."""
        told = {"type": "about:blank", "title": self.status.phrase, "status": int(self.status), "detail": self.detail}
        return told | dict(self.more)


TOO_LARGE = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body may have 8 KiB.")
NO_KEY = Problem(
    HTTPStatus.UNAUTHORIZED,
    "A live API key is needed: Authorization: Bearer mfabot_...",
    {"WWW-Authenticate": 'Bearer realm="mfabot"'},
)
AWAY = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Nothing can be said right now. Sign nobody in on it.", AGAIN)
FAILED = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here. Sign nobody in on it.")
UNKNOWN_USER = Problem(HTTPStatus.NOT_FOUND, "Nobody of this workspace is known by that id or address.")


def refused(why: KeyRefusal) -> Problem:
    """Say why this key may not ask this now."""
    match why:
        case KeyRefusal.NO_KEY:
            return NO_KEY
        case KeyRefusal.NO_SCOPE:
            return Problem(HTTPStatus.FORBIDDEN, "The key's scope does not cover this question.")
        case KeyRefusal.NO_LOOKUP:
            return Problem(HTTPStatus.FORBIDDEN, "The key may not name people in this way.")
        case KeyRefusal.TOO_FAST:
            return Problem(HTTPStatus.TOO_MANY_REQUESTS, "The key asks more often than its rate allows.", AGAIN)
    assert_never(why)


def unanswered(status: int, allowed: str | None = None) -> Problem:
    """Say why a request reached no question; *allowed* names the methods that the address takes."""
    match status:
        case HTTPStatus.NOT_FOUND:
            detail = "There is nothing at this address."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            detail = f"This address takes {allowed} alone."
        case _:
            detail = "This request cannot be answered."
    return Problem(HTTPStatus(status), detail, {"Allow": allowed} if allowed else {})


def malformed(question: Malformed) -> Problem:
    """Name every field that is wrong."""
    errors = [{"field": fault.field, "says": fault.says} for fault in question.faults]
    sentences = "; ".join(f"{fault.field} {fault.says}" for fault in question.faults)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, sentences, more={"errors": errors})


def verification(judged: Judged) -> dict[str, Any]:
    """Answer whether a code is right; only `accepted` signs anybody in (E7)."""
    match judged.verdict:
        case Verdict.ACCEPTED:
            result, reason = "accepted", None
        case Verdict.NOT_ENROLLED:
            result, reason = "not_enrolled", None
        case (
            Verdict.INVALID_FORMAT
            | Verdict.WRONG_CODE
            | Verdict.CODE_REUSED
            | Verdict.THROTTLED
            | Verdict.LOCKED
            | Verdict.SUSPENDED
            | Verdict.UNKNOWN_USER
        ) as why:
            result, reason = "rejected", why.value
        case never:
            assert_never(never)
    return {
        "result": result,
        "reason": reason,
        "method": judged.method.value if judged.method else None,
        "retry_after_s": judged.wait_s,
    }


def factor(status: FactorStatus) -> dict[str, Any]:
    """Answer whether somebody has MFA."""
    return {
        "enrolled": status.enrolled,
        "suspended": status.suspended,
        "since": _time(status.since),
        "reset_at": _time(status.reset_at),
    }


def _time(at: datetime | None) -> str | None:
    """Spell a time as RFC 3339 in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
