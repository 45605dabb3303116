"""A submission of the helpdesk's that arrives again was carried out already, and is answered so (X3)."""

from uuid import UUID

import pytest

from bot.core.actions import Guard
from bot.services.helpdesk import Helped, UnlockRefusal
from tests.support.cast import Cast
from tests.support.helpdesk_acts import fail, releases, unlocks
from tests.support.ledger import Ledger


async def test_an_unlock_that_comes_again_is_done_and_counts_once(cast: Cast, ledger: Ledger) -> None:
    await fail(ledger, cast.employee, 100)
    intent, typed = UUID(int=7), cast.agent.code()

    answers = [await unlocks(cast, cast.agent, typed=typed, intent=intent) for _ in range(3)]
    of_another = await unlocks(cast, cast.admin, intent=intent)

    assert answers == [Helped.UNLOCKED] * 3
    assert of_another is UnlockRefusal.NOTHING_TO_UNLOCK
    assert len(await ledger.details("throttle.unlocked")) == 1
    assert await ledger.told(cast.employee.id) == ["unlocked"]
    assert [event["why"] for event in await ledger.details("unlock.refused")] == ["nothing_to_unlock"]


@pytest.mark.parametrize("enrolled", [True, False])
async def test_a_release_that_comes_again_is_done_even_after_the_suspension(
    cast: Cast,
    ledger: Ledger,
    enrolled: bool,  # noqa: FBT001  a parameter
) -> None:
    employee = cast.employee
    if not enrolled:
        recovery_code = employee.recovery_codes[0]
        await cast.services.disable.disable_own(employee.id, factor_id=employee.factor_id, typed=recovery_code)
    await ledger.set_up_long_ago(employee.profile.slack_user_id)
    await cast.services.suspension.stop(
        await ledger.message_of(employee.id, "enabled" if enrolled else "disabled"), by=employee.id
    )
    intent, typed = UUID(int=7), cast.admin.code()

    first = await releases(cast, cast.admin, typed=typed, intent=intent)
    if enrolled:
        await cast.services.suspension.release(employee.id, typed=employee.code(), recovery_code="")
    again = await releases(cast, cast.admin, typed=typed, intent=intent)

    assert first is again is (Helped.OFFERED if enrolled else Helped.RELEASED)
    assert await ledger.details("release.refused") == []
    assert await releases(cast, cast.second_admin, intent=intent) is Guard.SUBJECT_SUSPENDED
