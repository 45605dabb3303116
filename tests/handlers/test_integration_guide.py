"""docs/integration.md says what the API says."""

import json
import re
from pathlib import Path

from bot.core.apps import LookupBy, Scope
from bot.core.codes import Verdict
from bot.services.judging import Judged, Method
from bot.services.verification import FactorStatus
from handlers import api, questions
from handlers.views import api as views
from handlers.views.openapi import document
from tests.support.services import NOON

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "integration.md").read_text()


def test_every_result_reason_scope_and_route_is_explained() -> None:
    told = {verdict.value for verdict in Verdict} | set(views.FactorAnswer.model_fields)
    told |= {f"--scope {scope.value}" for scope in Scope} | {f"--lookup {lookup.value}" for lookup in LookupBy}

    assert {word for word in told if f"`{word}`" not in GUIDE} == set()
    assert f"POST {api.VERIFICATIONS}" in GUIDE
    assert f"GET {api.FACTORS}" in GUIDE
    assert f"GET {api.OPENAPI}" in GUIDE


def test_every_status_that_the_api_answers_with_is_explained() -> None:
    paths = document(verifications=api.VERIFICATIONS, factors=api.FACTORS, itself=api.OPENAPI)["paths"]
    statuses = {status for item in paths.values() for told in item.values() for status in told["responses"]}

    assert {
        status for status in statuses - {"200"} if not re.search(rf"^\|[^|]*\b{status}\b", GUIDE, re.MULTILINE)
    } == set()


def test_the_answers_shown_are_those_that_are_given() -> None:
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]

    assert shown == [
        views.factor(FactorStatus(enrolled=True, suspended=False, since=NOON, reset_at=None)),
        views.verification(Judged(Verdict.ACCEPTED, Method.TOTP)),
    ]


def test_the_question_shown_is_one_that_is_understood() -> None:
    [body] = re.findall(r"-d '(.*?)'", GUIDE)

    assert isinstance(questions.read_question(body.encode(), "application/json"), questions.Question)
