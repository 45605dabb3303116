"""What an unlock ends, how much it allows, and how often a person may be unlocked (C10)."""

from collections.abc import Awaitable, Callable

import pytest

from bot.core.apps import Key
from bot.core.codes import Verdict
from bot.core.throttle import UnlockLimit
from bot.services.break_glass import Glass
from bot.services.disable import Disabled
from bot.services.helpdesk import Helped
from bot.services.host import Ask
from bot.services.judging import Judged, Method
from bot.services.lookups import BySlackId
from bot.services.suspension import Released
from tests.support.cast import REASON, Cast
from tests.support.helpdesk_acts import fail, suspend, unlocks
from tests.support.ledger import Ledger
from tests.support.services import Services, changed, make_key

HOST = Ask("host:root", REASON)
Unlock = Callable[[Cast, Key], Awaitable[None]]


async def sign_in(cast: Cast, key: Key, typed: str, *, on: Services | None = None) -> Judged:
    who = BySlackId(cast.employee.profile.slack_user_id)
    judged = await (on or cast.services).verification.check(key, who, typed=typed)
    assert isinstance(judged, Judged)
    return judged


async def in_slack(cast: Cast, typed: str) -> object:
    employee = cast.employee
    return await cast.services.disable.disable_own(employee.id, factor_id=employee.factor_id, typed=typed)


async def bombard(cast: Cast) -> list[Key]:
    """Type 20 wrong codes at five applications, after which the employee mistypes one in Slack."""
    keys = [await make_key(cast.services, f"app-{number}") for number in range(5)]
    for key in keys:
        for _ in range(4):
            assert (await sign_in(cast, key, wrong(cast))).verdict is Verdict.WRONG_CODE
    assert await in_slack(cast, wrong(cast)) == Judged(Verdict.WRONG_CODE)
    return keys


def wrong(cast: Cast) -> str:
    return cast.employee.phone.wrong_code()


async def by_helpdesk(cast: Cast, _key: Key) -> None:
    assert await unlocks(cast, cast.agent) is Helped.UNLOCKED


async def by_break_glass(cast: Cast, _key: Key) -> None:
    assert await Glass(cast.services.means).unlock(cast.employee.profile.slack_user_id, HOST) is None


async def by_recovery_code(cast: Cast, key: Key) -> None:
    typed, *left = cast.employee.recovery_codes
    cast.employee.recovery_codes = tuple(left)
    assert await sign_in(cast, key, typed) == Judged(Verdict.ACCEPTED, Method.RECOVERY_CODE)


@pytest.mark.parametrize("unlock", [by_helpdesk, by_break_glass, by_recovery_code])
async def test_after_a_typo_under_attack_an_unlock_lets_the_owner_s_code_count_again(
    cast: Cast, ledger: Ledger, unlock: Unlock
) -> None:
    keys = await bombard(cast)
    barred = await in_slack(cast, cast.employee.code())

    await unlock(cast, keys[0])
    at_an_app = await sign_in(cast, keys[1], cast.employee.code())
    in_slack_again = await in_slack(cast, cast.employee.code())

    assert isinstance(barred, Judged)
    assert barred.verdict is Verdict.THROTTLED
    assert at_an_app == Judged(Verdict.ACCEPTED, Method.TOTP)
    assert in_slack_again is Disabled.NOW
    assert len(await ledger.details("throttle.unlocked")) == 1


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("unlock", [by_helpdesk, by_break_glass, by_recovery_code])
async def test_an_unlock_allows_five_more_wrong_codes_over_all_surfaces_together(
    cast: Cast, unlock: Unlock, *, batched: bool
) -> None:
    keys = await bombard(cast)
    on = changed(cast.services, batched=batched)

    await unlock(cast, keys[0])
    answers = [await sign_in(cast, key, wrong(cast), on=on) for key in keys[:4]]
    answers.append(await sign_in(cast, keys[4], cast.employee.code(), on=on))
    after_a_right_one = [await sign_in(cast, key, wrong(cast), on=on) for key in (keys[4], *keys)]

    assert [answer.verdict for answer in answers] == [Verdict.WRONG_CODE] * 4 + [Verdict.ACCEPTED]
    assert [answer.verdict for answer in after_a_right_one] == [Verdict.WRONG_CODE] + [Verdict.THROTTLED] * 5
    assert isinstance(refused := await in_slack(cast, cast.employee.code()), Judged)
    assert refused.verdict is Verdict.THROTTLED


async def test_a_second_unlock_allows_five_and_not_ten(cast: Cast, ledger: Ledger) -> None:
    keys = await bombard(cast)
    await by_helpdesk(cast, keys[0])
    await ledger.conn.execute("UPDATE attempt SET not_before = $1", cast.services.clock().replace(year=2027))

    await by_break_glass(cast, keys[0])

    assert await ledger.conn.fetchval("SELECT allowance FROM factor WHERE factor_id = $1", cast.employee.factor_id) == 5


async def test_what_is_not_used_within_a_day_is_over(cast: Cast, ledger: Ledger) -> None:
    keys = await bombard(cast)
    await by_helpdesk(cast, keys[0])
    cast.services.clock.forward(hours=24)
    await ledger.conn.execute("UPDATE factor SET wrong_at = $1", [cast.services.clock()] * 20)
    await ledger.conn.execute("UPDATE attempt SET failed_at = $1", cast.services.clock())

    assert (await sign_in(cast, keys[0], cast.employee.code())).verdict is Verdict.THROTTLED


async def test_nothing_to_unlock_is_said_where_no_wait_stands_and_a_wait_of_the_day_is_one(
    cast: Cast, ledger: Ledger
) -> None:
    keys = await bombard(cast)
    cast.services.clock.forward(minutes=2)
    waits = await ledger.conn.fetchval("SELECT count(*) FROM attempt WHERE not_before > $1", cast.services.clock())

    first = await unlocks(cast, cast.agent)
    second = await unlocks(cast, cast.admin)

    assert waits == 2  # of six surfaces: those whose latest failure was the 20th, or a later one
    assert first is Helped.UNLOCKED
    assert second == "nothing_to_unlock"
    assert (await sign_in(cast, keys[0], cast.employee.code())).accepted


async def locks(cast: Cast, ledger: Ledger) -> None:
    await fail(ledger, cast.employee, 100)
    await ledger.conn.execute("UPDATE factor SET unlocked = false")


async def test_the_helpdesk_unlocks_a_subject_twice_a_day_whoever_unlocks(cast: Cast, ledger: Ledger) -> None:
    answers = []
    for by in (cast.agent, cast.admin, cast.second_admin):
        await locks(cast, ledger)
        answers.append(await unlocks(cast, by))
    cast.services.clock.forward(hours=24)
    answers.append(await unlocks(cast, cast.second_admin))

    assert answers == [Helped.UNLOCKED, Helped.UNLOCKED, UnlockLimit.DAY, Helped.UNLOCKED]
    assert [event["why"] for event in await ledger.details("unlock.refused")] == ["twice_a_day"]


async def test_the_helpdesk_unlocks_a_subject_six_times_in_30_days(cast: Cast, ledger: Ledger) -> None:
    answers = []
    for _ in range(7):
        await locks(cast, ledger)
        answers.append(await unlocks(cast, cast.agent))
        cast.services.clock.forward(days=4)
    cast.services.clock.forward(days=2)
    answers.append(await unlocks(cast, cast.agent))

    assert answers == [Helped.UNLOCKED] * 6 + [UnlockLimit.MONTH, Helped.UNLOCKED]


@pytest.mark.parametrize("unlock", [by_break_glass, by_recovery_code])
async def test_break_glass_and_recovery_codes_count_and_are_never_refused(
    cast: Cast, ledger: Ledger, unlock: Unlock
) -> None:
    key = await make_key(cast.services)
    for _ in range(7):
        await locks(cast, ledger)
        await unlock(cast, key)
        assert (await sign_in(cast, key, cast.employee.code())).accepted
    await locks(cast, ledger)
    same_day = await unlocks(cast, cast.agent)
    cast.services.clock.forward(days=2)
    same_month = await unlocks(cast, cast.agent)

    assert (same_day, same_month) == (UnlockLimit.DAY, UnlockLimit.MONTH)
    assert len(await ledger.details("throttle.unlocked")) == 7


async def test_a_recovery_code_that_ends_nothing_allows_nothing(cast: Cast, ledger: Ledger) -> None:
    await by_recovery_code(cast, await make_key(cast.services))

    row = await ledger.conn.fetchrow(
        "SELECT allowance, allowed_until FROM factor WHERE factor_id = $1", cast.employee.factor_id
    )
    assert tuple(row or ()) == (0, None)
    assert await ledger.details("throttle.unlocked") == []


async def test_at_twice_the_limit_a_recovery_code_signs_in_and_unlocks_nothing(cast: Cast, ledger: Ledger) -> None:
    key = await make_key(cast.services)
    await fail(ledger, cast.employee, 200)

    await by_recovery_code(cast, key)

    assert await sign_in(cast, key, cast.employee.code()) == Judged(Verdict.LOCKED)
    assert await ledger.details("throttle.unlocked") == []


async def test_the_owner_s_way_out_of_a_suspension_ends_the_limit_of_the_day_too(cast: Cast, ledger: Ledger) -> None:
    await bombard(cast)
    await suspend(cast, ledger, cast.employee)

    released = await cast.services.suspension.release(
        cast.employee.id, typed=cast.employee.code(), recovery_code=cast.employee.recovery_codes[0]
    )

    assert released is Released.NOW
