"""The numbers that carry a rule, as the design has them, written out once more: a slip of a digit fails here.

Whoever adds a setting adds its default; whoever adds a number that somebody relies on adds its line.
"""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.context import means
from bot.core import (
    codes,
    enrollment,
    otpauth,
    people,
    policy,
    recovery,
    reset_opening,
    resets,
    sealing,
    sync,
    throttle,
)
from bot.core.apps import ID_BYTES, OVERLAP, OVERLAP_MOST
from bot.core.apps import SECRET_BYTES as KEY_SECRET_BYTES
from bot.core.jobs import GIVE_UP_AFTER
from bot.core.report import ASK_EVERY
from bot.core.sealing import Keyring
from bot.services import cards, chain, clock_check, health, judging, looking, queue
from bot.settings import DatabaseSettings, HostSettings, Settings
from handlers import api, edge, errors, questions, slack
from handlers import people as acting
from storage import audit, pool
from storage.pool import Pool
from tests.support.services import NOON

SECONDS, MINUTES = timedelta(seconds=1), timedelta(minutes=1)
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)

DEFAULTS = {
    "MFABOT_LOG_LEVEL": "INFO",
    "MFABOT_HOST": "0.0.0.0",  # noqa: S104  the documented default
    "MFABOT_PORT": 8080,
    "MFABOT_INTERNAL_HOST": "127.0.0.1",
    "MFABOT_INTERNAL_PORT": 9090,
    "SLACK_API_URL": "https://slack.com/api/",
    "MFABOT_ENROLLMENT_TTL_S": 600,
    "MFABOT_ENROLLMENT_MAX_WRONG": 5,
    "MFABOT_ENROLLMENT_STARTS_PER_HOUR": 5,
    "MFABOT_REQUEST_TTL_S": 14_400,
    "MFABOT_HOLD_S": 0,
    "MFABOT_HOLD_PRIVILEGED_S": 3600,
    "MFABOT_RIGHT_MIN_AGE_S": 86_400,
    "MFABOT_THROTTLE_AFTER": 5,
    "MFABOT_THROTTLE_FIRST_S": 30,
    "MFABOT_THROTTLE_MAX_S": 3600,
    "MFABOT_WRONG_PER_DAY": 20,
    "MFABOT_LOCK_AFTER": 100,
    "MFABOT_API_RATE_PER_KEY_S": 500,
    "MFABOT_BLOCK_TTL_S": 604_800,
    "MFABOT_EMAIL_MIN_AGE_S": 86_400,
    "MFABOT_PRIVILEGED_NEED_APPROVAL": True,
    "MFABOT_REQUIRE_IDENTITY_CHECK": False,
}
"""Design, section 6: the environment."""
WITHOUT_NUMBER = {"MFABOT_AUTHENTICATOR_APPS"}

LIMITS: dict[str, dict[str, object]] = {
    "throttle": {
        "throttle_after": 5,
        "first_wait": 30 * SECONDS,
        "longest_wait": 1 * HOURS,
        "wrong_per_day": 20,
        "lock_after": 100,
    },
    "enrollment": {"ttl": 10 * MINUTES, "max_wrong": 5, "starts_per_hour": 5},
    "resets": {"ttl": 4 * HOURS, "hold": 0 * HOURS, "hold_privileged": 1 * HOURS, "require_identity_check": False},
    "policy": {"right_min_age": 24 * HOURS, "privileged_need_approval": True},
}
MODULES: dict[str, Any] = {"throttle": throttle, "enrollment": enrollment, "resets": resets, "policy": policy}

NUMBERS = [
    # Section 3: codes
    (codes.STEP_S, 30),
    (codes.WINDOW, 1),
    (codes.DRIFT_WINDOW, 10),
    (otpauth.SECRET_BYTES, 20),
    (throttle.DAY, 24 * HOURS),
    (throttle.MONTH, 30 * DAYS),
    (throttle.UNLOCK_ALLOWS, 5),
    (throttle.UNLOCKS_A_DAY, 2),
    (throttle.UNLOCKS_A_MONTH, 6),
    (judging.TOLD_AT_MOST_EVERY, 1 * HOURS),
    (recovery.HOW_MANY, 10),
    (recovery.ENTROPY_BYTES * 8, 120),
    # Section 3: requests
    (reset_opening.OPEN_AT_MOST, 3),
    ((reset_opening.STOLEN_AT_MOST, reset_opening.STOLEN_WITHIN), (3, 1 * DAYS)),
    (reset_opening.COOLDOWN, 1 * DAYS),
    # Section 4
    ((resets.REASON_LEAST, resets.REASON_MOST), (10, 500)),
    (acting.CONFIRM_S, 1.0),
    (people.ANSWER_AT_MOST, 10 * SECONDS),
    (looking.LOOKS_A_SECOND, 5),
    (looking.SHOWN_AT_MOST, 16),
    (cards.RESETS_WITHIN, 90 * DAYS),
    (cards.ASKED_WITHIN, 30 * DAYS),
    (cards.CHANGED_WITHIN, 7 * DAYS),
    # Section 6
    (edge.MOST_BYTES, 1_048_576),
    (api.MOST_BYTES, 8192),
    (questions.MOST_CODE, 64),
    (clock_check.MOST_OFFSET_S, 2.0),
    # Section 7: a listener has 2.5 s in all
    (edge.LISTENER_S, 2.5),
    (pool.CONNECT_S, 0.3),
    (pool.STATEMENT_S, 0.6),
    (slack.INTERACTIVE_S, 1.5),
    (errors.LAST_WORD_S, 0.3),
    # security.md and what other rules rest on
    (sealing.KEY_BYTES * 8, 256),
    (sealing.NONCE_BYTES * 8, 96),
    (KEY_SECRET_BYTES * 8, 256),
    (ID_BYTES, 6),
    ((OVERLAP, OVERLAP_MOST), (24 * HOURS, 30 * DAYS)),
    (health.MOST_AUDIT_LAG_S, 10.0),
    (chain.EVENTS_A_LINK, 1000),
    (audit.SUBMITTED_WITHIN, 1 * DAYS),
    (GIVE_UP_AFTER, 24 * HOURS),
    (queue.SWEEP_AFTER, 1 * MINUTES),
    (queue.LOG_KEPT, 7 * DAYS),
    (ASK_EVERY, 1 * MINUTES),
    ((sync.PAGE, sync.PAGE_EVERY_S, sync.PERSON_EVERY_S), (200, 3.0, 0.6)),
    ((sync.GOES_ON_FOR, sync.LATE_AFTER, sync.NIGHT.hour), (6 * HOURS, 1 * DAYS, 2)),
]


def test_each_setting_has_the_default_of_the_design() -> None:
    declared = {**DatabaseSettings.model_fields, **HostSettings.model_fields, **Settings.model_fields}
    defaults = {field.alias: field.default for field in declared.values() if not field.is_required()}

    assert {name: value for name, value in defaults.items() if value is not None and name not in WITHOUT_NUMBER} == (
        DEFAULTS
    )


@pytest.mark.parametrize("of", LIMITS)
def test_each_limit_of_the_rules_has_the_number_of_the_design(of: str) -> None:
    limits = MODULES[of].Limits()

    assert {field.name: getattr(limits, field.name) for field in fields(limits)} == LIMITS[of]


@pytest.mark.parametrize(("number", "designed"), NUMBERS)
def test_each_number_is_that_of_the_design(number: object, designed: object) -> None:
    assert number == designed


def test_each_setting_reaches_its_rule() -> None:
    """Each has a number of its own, so that none is passed where another belongs."""
    numbers: dict[str, Any] = {
        field: number
        for number, field in enumerate(
            (name for name, one in Settings.model_fields.items() if one.annotation is int), 2
        )
    }
    others: dict[str, Any] = {
        "keyring": Keyring("k1", {"k1": bytes(range(32))}),
        "issuer": "Acme",
        "approvers_channel": "C0APPROVERS",
        "privileged_need_approval": False,
        "require_identity_check": True,
    }
    settings = Settings.model_construct(**others, **numbers)

    made = means(settings, Pool("postgresql://nobody@127.0.0.1:1/none"), _now)

    given = {name: getattr(made, name) for name in ("throttle", "enrollment", "resets", "policy")}
    assert given == {
        "throttle": throttle.Limits(
            throttle_after=numbers["throttle_after"],
            first_wait=numbers["throttle_first_s"] * SECONDS,
            longest_wait=numbers["throttle_max_s"] * SECONDS,
            wrong_per_day=numbers["wrong_per_day"],
            lock_after=numbers["lock_after"],
        ),
        "enrollment": enrollment.Limits(
            ttl=numbers["enrollment_ttl_s"] * SECONDS,
            max_wrong=numbers["enrollment_max_wrong"],
            starts_per_hour=numbers["enrollment_starts_per_hour"],
        ),
        "resets": resets.Limits(
            ttl=numbers["request_ttl_s"] * SECONDS,
            hold=numbers["hold_s"] * SECONDS,
            hold_privileged=numbers["hold_privileged_s"] * SECONDS,
            require_identity_check=True,
        ),
        "policy": policy.Limits(right_min_age=numbers["right_min_age_s"] * SECONDS, privileged_need_approval=False),
    }
    assert (made.rate_per_key_s, made.email_min_age) == (
        numbers["api_rate_per_key_s"],
        numbers["email_min_age_s"] * SECONDS,
    )
    assert (made.issuer, made.approvers_channel) == ("Acme", "C0APPROVERS")


def _now() -> datetime:
    return NOON
