"""A process whose clock is off checks no code: 503 to applications (V6)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.app import App
from bot.clock import now
from bot.core.apps import Key
from bot.core.faults import ClockOff
from bot.services.clock_check import ClockCheck
from bot.services.lookups import BySlackId
from bot.settings import Settings, load
from tests.support.cast import Member, join
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import HOME, Clock, Services, make_key
from tests.support.settings import environment
from tests.support.timeouts import LONG

ADA = BySlackId("U0ADA")


class Skewed(Clock):
    """The real time, off by so much."""

    by = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.by

    def forward(self, **by: float) -> None:
        self.by += timedelta(**by)


@pytest.fixture
def clock() -> Skewed:
    return Skewed()


@pytest_asyncio.fixture(params=[True, False], ids=["batched", "alone"])
async def app(request: pytest.FixtureRequest, database: Database, tmp_path: Path, clock: Skewed) -> AsyncIterator[App]:
    settings, _ = load(Settings, environment(database, tmp_path))
    made = App(settings, now=clock, with_jobs=False, batched=request.param, timeouts=LONG)
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def ada_enrolled(app: App) -> Member:
    """Somebody with MFA, whose phone has the right time."""
    services = Services(replace(app.means, clock_check=ClockCheck(offset_s=0.0)), Skewed())
    await services.people.save_home(HOME)
    member = await join(services, "ada")
    await member.enrolls()
    return member


async def ask(public: str, key: Key, code: str) -> tuple[int, object]:
    body = {"user": {"slack_id": "U0ADA"}, "code": code}
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"http://{public}/v1/verifications", json=body, headers={"Authorization": f"Bearer {key.spelled}"}
        ) as answer,
    ):
        told = await answer.json()
        return answer.status, told.get("result")


@pytest.mark.parametrize("by", [2.5, -2.5])
async def test_no_sign_in_is_answered_until_the_clock_is_right_and_the_code_is_still_good(
    app: App, clock: Skewed, ada_enrolled: Member, ledger: Ledger, by: float
) -> None:
    key = await make_key(Services(app.means, clock))
    code = ada_enrolled.phone.code(steps=1)
    clock.by = timedelta(seconds=by)
    addresses = await app.start()
    assert addresses.public is not None

    off = await ask(addresses.public, key, code)
    judged = (await ledger.events()).count("verification")
    clock.by = timedelta(0)
    await app.look()
    right = await ask(addresses.public, key, code)

    assert (off, judged) == ((503, None), 0)
    assert right == (200, "accepted")


async def test_a_clock_that_goes_wrong_later_is_noticed_and_that_was_never_compared_is_off(
    app: App, clock: Skewed, ada_enrolled: Member
) -> None:
    services = Services(app.means, clock)
    key, code = await make_key(services), ada_enrolled.phone.code(steps=1)

    with pytest.raises(ClockOff):
        await services.verification.check(key, ADA, typed=code)
    await app.look()
    clock.by = timedelta(seconds=30)
    await app.look()
    with pytest.raises(ClockOff):
        await services.verification.check(key, ADA, typed=code)
    with pytest.raises(ClockOff):
        await services.recovery.pasted(ada_enrolled.id, text=code, cause="message 1")
