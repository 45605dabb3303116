"""A recovery code is used once, of the live set alone, also when two come at once."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest_asyncio

from bot.core.sealing import Sealed
from storage import factors, recovery_codes
from storage.pool import Connection

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DIGESTS = [bytes([n]) * 32 for n in range(10)]


@pytest_asyncio.fixture
async def factor_id(program: Connection, ada: int) -> int:
    made = await factors.next_id(program)
    await factors.insert(
        program, made, person_id=ada, sealed=Sealed("k1", b"box"), last_step=1, now=NOON, trusted_since=NOON
    )
    await recovery_codes.insert_set(program, made, intent=uuid4(), key_id="k1", digests=DIGESTS, now=NOON)
    return made


async def test_each_code_is_used_once(program: Connection, factor_id: int) -> None:
    answers = [await recovery_codes.use(program, factor_id, [digest], now=NOON) for digest in [*DIGESTS, *DIGESTS]]

    assert answers == [True] * 10 + [False] * 10
    assert await recovery_codes.left(program, factor_id) == 0


async def test_of_two_uses_at_once_one_succeeds(program: Connection, other_program: Connection, factor_id: int) -> None:
    answers = await asyncio.gather(
        *(recovery_codes.use(conn, factor_id, [DIGESTS[0]], now=NOON) for conn in (program, other_program))
    )

    assert sorted(answers) == [False, True]


async def test_a_void_set_is_worth_nothing(program: Connection, factor_id: int) -> None:
    await recovery_codes.void(program, factor_id, now=NOON)

    assert not await recovery_codes.use(program, factor_id, [DIGESTS[0]], now=NOON)
    assert not await recovery_codes.is_live(program, factor_id, [DIGESTS[0]])
    assert await recovery_codes.left(program, factor_id) == 0
    assert await recovery_codes.key_ids(program, factor_id) == []
    assert await recovery_codes.live_set(program, factor_id) is None


async def test_a_code_of_another_factor_is_worth_nothing(program: Connection, factor_id: int) -> None:
    assert not await recovery_codes.use(program, factor_id + 1, [DIGESTS[0]], now=NOON)
    assert not await recovery_codes.use(program, factor_id, [], now=NOON)
    assert await recovery_codes.left(program, factor_id) == 10


async def test_a_submission_is_known_by_its_intent_also_after_its_set_is_void(
    program: Connection, factor_id: int
) -> None:
    intent = uuid4()
    await recovery_codes.void(program, factor_id, now=NOON)
    await recovery_codes.insert_set(program, factor_id, intent=intent, key_id="k1", digests=DIGESTS, now=NOON)
    await recovery_codes.void(program, factor_id, now=NOON)

    assert await recovery_codes.was_made(program, factor_id, intent=intent)
    assert not await recovery_codes.was_made(program, factor_id, intent=uuid4())


async def test_the_live_set_is_the_one_made_last(program: Connection, factor_id: int) -> None:
    before = await recovery_codes.live_set(program, factor_id)
    await recovery_codes.void(program, factor_id, now=NOON)

    made = await recovery_codes.insert_set(program, factor_id, intent=uuid4(), key_id="k1", digests=DIGESTS, now=NOON)

    assert before is not None
    assert await recovery_codes.live_set(program, factor_id) == made != before
