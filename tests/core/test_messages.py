"""Which notices ask, and until when."""

from dataclasses import replace

import pytest

from bot.core.messages import ASKS, Kind, Settled
from tests.support.messages import unposted
from tests.support.services import NOON

CHANGES_OF_MFA = {Kind.ENABLED, Kind.REPLACED, Kind.DISABLED}
CHANGES_OF_RECOVERY_CODES = {Kind.RECOVERY_CODES_MADE, Kind.RECOVERY_CODE_USED, Kind.RECOVERY_CODE_PASTED}


def test_every_change_of_mfa_and_every_wait_asks_whether_it_was_the_owner() -> None:
    assert (
        CHANGES_OF_MFA | CHANGES_OF_RECOVERY_CODES | {Kind.SLOWED_DOWN, Kind.LOCKED, Kind.UNLOCKED, Kind.RELEASED}
        <= ASKS
    )


@pytest.mark.parametrize("settled", Settled)
def test_a_question_that_is_settled_is_asked_no_more(settled: Settled) -> None:
    asking = unposted(Kind.ENABLED)

    assert asking.asks
    assert not replace(asking, settled=settled, settled_at=NOON).asks


@pytest.mark.parametrize("kind", [Kind.ENROLLMENT, Kind.CODE_PASTED, Kind.SUSPENDED])
def test_what_tells_of_no_change_or_of_the_stop_itself_does_not_ask(kind: Kind) -> None:
    assert not unposted(kind).asks
