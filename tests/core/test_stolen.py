"""A request about a stolen phone: when it suspends its subject, and that no code of the subject ends it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.core import codes, resets
from bot.core.codes import RecoveryCode
from bot.core.resets import Happened, Limits, State

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LOST = resets.opened(
    intent=UUID(int=1),
    subject_id=2,
    requester_id=1,
    factor_id=5,
    happened=Happened.LOST,
    reason="Phone fell into the canal",
    direct=False,
    privileged=False,
    now=NOON,
    limits=Limits(),
)
STOLEN = replace(LOST, happened=Happened.STOLEN)
PRIVILEGED = replace(STOLEN, privileged=True)


def test_a_request_is_open_for_four_hours_and_has_no_number_until_it_is_kept() -> None:
    assert (LOST.expires_at, LOST.request_id) == (NOON + timedelta(hours=4), 0)


@pytest.mark.parametrize(
    ("reset", "may_disable", "suspends"),
    [
        (LOST, False, False),
        (LOST, True, False),
        (replace(LOST, privileged=True, state=State.HOLDING), True, False),
        (STOLEN, False, True),
        (STOLEN, True, True),
        (PRIVILEGED, False, False),
        (PRIVILEGED, True, True),
        (replace(PRIVILEGED, state=State.HOLDING), False, True),
        (replace(PRIVILEGED, state=State.EXECUTED), False, True),
        (replace(PRIVILEGED, state=State.DENIED), False, False),
    ],
)
def test_it_suspends_the_privileged_only_with_an_approval_or_a_right_to_disable(
    reset: resets.Reset, *, may_disable: bool, suspends: bool
) -> None:
    assert resets.suspends(reset, may_disable=may_disable) is suspends


def test_a_code_of_the_subject_ends_a_request_about_a_lost_phone_alone() -> None:
    assert resets.ends_by_code(LOST) is True
    assert resets.ends_by_code(STOLEN) is False


def test_twenty_recovery_codes_of_a_message_are_looked_at_and_no_more() -> None:
    spelled = [f"{number:024b}".replace("0", "A").replace("1", "B") for number in range(21)]

    shown = ("-".join(one[at : at + 4] for at in range(0, 24, 4)) for one in spelled)

    assert codes.pasted("my codes: " + " ".join(shown)) == [RecoveryCode(one) for one in spelled[:20]]
