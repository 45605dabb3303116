"""For how long `Block my sign-in` works, how far back it disputes, and what takes the button away (E6, E9)."""

from datetime import timedelta

import pytest

from bot.core.people import SuspendedWhy
from bot.core.suspension import ReleaseRefusal
from bot.services.suspension import Released, Stopped
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import changed
from tests.support.thief import blocks, robs


async def why(cast: Cast) -> SuspendedWhy | None:
    known = await cast.services.people.get(cast.employee.id)
    assert known is not None
    return known.suspended_why


@pytest.mark.parametrize(("seconds", "stopped"), [(0, Stopped.DISPUTED), (1, Stopped.NOW)])
async def test_a_block_disputes_what_was_changed_within_seven_days(
    cast: Cast, ledger: Ledger, seconds: int, stopped: Stopped
) -> None:
    employee = cast.employee
    made_at = await ledger.conn.fetchval("SELECT created_at FROM factor WHERE factor_id = $1", employee.factor_id)
    cast.services.clock.at = made_at + timedelta(days=7, seconds=seconds)
    await cast.services.recovery.pasted(employee.id, text=employee.recovery_codes[9], cause="1.1")

    answer = await blocks(cast, ledger, "recovery_code_pasted")
    released = await cast.services.suspension.release(
        employee.id, typed=employee.code(), recovery_code=employee.recovery_codes[0]
    )

    assert answer is stopped
    assert released is (Released.NOW if stopped is Stopped.NOW else ReleaseRefusal.DISPUTED)


@pytest.mark.parametrize(("seconds", "stopped"), [(0, Stopped.DISPUTED), (1, Stopped.TOO_LATE)])
async def test_the_button_works_for_seven_days(cast: Cast, ledger: Ledger, seconds: int, stopped: Stopped) -> None:
    told_at = await ledger.conn.fetchval("SELECT max(created_at) FROM message WHERE person_id = $1", cast.employee.id)
    cast.services.clock.at = told_at + timedelta(days=7, seconds=seconds)

    assert await blocks(cast, ledger, "enabled") is stopped
    assert (await why(cast) is None) == (stopped is Stopped.TOO_LATE)


async def test_a_company_sets_for_how_long(cast: Cast, ledger: Ledger) -> None:
    short = changed(cast.services, block_ttl=timedelta(hours=1))
    cast.services.clock.forward(hours=1, minutes=1)
    await cast.services.recovery.pasted(cast.employee.id, text=cast.employee.recovery_codes[9], cause="1.1")

    late = await short.suspension.stop(await ledger.message_of(cast.employee.id, "enabled"), by=cast.employee.id)
    notice = await ledger.message_of(cast.employee.id, "recovery_code_pasted")
    plain = await short.suspension.stop(notice, by=cast.employee.id)

    assert (late, plain) == (Stopped.TOO_LATE, Stopped.NOW)


async def test_a_newer_change_takes_the_button_from_older_notices_and_nothing_else_does(
    cast: Cast, ledger: Ledger
) -> None:
    employee = cast.employee
    enabled = await ledger.message_of(employee.id, "enabled")
    await cast.services.recovery.pasted(employee.id, text=employee.recovery_codes[9], cause="1.1")
    pasted = await ledger.message_of(employee.id, "recovery_code_pasted")
    before = [await settled(ledger, one) for one in (enabled, pasted)]

    thief = await robs(cast, ledger, "new codes")

    made = await ledger.message_of(employee.id, "recovery_codes_made")
    assert before == [None, None]
    assert [await settled(ledger, one) for one in (enabled, pasted, made)] == ["outdated", "outdated", None]
    assert {enabled, pasted} <= set(await ledger.edits())
    # On a screen that has not heard of it yet a press counts all the same.
    assert await blocks(cast, ledger, "enabled") is Stopped.DISPUTED
    assert await thief.says_it_was_me() is ReleaseRefusal.DISPUTED


async def settled(ledger: Ledger, message_id: int) -> str | None:
    found: str | None = await ledger.conn.fetchval("SELECT settled FROM message WHERE message_id = $1", message_id)
    return found
