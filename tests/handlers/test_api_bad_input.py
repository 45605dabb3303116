"""Questions that are none: each gets a 422 that names the field, and touches nobody."""

import json

import pytest

from handlers.questions import Fault, Malformed, Question, User, read_question, read_user

LONG = "1" * 65
USER = '{"slack_id": "U0ADA"}'


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ("", "body", "JSON in UTF-8"),
        ("{", "body", "JSON in UTF-8"),
        ("user=U0ADA&code=123456", "body", "JSON in UTF-8"),
        ("null", "body", "a JSON object"),
        ("[]", "body", "a JSON object"),
        ('"123456"', "body", "a JSON object"),
        ("[" * 8000, "body", "JSON in UTF-8"),
        ("1" * 8000, "body", "JSON in UTF-8"),
        ('{"user": NaN, "code": "1"}', "body", "JSON in UTF-8"),
        (b'{"user": {"slack_id": "U0ADA"}, "code": "\xff"}', "body", "JSON in UTF-8"),
        ('{"code": "123456"}', "user", "is missing"),
        (f'{{"user": {USER}}}', "code", "is missing"),
        (f'{{"user": {USER}, "code": null}}', "code", "a string"),
        (f'{{"user": {USER}, "code": 123456}}', "code", "a string"),
        (f'{{"user": {USER}, "code": ["123456"]}}', "code", "a string"),
        (f'{{"user": {USER}, "code": "{LONG}"}}', "code", "at most 64"),
        (f'{{"user": {USER}, "code": "\\ud800"}}', "code", "text"),
        (f'{{"user": {USER}, "code": "123456", "app": "x"}}', "app", "not known"),
        (f'{{"user": {USER}, "code": "1", "492039": 1}}', "(unreadable)", "not known"),
        (f'{{"user": {USER}, "code": "1", "code": "2"}}', "code", "twice"),
        (f'{{"user": {USER}, "code": "1", "user": {USER}}}', "user", "twice"),
        ('{"user": {"slack_id": "U0ADA", "slack_id": "U0EVE"}, "code": "1"}', "slack_id", "twice"),
        ('{"user": "U0ADA", "code": "1"}', "user", "an object"),
        ('{"user": [], "code": "1"}', "user", "an object"),
        ('{"user": {}, "code": "1"}', "user", "exactly one"),
        ('{"user": {"team_id": "T0MFA"}, "code": "1"}', "user", "exactly one"),
        ('{"user": {"slack_id": "U0ADA", "email": "ada@example.com"}, "code": "1"}', "user", "exactly one"),
        ('{"user": {"slack_id": 7}, "code": "1"}', "user.slack_id", "a string"),
        ('{"user": {"slack_id": ""}, "code": "1"}', "user.slack_id", "Slack user id"),
        ('{"user": {"slack_id": "ada"}, "code": "1"}', "user.slack_id", "Slack user id"),
        ('{"user": {"slack_id": "U0ADA\\u0000"}, "code": "1"}', "user.slack_id", "Slack user id"),
        ('{"user": {"slack_id": "U0ADA\\n"}, "code": "1"}', "user.slack_id", "Slack user id"),
        ('{"user": {"slack_id": "U0ADA\' OR true"}, "code": "1"}', "user.slack_id", "Slack user id"),
        (f'{{"user": {{"slack_id": "U{LONG}"}}, "code": "1"}}', "user.slack_id", "Slack user id"),
        ('{"user": {"slack_id": "\\uff35\\uff10ADA"}, "code": "1"}', "user.slack_id", "Slack user id"),
        ('{"user": {"email": "ada"}, "code": "1"}', "user.email", "an e-mail address"),
        ('{"user": {"email": "a@b@c"}, "code": "1"}', "user.email", "an e-mail address"),
        ('{"user": {"email": "a@b\\u0000"}, "code": "1"}', "user.email", "an e-mail address"),
        ('{"user": {"email": "a@\\ud800"}, "code": "1"}', "user.email", "text"),
        (f'{{"user": {{"email": "{"a" * 320}@b"}}, "code": "1"}}', "user.email", "at most 320"),
        ('{"user": {"slack_id": "U0ADA", "team_id": "acme"}, "code": "1"}', "user.team_id", "workspace id"),
        ('{"user": {"slack_id": "U0ADA", "admin": true}, "code": "1"}', "user.admin", "not known"),
    ],
)
def test_a_question_that_is_none_is_refused_with_the_field(body: str | bytes, field: str, says: str) -> None:
    found = read_question(body if isinstance(body, bytes) else body.encode(), "application/json")

    assert isinstance(found, Malformed)
    assert [fault.field for fault in found.faults] == [field]
    assert says in found.faults[0].says


def test_all_faults_are_named_at_once_and_no_value_is_repeated() -> None:
    found = read_question(b'{"user": {"slack_id": "hunter2"}, "code": 492039}', "application/json")

    assert isinstance(found, Malformed)
    assert [fault.field for fault in found.faults] == ["user.slack_id", "code"]
    assert "hunter2" not in repr(found)
    assert "492039" not in repr(found)


def test_a_form_is_no_json() -> None:
    found = read_question(b'{"user": {"slack_id": "U0ADA"}, "code": "1"}', "application/x-www-form-urlencoded")

    assert found == Malformed((Fault("body", "must be sent with Content-Type: application/json"),))


@pytest.mark.parametrize(
    "code", ["", "1", "492039", "49 20-39", "abcd" * 6, "1" * 64, "\uff14\uff19\uff12\uff10\uff13\uff19", "\0", "💥"]
)
def test_any_text_of_64_characters_at_most_is_for_the_rules_to_judge(code: str) -> None:
    body = json.dumps({"user": {"slack_id": "U0ADA", "email": None}, "code": code})

    found = read_question(body.encode(), "application/json")

    assert isinstance(found, Question)
    assert found.code == code
    assert "code" not in repr(found)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ([], "user"),
        ([("slack_id", "U0ADA"), ("email", "ada@example.com")], "user"),
        ([("slack_id", "U0ADA"), ("slack_id", "U0EVE")], "slack_id"),
        ([("slack_id", "")], "slack_id"),
        ([("email", "ada")], "email"),
        ([("slack_id", "U0ADA"), ("code", "492039")], "code"),
    ],
)
def test_a_query_that_names_nobody_is_refused_with_the_field(query: list[tuple[str, str]], field: str) -> None:
    found = read_user(query)

    assert isinstance(found, Malformed)
    assert [fault.field for fault in found.faults] == [field]


def test_a_query_names_somebody_in_one_way() -> None:
    assert read_user([("email", "ada@example.com"), ("team_id", "T0MFA")]) == User(
        email="ada@example.com", team_id="T0MFA"
    )
