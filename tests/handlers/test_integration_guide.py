"""docs/integration.md says what the API says."""

import json
import re
from pathlib import Path

from bot.core.apps import Scope
from bot.core.codes import Verdict
from bot.services.judging import Judged, Method
from bot.services.verification import FactorStatus
from handlers import api, questions
from handlers.views import api as views
from tests.support.services import NOON

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "integration.md").read_text()


def test_every_result_reason_scope_and_route_is_explained() -> None:
    told = {verdict.value for verdict in Verdict} | {scope.value for scope in Scope}

    assert {word for word in told if f"`{word}`" not in GUIDE} == set()
    assert f"POST {api.VERIFICATIONS}" in GUIDE
    assert f"GET {api.FACTORS}" in GUIDE


def test_the_answers_shown_are_those_that_are_given() -> None:
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]

    assert shown == [
        views.factor(FactorStatus(enrolled=True, suspended=False, since=NOON, reset_at=None)),
        views.verification(Judged(Verdict.ACCEPTED, Method.TOTP)),
    ]


def test_the_question_shown_is_one_that_is_understood() -> None:
    [body] = re.findall(r"-d '(.*?)'", GUIDE)

    assert isinstance(questions.read_question(body.encode(), "application/json"), questions.Question)
