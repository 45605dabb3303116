"""Sign-ins through the service, on a real database: one code one sign-in, however many come at once."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from bot.core.apps import Key, KeyRefusal, Scope
from bot.core.codes import Verdict
from bot.core.faults import DatabaseAway
from bot.core.people import Person
from bot.services.enrollment import Confirmed, Started
from bot.services.judging import Judged, Method
from bot.services.lookups import ByEmail, BySlackId, Lookup
from bot.services.turns import Turns
from bot.services.verification import FactorStatus, NotFound
from tests.support.database import Database
from tests.support.services import NOON, Authenticator, Services, changed, enroll, make_key, scan

ADA = BySlackId("U0ADA")


@pytest.fixture(params=[True, False], ids=["batched", "alone"])
def services(services: Services, request: pytest.FixtureRequest) -> Services:
    return changed(services, batched=request.param)


async def signed_in(services: Services, key: Key, typed: str, who: Lookup = ADA) -> Verdict:
    judged = await services.verification.check(key, who, typed=typed)
    assert isinstance(judged, Judged)
    return judged.verdict


async def verifications(database: Database) -> list[str]:
    """Return the details of what the audit holds of sign-ins."""
    conn = await asyncpg.connect(database.owner)
    try:
        rows = await conn.fetch("SELECT detail FROM audit_event WHERE kind = 'verification' ORDER BY event_id")
        return [row["detail"] for row in rows]
    finally:
        await conn.close()


async def test_with_mfa_off_an_app_hears_not_enrolled_and_with_mfa_on_every_sign_in_needs_a_code(
    services: Services, ada: Person
) -> None:
    key = await make_key(services)

    before = await signed_in(services, key, "")
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    after = [await signed_in(services, key, typed) for typed in ("", phone.wrong_code(), phone.code(), phone.code())]

    assert before is Verdict.NOT_ENROLLED
    assert after == [Verdict.INVALID_FORMAT, Verdict.WRONG_CODE, Verdict.ACCEPTED, Verdict.CODE_REUSED]


async def test_a_recovery_code_signs_in_once(services: Services, ada: Person) -> None:
    key = await make_key(services)
    confirmed, _ = await enroll(services, ada)

    first = await services.verification.check(key, ADA, typed=confirmed.codes[0].lower())
    again = await services.verification.check(key, ADA, typed=confirmed.codes[0])

    assert first == Judged(Verdict.ACCEPTED, Method.RECOVERY_CODE)
    assert again == Judged(Verdict.WRONG_CODE)


async def test_a_code_used_for_one_app_is_dead_for_another(services: Services, ada: Person) -> None:
    payroll, wiki = await make_key(services), await make_key(services, "wiki")
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    answers = [await signed_in(services, key, phone.code()) for key in (payroll, wiki)]

    assert answers == [Verdict.ACCEPTED, Verdict.CODE_REUSED]


async def test_a_hundred_uses_of_one_code_at_once_sign_in_once(
    services: Services, ada: Person, database: Database
) -> None:
    keys = [await make_key(services, name) for name in ("payroll", "wiki")]
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    code = phone.code()

    answers = Counter(await asyncio.gather(*(signed_in(services, keys[n % 2], code) for n in range(100))))

    assert answers[Verdict.ACCEPTED] == 1
    assert set(answers) <= {Verdict.ACCEPTED, Verdict.CODE_REUSED, Verdict.THROTTLED}
    assert sum('"accepted"' in detail for detail in await verifications(database)) == 1


async def test_of_two_hundred_guesses_at_once_five_are_evaluated(
    services: Services, ada: Person, database: Database
) -> None:
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    guess = phone.wrong_code()

    answers = Counter(await asyncio.gather(*(signed_in(services, key, guess) for _ in range(200))))
    afterwards = await services.verification.check(key, ADA, typed=phone.code())

    assert answers == {Verdict.WRONG_CODE: 5, Verdict.THROTTLED: 195}
    assert len(await verifications(database)) == 5
    assert afterwards == Judged(Verdict.THROTTLED, wait_s=30)


async def test_guesses_at_one_app_do_not_slow_a_sign_in_at_another(services: Services, ada: Person) -> None:
    attacked, other = await make_key(services), await make_key(services, "wiki")
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    guesses = [await signed_in(services, attacked, phone.wrong_code()) for _ in range(6)]

    assert guesses[-1] is Verdict.THROTTLED
    assert await signed_in(services, other, phone.code()) is Verdict.ACCEPTED


async def test_during_replacements_nobody_hears_not_enrolled(services: Services, ada: Person) -> None:
    key = await make_key(services)
    _, phone = await enroll(services, ada)
    answers: Counter[Verdict] = Counter()
    done = asyncio.Event()

    async def sign_in_again_and_again(who: Lookup) -> None:
        while not done.is_set():
            answers[await signed_in(services, key, "", who)] += 1

    async def replace_again_and_again(confirmed_by: Authenticator) -> None:
        for _ in range(40):
            services.clock.forward(hours=1)
            started = await services.enrollments.start(
                ada.person_id, intent=uuid4(), replacing=True, typed=confirmed_by.code()
            )
            assert isinstance(started, Started)
            confirmed_by = await scan(services, started.enrollment_id)
            confirmed = await services.enrollments.confirm(
                started.enrollment_id, by=ada.person_id, typed=confirmed_by.code()
            )
            assert isinstance(confirmed, Confirmed)
        done.set()

    # Differently looked up, so that they do not queue for one turn.
    lookups: list[Lookup] = [
        ADA,
        ByEmail("ada@example.com"),
        BySlackId("U0ADA", "T0MFA"),
        ByEmail("ada@example.com", "T0MFA"),
    ]
    await asyncio.gather(replace_again_and_again(phone), *(sign_in_again_and_again(who) for who in lookups))

    assert set(answers) == {Verdict.INVALID_FORMAT}
    assert answers.total() > 40


async def test_a_busy_row_is_an_outage_and_not_an_answer(services: Services, ada: Person, database: Database) -> None:
    key = await make_key(services)
    await enroll(services, ada)
    holder = await asyncpg.connect(database.owner)

    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM factor FOR UPDATE")
            with pytest.raises(DatabaseAway):
                await services.verification.check(key, ADA, typed="123456")
    finally:
        await holder.close()


async def test_a_busy_person_without_a_factor_is_an_outage_too(
    services: Services, ada: Person, database: Database
) -> None:
    key = await make_key(services)
    holder = await asyncpg.connect(database.owner)

    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM person WHERE person_id = $1 FOR UPDATE", ada.person_id)
            with pytest.raises(DatabaseAway):
                await services.verification.check(key, ADA, typed="123456")
            with pytest.raises(DatabaseAway):
                await services.verification.factor(key, ADA)
    finally:
        await holder.close()


async def test_who_waits_too_long_for_a_turn_is_told_that_nothing_was_judged() -> None:
    turns = Turns(patience_s=0.01)

    async with turns.of("ada"):
        async with turns.of("ben"):
            pass
        with pytest.raises(DatabaseAway):
            async with turns.of("ada"):
                pass
    async with turns.of("ada"):
        pass


async def test_a_revoked_key_is_dead_at_once_and_its_name_is_free_again(services: Services, ada: Person) -> None:
    key = await make_key(services)
    await enroll(services, ada)

    revoked = await services.apps.revoke("payroll", by="host:root")
    answers = [
        await services.verification.check(key, ADA, typed="123456"),
        await services.verification.factor(key, ADA),
    ]
    new = await make_key(services)

    assert revoked
    assert answers == [KeyRefusal.NO_KEY, KeyRefusal.NO_KEY]
    assert await services.verification.factor(new, ADA) == FactorStatus(
        enrolled=True, suspended=False, since=NOON, reset_at=None
    )


async def test_a_key_with_a_good_id_and_another_secret_is_no_key(services: Services, ada: Person) -> None:
    key = await make_key(services)

    answer = await services.verification.check(Key(key.key_id, "A" * 43), BySlackId(ada.slack_user_id), typed="")

    assert answer is KeyRefusal.NO_KEY


async def test_a_key_asks_only_what_its_scope_says_and_only_so_often(services: Services) -> None:
    reads = await make_key(services, scopes=frozenset({Scope.READ}), rate_per_s=2)

    verified = await services.verification.check(reads, ADA, typed="123456")
    read = [await services.verification.factor(reads, ADA) for _ in range(3)]
    services.clock.forward(seconds=0.5)
    later = await services.verification.factor(reads, ADA)

    assert verified is KeyRefusal.NO_SCOPE
    assert read == [NotFound.UNKNOWN_USER, NotFound.UNKNOWN_USER, KeyRefusal.TOO_FAST]
    assert later is NotFound.UNKNOWN_USER


@pytest.mark.parametrize(
    ("who", "verdict"),
    [
        (BySlackId("U0ADA"), Verdict.NOT_ENROLLED),
        (BySlackId("U0ADA", "T0MFA"), Verdict.NOT_ENROLLED),
        (ByEmail("Ada@Example.com"), Verdict.NOT_ENROLLED),
        (BySlackId("U0ADA", "T0OTHER"), Verdict.UNKNOWN_USER),
        (BySlackId("u0ada"), Verdict.UNKNOWN_USER),
        (ByEmail("ada@example.org"), Verdict.UNKNOWN_USER),
        (ByEmail("%"), Verdict.UNKNOWN_USER),
    ],
)
async def test_a_person_is_looked_up_in_the_home_workspace(
    services: Services, ada: Person, who: Lookup, verdict: Verdict
) -> None:
    assert ada.slack_user_id == "U0ADA"

    assert await signed_in(services, await make_key(services), "123456", who) is verdict
