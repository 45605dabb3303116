"""Which codes were looked at, as the audit has it, and which of them should not have been: the throttle, told again.

Written out from the design's words and not with `bot.core.throttle`; the clock of these attacks stands still, so that
no wait ends and no day goes by.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.codes import Verdict
from storage.pool import Connection

IN_A_ROW = 5
A_DAY = 20
LOCKED_AT = 100


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One code that was looked at."""

    surface: str
    verdict: str
    purpose: str


async def evaluated(conn: Connection, person_id: int) -> list[Evaluated]:
    """Return the codes of a person that were looked at, in order: their events hold the factor's row one by one."""
    rows = await conn.fetch(
        "SELECT surface, detail FROM audit_event WHERE kind = 'verification' AND subject_id = $1 ORDER BY event_id",
        person_id,
    )
    found = [(row["surface"], json.loads(row["detail"])) for row in rows]
    return [Evaluated(surface, detail["verdict"], detail["purpose"]) for surface, detail in found]


def beyond_the_limit(looked_at: Sequence[Evaluated]) -> list[Evaluated]:
    """Return what was looked at on a surface that had to wait, or of a factor that was locked."""
    in_a_row: Counter[str] = Counter()
    since_success = wrong = 0
    failed: set[str] = set()
    beyond = []
    for one in looked_at:
        waits = in_a_row[one.surface] >= IN_A_ROW or (wrong >= A_DAY and one.surface in failed)
        if waits or since_success >= LOCKED_AT:
            beyond.append(one)
        if one.verdict == Verdict.ACCEPTED:
            since_success = in_a_row[one.surface] = 0
        else:
            since_success, wrong = since_success + 1, wrong + 1
            in_a_row[one.surface] += 1
            failed.add(one.surface)
    return beyond
