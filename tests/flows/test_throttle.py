"""Waits, the limit of a day and the lock through the real surfaces: Slack's form and relying apps' sign-ins."""

from datetime import timedelta
from uuid import uuid4

from bot.core.apps import Key
from bot.core.codes import Verdict
from bot.core.people import Person
from bot.services.disable import Disabled
from bot.services.judging import Judged, Method
from bot.services.lookups import BySlackId
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Authenticator, Services, enroll, make_key, on_this_pool
from tests.support.timeouts import patient_pool

WHO = BySlackId("U0ADA")


async def sign_in(services: Services, key: Key, typed: str) -> Judged:
    judged = await services.verification.check(key, WHO, typed=typed)
    assert isinstance(judged, Judged)
    return judged


async def guess(services: Services, key: Key, phone: Authenticator, times: int) -> list[Verdict]:
    return [(await sign_in(services, key, phone.wrong_code())).verdict for _ in range(times)]


async def test_five_wrong_codes_at_one_app_make_it_wait_30_s_and_no_other_surface(
    services: Services, ada: Person
) -> None:
    payroll, wiki = await make_key(services), await make_key(services, "wiki")
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    await guess(services, payroll, phone, 5)

    assert await sign_in(services, payroll, phone.code()) == Judged(Verdict.THROTTLED, wait_s=30)
    assert await sign_in(services, wiki, phone.code(steps=-1)) == Judged(Verdict.ACCEPTED, Method.TOTP)
    in_slack = await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())
    assert in_slack is Disabled.NOW


async def test_wrong_codes_in_slack_make_slack_wait_and_no_app(services: Services, ada: Person) -> None:
    key = await make_key(services)
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    for _ in range(5):
        await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.wrong_code())

    waits = await services.recovery.renew(ada.person_id, intent=uuid4(), typed=phone.code())
    assert waits == Judged(Verdict.THROTTLED, wait_s=30)
    assert (await sign_in(services, key, phone.code())).accepted


async def test_a_code_that_was_not_judged_is_good_after_the_wait(services: Services, ada: Person) -> None:
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    code = phone.code(steps=1)
    await guess(services, key, phone, 5)

    during = await sign_in(services, key, code)
    services.clock.forward(seconds=30)
    after = await sign_in(services, key, code)

    assert (during.verdict, after.verdict) == (Verdict.THROTTLED, Verdict.ACCEPTED)


async def test_a_wait_holds_in_a_new_process_too(services: Services, ada: Person, database: Database) -> None:
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await guess(services, key, phone, 5)
    pool = patient_pool(database.program)

    other = on_this_pool(services, pool)
    answer = await sign_in(other, key, phone.code())
    await pool.close()

    assert answer == Judged(Verdict.THROTTLED, wait_s=30)


async def test_at_most_20_wrong_codes_a_day_are_judged_whatever_succeeds_in_between(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    keys = [await make_key(services, f"app-{number}") for number in range(5)]
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    for key in keys:
        await guess(services, key, phone, 4)
        services.clock.forward(minutes=1)
        if key is not keys[-1]:
            assert (await sign_in(services, key, phone.code())).accepted

    answers = [await sign_in(services, key, phone.wrong_code()) for key in keys]

    first = (await ledger.conn.fetchval("SELECT wrong_at FROM factor"))[0]
    wait_s = round((first + timedelta(hours=24) - services.clock()).total_seconds())
    assert answers == [Judged(Verdict.THROTTLED, wait_s=wait_s)] * 5
    assert (await ledger.events()).count("throttle.day_limit_reached") == 1


async def test_a_surface_that_had_not_failed_is_judged_once_more(services: Services, ada: Person) -> None:
    keys = [await make_key(services, f"app-{number}") for number in range(6)]
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    for key in keys[:5]:
        await guess(services, key, phone, 4)

    fresh = await guess(services, keys[5], phone, 2)

    assert fresh == [Verdict.WRONG_CODE, Verdict.THROTTLED]


async def locked(services: Services, ledger: Ledger, key: Key, phone: Authenticator) -> None:
    """Bring the factor to its 100th failure; the 99 before are written into the row."""
    await ledger.conn.execute("UPDATE factor SET failures = 99")
    assert await guess(services, key, phone, 1) == [Verdict.WRONG_CODE]


async def test_a_hundred_failures_lock_every_surface_and_the_owner_is_told(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    payroll, wiki = await make_key(services), await make_key(services, "wiki")
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await locked(services, ledger, payroll, phone)
    services.clock.forward(days=400)

    answers = [
        await sign_in(services, payroll, phone.code()),
        await sign_in(services, wiki, phone.code()),
        await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code()),
    ]

    assert answers == [Judged(Verdict.LOCKED)] * 3
    assert await ledger.notices() == ["enabled", "locked"]
    assert "throttle.locked" in await ledger.events()


async def test_a_recovery_code_signs_in_while_locked_and_ends_lock_and_waits_but_not_the_count(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    payroll, wiki = await make_key(services), await make_key(services, "wiki")
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await guess(services, wiki, phone, 5)
    await locked(services, ledger, payroll, phone)

    recovered = await sign_in(services, payroll, confirmed.codes[0])
    failures = await ledger.conn.fetchval("SELECT failures FROM factor")
    answers = [await sign_in(services, key, phone.code(steps=steps)) for key, steps in ((wiki, 0), (payroll, 1))]

    assert recovered == Judged(Verdict.ACCEPTED, Method.RECOVERY_CODE)
    assert failures == 100
    assert answers == [Judged(Verdict.ACCEPTED, Method.TOTP)] * 2


async def test_at_twice_the_limit_no_recovery_code_unlocks_but_it_still_signs_in(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    key = await make_key(services)
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await ledger.conn.execute("UPDATE factor SET failures = 199, unlocked = true")
    await guess(services, key, phone, 1)

    recovered = await sign_in(services, key, confirmed.codes[0])
    current = await sign_in(services, key, phone.code())

    assert recovered.accepted
    assert current == Judged(Verdict.LOCKED)


async def test_wrong_recovery_codes_count_nowhere(services: Services, ada: Person, ledger: Ledger) -> None:
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    answers = [await sign_in(services, key, "A" * 24) for _ in range(30)]

    assert answers == [Judged(Verdict.WRONG_CODE)] * 30
    assert await ledger.conn.fetchval("SELECT failures FROM factor") == 0
    assert (await sign_in(services, key, phone.code())).accepted


async def test_malformed_codes_count_nowhere(services: Services, ada: Person, ledger: Ledger) -> None:
    key = await make_key(services)
    await enroll(services, ada)

    answers = [await sign_in(services, key, typed) for typed in ("", "12345", "abcdef", "\uff11" * 6) * 3]

    assert answers == [Judged(Verdict.INVALID_FORMAT)] * 12
    assert await ledger.conn.fetchval("SELECT failures FROM factor") == 0


async def test_each_wait_is_one_event_when_it_begins_and_one_when_it_ends(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    await guess(services, key, phone, 9)  # the last four are throttled
    services.clock.forward(seconds=30)
    await sign_in(services, key, phone.code())

    throttling = [kind for kind in await ledger.events() if kind.startswith("throttle.")]
    assert throttling == ["throttle.wait_began", "throttle.wait_ended"]
    assert (await ledger.events()).count("verification") == 6


async def test_the_owner_hears_of_waits_at_most_once_an_hour(services: Services, ada: Person, ledger: Ledger) -> None:
    keys = [await make_key(services, f"app-{number}") for number in range(3)]
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    for key, minutes in zip(keys, (59, 1, 0), strict=True):
        await guess(services, key, phone, 5)
        services.clock.forward(minutes=minutes)

    assert (await ledger.notices()).count("slowed_down") == 2
    assert (await ledger.events()).count("throttle.wait_began") == 3


async def test_a_lock_within_the_hour_is_told_when_the_hour_is_over(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await guess(services, key, phone, 5)
    services.clock.forward(minutes=20)
    await locked(services, ledger, key, phone)

    off = await ledger.conn.fetchval(
        "SELECT execute_after - now() FROM jobs.pgqueuer WHERE entrypoint = 'notify' ORDER BY id DESC LIMIT 1"
    )

    assert await ledger.notices() == ["enabled", "slowed_down", "locked"]
    assert timedelta(minutes=39) < off <= timedelta(minutes=40)


async def test_a_new_factor_starts_without_the_counts_of_the_old(services: Services, ada: Person) -> None:
    key = await make_key(services)
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await guess(services, key, phone, 5)
    await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=confirmed.codes[0])

    _, new_phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    assert (await sign_in(services, key, new_phone.code())).accepted
