"""What a live factor takes, and what its secret is made of (C7)."""

import base64
import os
import secrets
from pathlib import Path
from uuid import uuid4

import pytest

from bot import clock, context
from bot.core.codes import Verdict
from bot.core.people import Person
from bot.services.disable import Disabled
from bot.services.enrollment import Confirmed, Started
from bot.services.judging import Judged
from bot.settings import Settings, load
from tests.support.database import Database
from tests.support.services import Authenticator, Services, changed, enroll, make_key, scan
from tests.support.settings import environment
from tests.support.signing import members, sign_in
from tests.support.timeouts import patient_pool

WINDOW = {-2: Verdict.WRONG_CODE, -1: Verdict.ACCEPTED, 0: Verdict.ACCEPTED, 1: Verdict.ACCEPTED, 2: Verdict.WRONG_CODE}


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize(("steps", "verdict"), WINDOW.items())
@pytest.mark.parametrize("second", [0, 29])
async def test_a_sign_in_takes_one_step_to_each_side_and_no_more(
    services: Services, second: int, steps: int, verdict: Verdict, *, batched: bool
) -> None:
    key, [ada] = await make_key(services), await members(services, 1)
    services.clock.forward(minutes=5, seconds=second)

    answer = await sign_in(changed(services, batched=batched), key, ada, ada.phone.code(steps=steps))

    assert isinstance(answer, Judged)
    assert answer.verdict is verdict


@pytest.mark.parametrize(("steps", "verdict"), WINDOW.items())
async def test_a_form_takes_one_step_to_each_side_and_no_more(
    services: Services, ada: Person, steps: int, verdict: Verdict
) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=5)

    answer = await services.disable.disable_own(
        ada.person_id, factor_id=confirmed.factor_id, typed=phone.code(steps=steps)
    )

    assert answer == (Disabled.NOW if verdict is Verdict.ACCEPTED else Judged(Verdict.WRONG_CODE))


class Drawn:
    """The operating system's generator, which remembers what it gave."""

    def __init__(self) -> None:
        self.given: list[bytes] = []

    def __call__(self, count: int) -> bytes:
        self.given.append(os.urandom(count))
        return self.given[-1]


async def test_each_secret_is_160_bits_of_the_generator_that_nothing_else_was_made_of(
    services: Services, ada: Person
) -> None:
    drawn = Drawn()
    on = changed(services, random=drawn)
    phone: Authenticator | None = None
    secrets_given = []

    for replacing in (False, True):
        typed = phone.code() if phone else ""
        started = await on.enrollments.start(ada.person_id, intent=uuid4(), replacing=replacing, typed=typed)
        assert isinstance(started, Started)
        phone = await scan(on, started.enrollment_id)
        secrets_given.append(base64.b32decode(phone.secret))
        # One draw is the secret, the other the nonce under which it is sealed.
        assert sorted(map(len, drawn.given)) == [12, 20]
        assert secrets_given[-1] in drawn.given
        drawn.given.clear()
        confirmed = await on.enrollments.confirm(started.enrollment_id, by=ada.person_id, typed=phone.code())
        assert isinstance(confirmed, Confirmed)
        drawn.given.clear()
        services.clock.forward(minutes=1)

    assert len(set(secrets_given)) == 2


def test_the_generator_is_the_operating_system_s(database: Database, tmp_path: Path) -> None:
    settings, _ = load(Settings, environment(database, tmp_path))

    means = context.means(settings, patient_pool(database.program), clock.now)

    assert means.random in (os.urandom, secrets.token_bytes)
