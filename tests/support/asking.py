"""An application that asks about several people over and over, whatever happens to the database, and notes lies."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from bot.app import App
from bot.sandbox.slack import StandIn
from bot.settings import Settings, load
from tests.support.api import RelyingApp
from tests.support.database import PROGRAM, WORKER, Database
from tests.support.people import BEN
from tests.support.services import HOME, Clock, Services, make_key
from tests.support.settings import environment
from tests.support.signing import Member, members
from tests.support.timeouts import any_clock, patient_pool

AWAY = "503"


@dataclass
class Asking:
    """Asks for rounds: each person's next code, a wrong one, and somebody who has no MFA.

    A question that is answered with 503 is asked again as it was: then also a code that was used is a right answer,
    since the commit may have come through.
    """

    app: RelyingApp
    services: Services
    those: list[Member]
    guessed: Member
    heard: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)
    accepted: list[tuple[Member, str]] = field(default_factory=list)
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def round(self) -> None:
        """Ask about everybody, until each question has had an answer."""
        self.services.clock.forward(seconds=30)
        await asyncio.gather(
            *(self._signs_in(one) for one in self.those),
            self._until_answered("U0BEN", "123456", {"not_enrolled"}),
            self._until_answered(
                self.guessed.slack_id, self.guessed.phone.wrong_code(), {"wrong_code", "throttled", "locked"}
            ),
        )

    async def is_turned_away(self, times: int) -> None:
        """Return once so many more questions were answered with 503."""
        enough = self.heard[AWAY] + times
        while self.heard[AWAY] < enough:
            self._answered.clear()
            await self._answered.wait()

    async def none_is_accepted_again(self) -> None:
        """Ask once more about every code that was accepted."""
        for one, code in self.accepted[-len(self.those) :]:
            await self._until_answered(one.slack_id, code, {"code_reused", "wrong_code", "throttled"})

    async def _signs_in(self, one: Member) -> None:
        code = one.phone.code()
        if await self._until_answered(one.slack_id, code, {"accepted"}, after_503={"code_reused"}) == "accepted":
            self.accepted.append((one, code))

    async def _until_answered(
        self, slack_id: str, code: str, right: set[str], *, after_503: frozenset[str] | set[str] = frozenset()
    ) -> str:
        while True:
            answer = await self.app.verify(code, slack_id=slack_id)
            result = str(answer.body.get("reason") or answer.body.get("result") or answer.status)
            self.heard[result] += 1
            self._answered.set()
            if result != AWAY:
                break
            right = right | after_503
        if result not in right:
            self.lies.append(f"{result} of {slack_id}, and not one of {right}")
        return result


@asynccontextmanager
async def asking(dsn: str, database: Database, slack: StandIn, folder: Path) -> AsyncIterator[Asking]:
    """Yield one whole process of the bot that reaches its database by *dsn*, and an application that asks it."""
    clock = Clock()
    settings, _ = load(
        Settings,
        environment(
            database,
            folder,
            DATABASE_URL=dsn,
            MFABOT_WORKER_DATABASE_URL=dsn.replace(f"://{PROGRAM}@", f"://{WORKER}@"),
            SLACK_API_URL=f"{slack.base_url}/api/",
        ),
    )
    app = App(settings, now=clock, timeouts=any_clock())
    # The test's own way to the database, more patient than the bot's.
    pool = patient_pool(dsn)
    services = Services(replace(app.means, pool=pool), clock)
    try:
        await app.look()  # which compares the clocks: before that no code is checked
        # All are enrolled before the worker begins, which finds nobody in Slack to bring their QR codes to.
        await services.people.save_home(HOME)
        await services.people.save(BEN)
        *those, guessed = await members(services, 5)
        key = await make_key(services)
        addresses = await app.start()
        while not await app.workspace.learn():
            pass
        async with aiohttp.ClientSession() as http:
            yield Asking(RelyingApp(http, f"http://{addresses.public}", key), services, those, guessed)
    finally:
        await app.stop()
        await pool.close()
