"""What a relying app may ask, read strictly (V2): nothing unknown, nothing twice, nothing that is no text.

A field given twice is refused, since two readers could see two different questions: an application that pastes what
somebody typed into its JSON would let them name another account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.config import JsonDict

from bot.services.lookups import ByEmail, BySlackId, Lookup

MOST_CODE = 64  # characters; a recovery code has 29
EITHER: JsonDict = {
    "oneOf": [
        {"required": ["slack_id"], "properties": {"slack_id": {"type": "string"}}},
        {"required": ["email"], "properties": {"email": {"type": "string"}}},
    ]
}
"""What `_one_way` asks, for the description of the API."""
_NAMED = re.compile(r"[a-z_]{1,40}")

SlackId = Annotated[
    str,
    StringConstraints(pattern=r"^[UW][A-Z0-9]{1,31}$"),
    Field(
        description="Slack's id of the person. Store it with the account: names and addresses change.",
        examples=["U012AB3CD"],
    ),
]
TeamId = Annotated[
    str,
    StringConstraints(pattern=r"^[TE][A-Z0-9]{1,31}$"),
    Field(description="Slack's id of the workspace, where several are installed; the home workspace, if left out."),
]
Email = Annotated[
    str,
    StringConstraints(max_length=320, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"),
    Field(
        description=(
            "A confirmed address; finds full members alone, and nobody where two share it or it changed hands lately."
        ),
        examples=["ada@example.com"],
    ),
]


class User(BaseModel):
    """About whom: by Slack id or by e-mail address, exactly one of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, json_schema_extra=EITHER)

    slack_id: SlackId | None = None
    email: Email | None = None
    team_id: TeamId | None = None

    @model_validator(mode="after")
    def _one_way(self) -> User:
        if (self.slack_id is None) == (self.email is None):
            raise ValueError("needs exactly one of slack_id and email")
        return self

    def lookup(self) -> Lookup:
        """Return it as the service takes it."""
        if self.slack_id is not None:
            return BySlackId(self.slack_id, self.team_id)
        return ByEmail(self.email or "", self.team_id)


class Question(BaseModel):
    """Is this code right?"""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    user: User
    code: Annotated[
        str,
        Field(
            max_length=MOST_CODE,
            repr=False,
            description="As it was typed: six digits or a recovery code.",
            examples=["492039"],
        ),
    ]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field, without its value."""

    field: str
    says: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A question that is none."""

    faults: tuple[Fault, ...]


def read_question(raw: bytes, content_type: str) -> Question | Malformed:
    """Read the body of a POST."""
    if content_type != "application/json":
        return _body("must be sent with Content-Type: application/json")
    try:
        told = _DECODER.decode(raw.decode())
    except _Twice as twice:
        return Malformed((Fault(_name(twice.field), "is there twice"),))
    except (ValueError, RecursionError):
        return _body("must be JSON in UTF-8")
    if not isinstance(told, dict):
        return _body("must be a JSON object")
    try:
        return Question.model_validate(told)
    except ValidationError as error:
        return _faults(error)


def read_user(fields: Sequence[tuple[str, str]]) -> User | Malformed:
    """Read the query of a GET."""
    try:
        return User.model_validate(_once(fields))
    except _Twice as twice:
        return Malformed((Fault(_name(twice.field), "is there twice"),))
    except ValidationError as error:
        return _faults(error)


class _Twice(Exception):  # noqa: N818  reads as what was found
    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


def _once(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in fields:
        if name in told:
            raise _Twice(name)
        told[name] = value
    return told


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
"""Made once: `json.loads` makes one a question where it is given hooks."""


def _body(says: str) -> Malformed:
    return Malformed((Fault("body", says),))


def _faults(error: ValidationError) -> Malformed:
    found = error.errors(include_url=False, include_input=False)
    return Malformed(tuple(Fault(_path(one["loc"]), _sentence(dict(one))) for one in found[:10]))


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(_name(part) for part in loc) or "user"


def _name(field: object) -> str:
    """Name a field as it was sent, unless it is none that anybody would mean: then it could be anything, a code too."""
    return field if isinstance(field, str) and _NAMED.fullmatch(field) else "(unreadable)"


def _sentence(found: dict[str, Any]) -> str:
    if found["type"] == "string_pattern_mismatch":
        return _FORMS[found["loc"][-1]]
    context = found.get("ctx", {})
    return _SENTENCES[found["type"]].format(**context) if found["type"] in _SENTENCES else "is malformed"


_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not known",
    "string_type": "must be a string",
    "string_unicode": "must be text",
    "string_too_long": "must have at most {max_length} characters",
    "model_type": "must be an object",
    "value_error": "{error}",
}
_FORMS = {
    "slack_id": "must be a Slack user id, such as U012AB3CD",
    "team_id": "must be a Slack workspace id, such as T012AB3CD",
    "email": "must be an e-mail address",
}
