"""Whatever Slack delivers again, and whatever is pressed twice, has one effect (T6, X3, A5)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from tests.support.acts import Acts
from tests.support.attacks import times
from tests.support.doubling import Network
from tests.support.ledger import Ledger
from tests.support.office import REASON, Office

AGAIN = times(2, full=20)
"""How often each delivery comes again."""
ROUNDS = times(1, full=5)
"""Through all twenty acts: 2,000 deliveries too many."""
DOUBLE_CLICKS = times(4, full=500)


@pytest.mark.timeout(1800)
@pytest.mark.attack("T6", "a delivery comes again, at once and later: one effect")
async def test_what_is_delivered_again_has_one_effect(
    office: Office, between: Network, ledger: Ledger, tally: Callable[[int, int], None]
) -> None:
    done = 0

    def doubled() -> AbstractContextManager[None]:
        nonlocal done
        done += 1
        return between.delivering(1 + AGAIN)

    acts = Acts(office, ledger, doubled)
    for _ in range(ROUNDS):
        for part in (acts.own_mfa, acts.resets, acts.help, acts.rights):
            await part()
        # What is allowed so often a day is allowed again.
        office.bot.clock.at += timedelta(days=1)

    assert done == 20 * ROUNDS
    tally(done * AGAIN, done * AGAIN)


@pytest.mark.timeout(1800)
@pytest.mark.attack("T6", "a button is pressed twice at once: one effect")
async def test_what_is_pressed_twice_has_one_effect(
    office: Office, between: Network, ledger: Ledger, tally: Callable[[int, int], None]
) -> None:
    acts = Acts(office, ledger, lambda: between.pressing(2))
    hal, mia, ben = office.hal, office.mia, office.bot.person("U0BEN")

    async def gives_up() -> None:
        office.bot.clock.at += timedelta(minutes=15)
        await ben.types("/mfa enable")
        await ben.submits()
        await ben.closes()
        await acts.once("enrollment.ended", lambda: ben.clicks("Cancel"))

    async def denies() -> None:
        await acts.answers("reset.ended", "Deny", reason=REASON)

    for number in range(DOUBLE_CLICKS):
        act = (acts.stops, gives_up, acts.cancels, denies)[number % 4]
        if act is not gives_up:
            await acts.asks(hal)
        await act()
        assert mia.modal is None

    tally(DOUBLE_CLICKS, DOUBLE_CLICKS)
