"""The audit counted by day: added to, never lost, and what cannot be is refused."""

from datetime import date, timedelta

import asyncpg
import pytest

from bot.core.report import What
from storage import event_days
from storage.pool import Connection

TODAY = date(2026, 11, 24)


async def test_counts_add_up_and_earlier_days_are_left_out(worker: Connection) -> None:
    await event_days.add(worker, {(TODAY, What.RESET): 1, (TODAY, What.ACCEPTED): 5})
    await event_days.add(worker, {(TODAY, What.ACCEPTED): 7, (TODAY - timedelta(days=1), What.ACCEPTED): 2})
    await event_days.add(worker, {})

    assert await event_days.since(worker, TODAY) == {(TODAY, What.RESET): 1, (TODAY, What.ACCEPTED): 12}


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("'2026-11-24', 'sneezed', 1", "event_day_what_check"),
        ("'2026-11-24', 'reset', 0", "event_day_count_check"),
        ("'2026-11-24', 'reset', 1), ('2026-11-24', 'reset', 1", "event_day_pkey"),
    ],
)
async def test_what_must_never_be_is_refused_by_name(worker: Connection, values: str, constraint: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await worker.execute(f"INSERT INTO event_day VALUES ({values})")  # noqa: S608  our own words

    assert refused.value.constraint_name == constraint
