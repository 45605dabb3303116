"""Each invariant of the schema bites, whatever the program above it believes."""

import asyncpg
import pytest

from storage.pool import Connection

FACTOR = "INSERT INTO factor (person_id, key_id, box, last_step, created_at) VALUES (1, 'k1', 'box', 1, now())"
ENROLLMENT = """
    INSERT INTO enrollment (person_id, intent, key_id, box, started_at, expires_at)
    VALUES (1, gen_random_uuid(), 'k1', 'box', now(), now() + interval '10 minutes')
"""
SET = "INSERT INTO recovery_set (factor_id, intent, made_at) VALUES (1, gen_random_uuid(), now())"
CODE = "INSERT INTO recovery_code (recovery_set_id, key_id, digest) VALUES (1, 'k1', decode(repeat('ab', 32), 'hex'))"
WORD = """
    INSERT INTO enrollment_word (person_id, key_id, digest, made_at, awaited_at)
    VALUES (1, 'k1', decode(repeat('ab', 32), 'hex'), now(), now())
"""
MESSAGE = "INSERT INTO message (person_id, kind, created_at) VALUES (1, 'enabled', now())"
APP = "INSERT INTO relying_app (name, scopes, created_at) VALUES ('wiki', '{verify}', now())"
KEY = "INSERT INTO app_key (key_id, app_id, digest, created_at) VALUES ('abcdef012345', 1, 'short', now())"
PERSON = (
    "INSERT INTO person (team_id, slack_user_id, standing, name, seen_at) VALUES ('T0MFA', $$U0ADA$$, {}, {}, now())"
)
REVOKED = """
    UPDATE factor SET state = 'revoked', key_id = NULL, box = NULL, revoked_at = now(), revoked_why = 'disabled'
"""
EXPIRED = "UPDATE enrollment SET state = 'expired', key_id = NULL, box = NULL, ended_at = now()"


@pytest.mark.parametrize(
    ("before", "statement", "constraint"),
    [
        ([], PERSON.format("'member'", "'Ada'"), "person_slack_identity"),
        ([], "UPDATE person SET standing = 'owner'", "person_standing_check"),
        ([], "UPDATE person SET name = ''", "person_name_check"),
        ([], "UPDATE person SET suspended_at = now()", "person_suspended_why"),
        ([], "UPDATE person SET suspended_why = 'not_me'", "person_suspended_why"),
        ([], "UPDATE person SET suspended_at = now(), suspended_why = 'mood'", "person_suspended_why_check"),
        ([FACTOR], FACTOR, "factor_one_active"),
        ([FACTOR], "UPDATE factor SET box = NULL", "factor_no_half_secret"),
        ([FACTOR], "UPDATE factor SET key_id = NULL, box = NULL", "factor_secret"),
        (
            [FACTOR],
            "UPDATE factor SET state = 'revoked', revoked_at = now(), revoked_why = 'disabled'",
            "factor_secret",
        ),
        ([FACTOR], "UPDATE factor SET state = 'revoked', key_id = NULL, box = NULL", "factor_revoked"),
        ([FACTOR], "UPDATE factor SET revoked_at = now(), revoked_why = 'reset'", "factor_revoked"),
        ([FACTOR], "UPDATE factor SET failures = -1", "factor_failures_check"),
        ([FACTOR], "UPDATE factor SET allowance = -1", "factor_allowance"),
        ([FACTOR], "UPDATE factor SET allowance = 6", "factor_allowance"),
        ([FACTOR], "INSERT INTO attempt VALUES (1, 'app:', 0)", "attempt_surface_check"),
        ([FACTOR], "INSERT INTO attempt VALUES (1, 'Slack', 0)", "attempt_surface_check"),
        ([FACTOR], "INSERT INTO attempt VALUES (1, 'slack', 0), (1, 'slack', 0)", "attempt_pkey"),
        ([ENROLLMENT], ENROLLMENT, "enrollment_one_pending"),
        (
            [ENROLLMENT, EXPIRED],
            ENROLLMENT.replace("gen_random_uuid()", "(SELECT intent FROM enrollment)"),
            "enrollment_intent",
        ),
        ([ENROLLMENT], "UPDATE enrollment SET state = 'confirmed', ended_at = now()", "enrollment_secret"),
        ([ENROLLMENT], "UPDATE enrollment SET key_id = NULL, box = NULL", "enrollment_secret"),
        ([ENROLLMENT], "UPDATE enrollment SET state = 'expired', key_id = NULL, box = NULL", "enrollment_ended"),
        ([ENROLLMENT], "UPDATE enrollment SET ended_at = now()", "enrollment_ended"),
        ([ENROLLMENT], "UPDATE enrollment SET shredded_at = now()", "enrollment_shredded"),
        ([ENROLLMENT], "UPDATE enrollment SET expires_at = started_at", "enrollment_in_time"),
        ([ENROLLMENT], EXPIRED.replace("expired", "forgotten"), "enrollment_state_check"),
        ([FACTOR, SET], SET, "recovery_set_one_live"),
        (
            [FACTOR, SET, "UPDATE recovery_set SET void_at = now()"],
            SET.replace("gen_random_uuid()", "(SELECT intent FROM recovery_set)"),
            "recovery_set_intent",
        ),
        ([FACTOR, SET, CODE], CODE, "recovery_code_pkey"),
        ([FACTOR, SET], CODE.replace("32", "31"), "recovery_code_digest_check"),
        ([MESSAGE], "UPDATE message SET channel = 'D0ADA'", "message_reference"),
        ([MESSAGE], "UPDATE message SET complete = true", "message_complete"),
        ([MESSAGE], "UPDATE message SET settled = 'ended'", "message_settled"),
        ([MESSAGE], "UPDATE message SET kind = 'enrollment'", "message_enrollment"),
        (
            [MESSAGE, "UPDATE message SET cause = '1.2'"],
            MESSAGE.replace("created_at", "created_at, cause").replace("now()", "now(), '1.2'"),
            "message_one_a_cause",
        ),
        ([WORD], WORD, "enrollment_word_one_awaited"),
        ([WORD], "UPDATE enrollment_word SET digest = NULL", "enrollment_word_no_half_digest"),
        ([WORD], "UPDATE enrollment_word SET ended_at = now()", "enrollment_word_ended"),
        ([WORD], "UPDATE enrollment_word SET wrong = -1", "enrollment_word_wrong_check"),
        ([], WORD.replace("32", "31"), "enrollment_word_digest_check"),
        ([APP], APP, "relying_app_name"),
        ([APP], "UPDATE relying_app SET name = '<!channel>'", "relying_app_name_check"),
        ([APP], "UPDATE relying_app SET scopes = '{}'", "relying_app_scopes_check"),
        ([APP], "UPDATE relying_app SET scopes = '{verify,admin}'", "relying_app_scopes_check"),
        ([APP], "UPDATE relying_app SET lookups = '{}'", "relying_app_lookups_check"),
        ([APP], "UPDATE relying_app SET lookups = '{email,name}'", "relying_app_lookups_check"),
        ([APP], "UPDATE relying_app SET rate_per_s = 0", "relying_app_rate_per_s_check"),
        ([APP], KEY, "app_key_digest_check"),
    ],
)
async def test_what_must_never_be_is_refused_by_name(
    program: Connection, ada: int, before: list[str], statement: str, constraint: str
) -> None:
    assert ada == 1
    for preparation in before:
        await program.execute(preparation)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
        await program.execute(statement)

    assert caught.value.constraint_name == constraint


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        ([FACTOR, REVOKED], FACTOR),
        ([ENROLLMENT, EXPIRED], ENROLLMENT),
        ([FACTOR, SET, "UPDATE recovery_set SET void_at = now()"], SET),
        ([APP, "UPDATE relying_app SET revoked_at = now()"], APP),
        ([MESSAGE], MESSAGE),
        ([WORD, "UPDATE enrollment_word SET ended_at = now(), key_id = NULL, digest = NULL"], WORD),
    ],
)
async def test_what_has_ended_makes_room_for_the_next(
    program: Connection, ada: int, before: list[str], statement: str
) -> None:
    assert ada == 1
    for preparation in before:
        await program.execute(preparation)

    assert await program.execute(statement) == "INSERT 0 1"
