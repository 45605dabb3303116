"""What an approval rests on is taken away before each of its statements (T8, A2).

Either the approval comes first as a whole, and what is taken away waits for it; or it has no effect.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.core.people import Standing
from bot.core.resets import Reset
from bot.services.resets import Done
from tests.support.attacks import times
from tests.support.cast import REASON, Cast, Member, assemble
from tests.support.crowd import PATIENCE_S, processes, put_back, remember
from tests.support.database import Database
from tests.support.ledger import Ledger, open_ledger
from tests.support.services import Services, changed
from tests.support.stepping import SteppingPool, done_or_held_up

TRIES = times(1, full=100)
"""How often each thing is taken away at each step, dealt out among those who have it."""
SIDE = times(1, full=10)
"""The same, of what T8 does not ask for."""
EVERY = times(9, full=1)
"""Which steps: the first, and every ninth from the third on in the short form."""
CONCERNED = ("approver", "agent", "employee")
"""Who approves, who asked, whom it is about."""

Taking = Callable[[Cast, Member], Awaitable[object]]


def role(cast: Cast, member: Member) -> Awaitable[object]:
    name = "approver" if member is cast.approver else "helpdesk"
    typed = cast.admin.phone.code()
    return cast.services.roles.revoke(by=cast.admin.id, subject_id=member.id, role=name, reason=REASON, typed=typed)


def membership(cast: Cast, member: Member) -> Awaitable[object]:
    return cast.services.people.save(replace(member.profile, standing=Standing.GUEST))


def account(cast: Cast, member: Member) -> Awaitable[object]:
    return cast.services.people.save(cast.gone(member))


def factor(cast: Cast, member: Member) -> Awaitable[object]:
    typed = member.recovery_codes[0]
    return cast.services.disable.disable_own(member.id, factor_id=member.factor_id, typed=typed)


def peace(cast: Cast, _member: Member) -> Awaitable[object]:
    return cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)


class Approval:
    """Approves, while at one of its steps something is taken away on another process."""

    def __init__(self, cast: Cast, pool: SteppingPool, ledger: Ledger) -> None:
        self._cast = cast
        self._services = changed(cast.services, pool=pool)
        self._pool = pool
        self._ledger = ledger

    async def steps(self) -> int:
        """Return how many steps an undisturbed approval has, the commit included."""
        asked = await self._cast.asks()
        assert isinstance(await self._approve(asked), Done)
        await put_back(self._ledger)
        return self._pool.steps

    async def tried(self, taking: Taking, member: Member, at_step: int) -> tuple[bool, bool]:
        """Return whether it took effect, and whether what was taken away was gone before the commit."""
        asked = await self._cast.asks()
        task: asyncio.Task[object] | None = None
        gone = False

        async def meanwhile(step: int) -> None:
            nonlocal task, gone
            if step == at_step:
                task = asyncio.create_task(_awaited(taking(self._cast, member)))
                await done_or_held_up(task, self._ledger.conn)
            gone = task is not None and task.done()

        self._pool.meanwhile = meanwhile
        outcome = await self._approve(asked)
        self._pool.meanwhile = None
        assert task is not None, "there is no such step"
        await task
        why = await self._ledger.conn.fetchval("SELECT revoked_why FROM factor WHERE factor_id = $1", asked.factor_id)
        assert (why == "reset") is isinstance(outcome, Done)
        await put_back(self._ledger)
        return isinstance(outcome, Done), gone

    async def _approve(self, asked: Reset) -> object:
        approver = self._cast.approver
        # Everybody else has the same minute's code in hand.
        self._cast.services.clock.forward(seconds=30)
        told = self._cast.profiles(*asked.people, approver.id)
        return await self._services.resets.approve(
            asked.request_id, by=approver.id, told=told, typed=approver.phone.code()
        )


async def _awaited(act: Awaitable[object]) -> object:
    return await act


class Stage:
    """The cast with everything still to lose, and an approval that stops at each of its steps."""

    def __init__(self, services: Services, database: Database, tally: Callable[[int, int], None]) -> None:
        self._services = services
        self._database = database
        self._tally = tally

    async def takes(self, taking: Taking, who: str, tries: int) -> None:
        """Take something away from somebody so often at each step, and hold what came of it against the rule."""
        came: Counter[tuple[bool, bool]] = Counter()
        ledger = await open_ledger(self._database)
        pool = SteppingPool(self._database.program, connect_s=PATIENCE_S, statement_s=PATIENCE_S)
        async with processes(self._services, self._database, 1) as (patient,):
            cast = await assemble(patient)
            await remember(ledger)
            approval = Approval(cast, pool, ledger)
            steps = range(1, await approval.steps() + 1)
            for step in steps if EVERY == 1 else (1, *steps[2::EVERY]):
                for _ in range(tries):
                    came[await approval.tried(taking, getattr(cast, who), step)] += 1
        await pool.close()
        await ledger.conn.close()

        late = came[True, True]
        self._tally(came.total(), came.total() - late)
        assert late == 0
        # Some came before, some came after: else nothing was tried.
        assert came[True, False]
        assert came[False, True]


@pytest.fixture
def stage(services: Services, database: Database, tally: Callable[[int, int], None]) -> Stage:
    return Stage(services, database, tally)


def share(number: int, of: int, tries: int) -> int:
    """Return how many of *tries* fall to one of so many people; at least one."""
    return max(1, tries // of + (number < tries % of))


def dealt(*people: str, tries: int) -> list[tuple[str, int]]:
    return [(who, share(number, len(people), tries)) for number, who in enumerate(people)]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("who", "tries"), dealt("approver", "agent", tries=TRIES))
@pytest.mark.attack("T8", "a role is taken away at every step of an approval: no late effect")
async def test_a_role_that_was_taken_away_before_counts_for_nothing(stage: Stage, who: str, tries: int) -> None:
    await stage.takes(role, who, tries)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("who", "tries"), dealt(*CONCERNED, tries=TRIES))
@pytest.mark.attack("T8", "somebody's membership is taken away at every step of an approval: no late effect")
async def test_who_is_no_member_any_more_counts_for_nothing(stage: Stage, who: str, tries: int) -> None:
    await stage.takes(membership, who, tries)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("who", "tries"), dealt(*CONCERNED, tries=SIDE))
@pytest.mark.attack("T8", "somebody's account is deactivated at every step of an approval: no late effect")
async def test_who_has_left_counts_for_nothing(stage: Stage, who: str, tries: int) -> None:
    await stage.takes(account, who, tries)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("who", "tries"), dealt(*CONCERNED, tries=TRIES))
@pytest.mark.attack("T8", "somebody's factor is taken away at every step of an approval: no late effect")
async def test_who_has_no_factor_any_more_counts_for_nothing(stage: Stage, who: str, tries: int) -> None:
    await stage.takes(factor, who, tries)


@pytest.mark.timeout(3600)
@pytest.mark.attack("T8", "a lockdown begins at every step of an approval: no late effect")
async def test_in_a_lockdown_nothing_has_an_effect(stage: Stage) -> None:
    await stage.takes(peace, "admin", SIDE)
