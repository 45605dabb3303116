"""The description of the API is what is served."""

import json
from http import HTTPStatus
from typing import Any

import pytest

from bot.core.codes import Verdict
from bot.services.judging import Judged, Method
from bot.services.verification import FactorStatus
from handlers.api import FACTORS, OPENAPI, VERIFICATIONS
from handlers.questions import User
from handlers.views import api as views
from handlers.views.openapi import document
from tests.support.api import RelyingApp, api_of
from tests.support.services import NOON, Services

DOCUMENT = document(verifications=VERIFICATIONS, factors=FACTORS, itself=OPENAPI)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


async def test_whoever_asks_gets_the_description_without_a_key(payroll: RelyingApp) -> None:
    answer = await payroll.ask("GET", OPENAPI, Authorization="")

    assert answer.status == 200
    assert answer.body == json.loads(json.dumps(DOCUMENT))
    assert answer.body["openapi"].startswith("3.1.")


def test_every_route_is_described_and_every_description_is_a_route(services: Services) -> None:
    routes = {
        (route.resource.canonical, route.method.lower())
        for route in api_of(services).router.routes()
        if route.resource is not None
    }

    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}

    assert described == routes


def test_every_schema_that_is_named_is_there_and_every_one_that_is_there_is_named() -> None:
    spelled = json.dumps(DOCUMENT)

    named = {part.split('"')[0] for part in spelled.split('"#/components/schemas/')[1:]}

    assert named == set(SCHEMAS)


def test_every_result_and_reason_that_is_said_is_described() -> None:
    said = [views.verification(Judged(verdict)) for verdict in Verdict]
    described = SCHEMAS["VerificationAnswer"]["properties"]

    assert {one["result"] for one in said} == set(described["result"]["enum"])
    assert {one["reason"] for one in said} - {None} == set(described["reason"]["anyOf"][0]["enum"])


def test_every_answer_has_the_fields_that_are_described_and_no_others() -> None:
    said = {
        "VerificationAnswer": views.verification(Judged(Verdict.ACCEPTED, Method.TOTP)),
        "FactorAnswer": views.factor(FactorStatus(enrolled=True, suspended=False, since=NOON, reset_at=NOON)),
        "ProblemAnswer": views.AWAY.body(),
    }

    for name, body in said.items():
        assert list(body) == list(SCHEMAS[name]["properties"])
        assert set(body) <= {*SCHEMAS[name]["required"], "type"}
        assert SCHEMAS[name]["additionalProperties"] is False
    assert said["FactorAnswer"]["since"] == said["FactorAnswer"]["reset_at"] == "2026-11-24T12:00:00Z"


def test_a_query_may_hold_what_the_user_of_a_question_holds() -> None:
    [*parameters] = DOCUMENT["paths"][FACTORS]["get"]["parameters"]

    assert [one["name"] for one in parameters] == list(User.model_fields)
    assert {one["in"] for one in parameters} == {"query"}


@pytest.mark.parametrize("status", [401, 403, 404, 408, 413, 422, 429, 503])
async def test_a_refusal_is_described_with_the_headers_that_it_has(status: int) -> None:
    refusals = [views.NO_KEY, views.UNKNOWN_USER, views.TOO_SLOW, views.TOO_LARGE, views.AWAY]
    told = {refusal.status: set(refusal.headers) - {"Connection"} for refusal in refusals}

    described = DOCUMENT["paths"][FACTORS]["get"]["responses"][str(status)]

    assert set(described["content"]) == {"application/problem+json"}
    assert described["description"]
    if status in told:
        assert set(described.get("headers", ())) == told[HTTPStatus(status)]
