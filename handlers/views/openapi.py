"""The description of the API, OpenAPI 3.1, made from the very models that read the questions and spell the answers."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from handlers.questions import Question, User
from handlers.views.api import FactorAnswer, MalformedAnswer, ProblemAnswer, VerificationAnswer

Json = dict[str, Any]
Told = tuple[str, type[ProblemAnswer], Json]
"""A sentence, the shape of the answer, and its headers."""

_REF = "#/components/schemas/{model}"
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_KEY = {"WWW-Authenticate": {"description": "The scheme to present a key by.", "schema": {"type": "string"}}}
_MALFORMED: dict[str, Told] = {"422": ("A field is missing, unknown, there twice, or malformed.", MalformedAnswer, {})}
_PROBLEMS: dict[str, Told] = {
    "401": ("No key, or a dead one.", ProblemAnswer, _KEY),
    "403": ("The key's scope, or how it may name people, does not cover this.", ProblemAnswer, {}),
    "408": ("The body did not come in time.", ProblemAnswer, {}),
    "413": ("The body has more than 8 KiB.", ProblemAnswer, {}),
    "429": ("The key asks more often than its rate allows.", ProblemAnswer, _RETRY),
    "503": ("Nothing can be said right now. Sign nobody in on it.", ProblemAnswer, _RETRY),
}


def document(*, verifications: str, factors: str, itself: str) -> Json:
    """Return the description of what is served at these paths."""
    _, schemas = models_json_schema(
        [
            (Question, "validation"),
            *((model, "serialization") for model in (VerificationAnswer, FactorAnswer, ProblemAnswer, MalformedAnswer)),
        ],
        ref_template=_REF,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mfabot",
            "version": "1",
            "description": "Asked by applications at sign-in, after the password: does this person owe a code, and is"
            " the code that they typed right.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": {
            verifications: {"post": _verify()},
            factors: {"get": _factor()},
            itself: {"get": _itself()},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "What `mfabot apps create` printed."}
            },
        },
    }


def _verify() -> Json:
    return {
        "operationId": "verify",
        "summary": "Is this code right, now, for the first time?",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(Question)}}},
        "responses": {
            "200": _response("The code was judged, or there was none to judge.", VerificationAnswer),
            **_problems(_PROBLEMS | _MALFORMED),
        },
    }


def _factor() -> Json:
    fields = User.model_json_schema()["properties"]
    return {
        "operationId": "factor",
        "summary": "Does this person owe a code? Takes exactly one of slack_id and email.",
        "parameters": [
            {"name": name, "in": "query", "required": False, **_in_a_query(told)} for name, told in fields.items()
        ],
        "responses": {
            "200": _response("What may be known of this person without a code.", FactorAnswer),
            "404": _response("Nobody of this workspace is known by that.", ProblemAnswer, problem=True),
            **_problems(_PROBLEMS | _MALFORMED),
        },
    }


def _itself() -> Json:
    return {
        "operationId": "describe",
        "summary": "This description.",
        "security": [],
        "responses": {
            "200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}
        },
    }


def _in_a_query(told: Json) -> Json:
    """Return a field of the model as a parameter, which is there or is not, and never null."""
    [schema] = [one for one in told["anyOf"] if one["type"] == "string"]
    return {
        "description": schema["description"],
        "schema": {key: value for key, value in schema.items() if key != "description"},
    }


def _problems(problems: dict[str, Told]) -> Json:
    return {
        status: _response(says, model, problem=True) | ({"headers": headers} if headers else {})
        for status, (says, model, headers) in sorted(problems.items())
    }


def _response(says: str, model: type, *, problem: bool = False) -> Json:
    kind = "application/problem+json" if problem else "application/json"
    return {"description": says, "content": {kind: {"schema": _ref(model)}}}


def _ref(model: type) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}
