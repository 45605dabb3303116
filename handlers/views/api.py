"""What a relying app is answered: JSON, and problems in the form of RFC 9457."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from bot.core.apps import KeyRefusal
from bot.core.codes import Verdict
from bot.services.judging import Judged, Method
from bot.services.verification import FactorStatus
from handlers.questions import Fault, Malformed

AGAIN = {"Retry-After": "1"}


def _time(at: datetime) -> str:
    """Spell a time as RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Time = Annotated[datetime, PlainSerializer(_time, return_type=str), Field(json_schema_extra={"format": "date-time"})]
Reason = Literal[
    Verdict.INVALID_FORMAT,
    Verdict.WRONG_CODE,
    Verdict.CODE_REUSED,
    Verdict.THROTTLED,
    Verdict.LOCKED,
    Verdict.SUSPENDED,
    Verdict.UNKNOWN_USER,
]


class Answer(BaseModel):
    """What every answer is: all of its fields, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=True)


class VerificationAnswer(Answer):
    """Whether a code is right. Only `accepted` signs anybody in."""

    result: Literal["accepted", "rejected", "not_enrolled"]
    reason: Annotated[Reason | None, Field(description="Why it is rejected; null otherwise.")]
    method: Annotated[Method | None, Field(description="With what somebody signed in; null unless accepted.")]
    retry_after_s: Annotated[int | None, Field(ge=1, description="Seconds to wait, where it is throttled.")]


class FactorAnswer(Answer):
    """Whether somebody has MFA. Whoever is suspended may not sign in, enrolled or not."""

    enrolled: bool
    suspended: bool
    since: Annotated[Time | None, Field(description="Since when the present authenticator is set up.")]
    reset_at: Annotated[Time | None, Field(description="When somebody else last switched this person's MFA off.")]


class ProblemAnswer(Answer):
    """Why there is no answer (RFC 9457)."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str


class FieldFault(Answer):
    """What is wrong with one field; its value is not repeated."""

    field: str
    says: str


class MalformedAnswer(ProblemAnswer):
    """A question that is none."""

    errors: list[FieldFault]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a question has no answer; *faults* are those of a malformed one."""

    status: HTTPStatus
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def body(self) -> dict[str, Any]:
        """Return the JSON of it."""
        title, status, detail = self.status.phrase, int(self.status), self.detail
        if not self.faults:
            return ProblemAnswer(title=title, status=status, detail=detail).model_dump(mode="json")
        errors = [FieldFault(field=fault.field, says=fault.says) for fault in self.faults]
        return MalformedAnswer(title=title, status=status, detail=detail, errors=errors).model_dump(mode="json")


TOO_LARGE = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body may have 8 KiB.")
TOO_SLOW = Problem(HTTPStatus.REQUEST_TIMEOUT, "The body did not come in time.", {"Connection": "close"})
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
    sentences = "; ".join(f"{fault.field} {fault.says}" for fault in question.faults)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, sentences, faults=question.faults)


def verification(judged: Judged) -> dict[str, Any]:
    """Answer whether a code is right; only `accepted` signs anybody in (E7)."""
    result: Literal["accepted", "rejected", "not_enrolled"]
    reason: Reason | None = None
    match judged.verdict:
        case Verdict.ACCEPTED:
            result = "accepted"
        case Verdict.NOT_ENROLLED:
            result = "not_enrolled"
        case (
            Verdict.INVALID_FORMAT
            | Verdict.WRONG_CODE
            | Verdict.CODE_REUSED
            | Verdict.THROTTLED
            | Verdict.LOCKED
            | Verdict.SUSPENDED
            | Verdict.UNKNOWN_USER
        ) as why:
            result, reason = "rejected", why
        case never:
            assert_never(never)
    return VerificationAnswer(
        result=result, reason=reason, method=judged.method, retry_after_s=judged.wait_s
    ).model_dump(mode="json")


def factor(status: FactorStatus) -> dict[str, Any]:
    """Answer whether somebody has MFA."""
    return FactorAnswer(
        enrolled=status.enrolled, suspended=status.suspended, since=status.since, reset_at=status.reset_at
    ).model_dump(mode="json")
