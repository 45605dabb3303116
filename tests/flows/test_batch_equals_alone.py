"""A batch of n is n alone: twins, one of each pair in batches and the other one by one, end the same."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from bot.core.people import SuspendedWhy
from bot.core.throttle import Limits
from bot.services.judging import Judged
from storage import people
from tests.support.ledger import Ledger
from tests.support.services import Services, changed, make_key
from tests.support.signing import Member, members, sign_in

PAIRS = 12
ROUNDS = 14
LIMITS = Limits(throttle_after=2, first_wait=timedelta(seconds=30), wrong_per_day=5, lock_after=7)
HELD = {
    "counts": """
        SELECT last_step, failures, unlocked, wrong_at, allowance, allowed_until, last_verified_at, told_at
          FROM factor WHERE person_id = $1
    """,
    "waits": """
        SELECT attempt.surface, attempt.failures, attempt.failed_at, attempt.not_before
          FROM attempt JOIN factor USING (factor_id) WHERE person_id = $1 ORDER BY surface
    """,
    "events": "SELECT at, kind, actor, surface, detail FROM audit_event WHERE subject_id = $1 ORDER BY event_id",
    "notices": "SELECT kind, created_at, detail FROM message WHERE person_id = $1 ORDER BY message_id",
}
ENROLLING = ("enrollment.", "mfa.", "recovery.")


def typed(member: Member, what: str) -> str:
    match what:
        case "right":
            return member.phone.code()
        case "before":
            return member.phone.code(steps=-1)
        case "wrong":
            return member.phone.wrong_code()
        case "malformed":
            return "12345"
        case "no recovery code":
            return "A" * 24
        case _:
            return member.recovery_codes[int(what)]


async def left_behind(ledger: Ledger, member: Member) -> dict[str, Any]:
    """Return what the database holds of somebody since they were enrolled, but for ids."""
    found = {
        what: [tuple(row.values()) for row in await ledger.conn.fetch(query, member.id)] for what, query in HELD.items()
    }
    found["events"] = [
        event for event in found["events"] if not event[1].startswith(("enrollment.", "mfa.", "recovery."))
    ]
    found["notices"] = [notice for notice in found["notices"] if notice[0] not in ("enrollment", "enabled")]
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_a_batch_of_n_is_n_alone(services: Services, ledger: Ledger, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  choices
    batched, alone = changed(services, throttle=LIMITS), changed(services, throttle=LIMITS, batched=False)
    keys = [await make_key(services, name) for name in ("payroll", "wiki")]
    everybody = await members(services, 2 * PAIRS)
    firsts, seconds = everybody[:PAIRS], everybody[PAIRS:]
    for twin in (firsts[0], seconds[0]):
        async with services.means.pool.transaction() as conn:
            await people.suspend(conn, twin.id, why=SuspendedWhy.STOLEN, now=services.clock())
    seen = set()

    for _ in range(ROUNDS):
        whats = chance.choices(
            ["right", "before", "wrong", "malformed", "no recovery code", "0", "1"], [6, 2, 9, 1, 1, 1, 1], k=PAIRS
        )
        asked = [chance.choice(keys) for _ in range(PAIRS)]
        answers = await asyncio.gather(
            *(sign_in(batched, asked[number], one, typed(one, whats[number])) for number, one in enumerate(firsts))
        )
        single = [
            await sign_in(alone, asked[number], one, typed(one, whats[number])) for number, one in enumerate(seconds)
        ]

        assert answers == single
        seen |= {answer.verdict for answer in answers if isinstance(answer, Judged)}
        services.clock.forward(seconds=chance.choice((0, 10, 31, 70)))

    assert len(seen) >= 6
    for first, second in zip(firsts, seconds, strict=True):
        assert await left_behind(ledger, first) == await left_behind(ledger, second)
