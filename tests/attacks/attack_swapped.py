"""The sealed secrets of thirty people are put into each other's rows: none opens there (T17, K1).

Who can write to the database and has MFA could otherwise sign in as anybody, by a code of their own. Seeded defect:
`defects/K1.patch` leaves person and row out of what a secret is bound to.
"""

from collections.abc import Callable

import pytest

from bot.core.apps import Key
from bot.core.sealing import Unopenable
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from tests.support.attacks import times
from tests.support.cast import Member, join
from tests.support.ledger import Ledger
from tests.support.services import Services, make_key

PEOPLE = 30
SHIFTS = times(1, full=PEOPLE - 1)
"""Each gives everybody the secret of another; all of them, everybody that of everybody else."""


async def opens(services: Services, key: Key, subject: Member, typed: str) -> bool:
    """Whether the secret in the row of *subject* opens, whatever the code is."""
    try:
        await services.verification.check(key, BySlackId(subject.profile.slack_user_id), typed=typed)
    except Unopenable:
        return False
    return True


@pytest.mark.timeout(600)
@pytest.mark.attack("T17", "sealed secrets are swapped between 30 people: none opens in another's row")
async def test_no_secret_opens_in_the_row_of_another(
    services: Services, ledger: Ledger, tally: Callable[[int, int], None]
) -> None:
    everybody = [await join(services, f"p{number}") for number in range(PEOPLE)]
    for person in everybody:
        await person.enrolls()
    key = await make_key(services)
    boxes = [
        await ledger.conn.fetchval("SELECT box FROM factor WHERE person_id = $1", person.id) for person in everybody
    ]
    opened = 0

    for shift in range(1, SHIFTS + 1):
        for number, subject in enumerate(everybody):
            other = (number + shift) % PEOPLE
            await ledger.conn.execute("UPDATE factor SET box = $2 WHERE person_id = $1", subject.id, boxes[other])
            opened += await opens(services, key, subject, everybody[other].code())

    tally(SHIFTS * PEOPLE, SHIFTS * PEOPLE - opened)
    assert opened == 0
    # In its own row each opens: what was seen above is no accident.
    services.clock.forward(minutes=2)
    for subject, box in zip(everybody, boxes, strict=True):
        await ledger.conn.execute("UPDATE factor SET box = $2 WHERE person_id = $1", subject.id, box)
        answer = await services.verification.check(key, BySlackId(subject.profile.slack_user_id), typed=subject.code())
        assert isinstance(answer, Judged)
        assert answer.accepted
