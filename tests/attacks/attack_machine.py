"""What people, helpdesk and attackers do with MFA, drawn by Hypothesis step by step, on three processes (T23).

Sign-ins go over HTTP to three child processes, one by one or at once, also while a fourth suspends or unlocks. After
every step the audit is played again with an oracle that was written from the design: a code counts once; none is judged
beyond the limits; nobody suspended is let in; one factor at most is active; what changed has its event and its notice.
Seeded defects: `defects/T23.patch` lets somebody suspended sign in by a batch;
`defects/T23-unaudited.patch` forgets the event of a reset.
"""

import asyncio
import math
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.sandbox.slack import StandIn
from bot.services.resets import Done
from tests.support import machine_acts as acts
from tests.support.attacks import PAGE, times
from tests.support.cast import assemble
from tests.support.database import Database
from tests.support.ledger import open_ledger
from tests.support.machine import JUDGED, UNJUDGED, Person, World
from tests.support.replicas import replicas
from tests.support.services import Services, make_key

STEPS = times(500, full=10_000)
EACH = 50
APPS = 3
who = st.integers(0, 1)
app = st.integers(0, APPS - 1)
process = st.integers(0, 2)


class Machine(RuleBasedStateMachine):
    """Runs in a thread of its own; what it does is done on the loop of the test."""

    world: World
    loop: asyncio.AbstractEventLoop

    def do(self, act: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401  whatever it returns
        future: Future[Any] = asyncio.run_coroutine_threadsafe(act, self.loop)
        return future.result()

    @initialize()
    def two_people_enroll(self) -> None:
        self.people: list[Person] = []
        for _ in range(2):
            self.world.people += 1
            self.people.append(Person(self.do(self.world.cast.joins(f"P{self.world.people}"))))
            self.do(acts.enroll(self.world, self.people[-1]))

    @invariant()
    def everything_holds(self) -> None:
        self.world.steps += 1
        for person in getattr(self, "people", []):
            self.do(self.world.holds(person))

    def _some(self, **state: bool) -> list[Person]:
        """Return those who were in such a state after the step before."""
        return [one for one in self.people if all(bool(one.before.get(name)) is told for name, told in state.items())]

    @precondition(lambda self: self._some(active=False, suspended=False))
    @rule()
    def enroll(self) -> None:
        for person in self._some(active=False, suspended=False):
            self.do(acts.enroll(self.world, person))

    @rule(which=who, at=app, first=process, what=st.sampled_from(["right", "right", "before", "after", "old", "wrong"]))
    def sign_in(self, which: int, at: int, first: int, what: str) -> None:
        self.do(self._sign_in(self.people[which], at, first, what))

    @rule(which=who, at=app, first=process, what=st.sampled_from(["recovery", "spent"]))
    def sign_in_by_recovery_code(self, which: int, at: int, first: int, what: str) -> None:
        self.do(self._sign_in(self.people[which], at, first, what))

    @rule(
        which=who,
        whats=st.lists(
            st.sampled_from(["right", "before", "after", "wrong", "wrong", "wrong"]), min_size=2, max_size=20
        ),
        meanwhile=st.sampled_from(["nothing", "nothing", "suspend", "unlock"]),
    )
    def sign_in_at_once(self, which: int, whats: list[str], meanwhile: str) -> None:
        self.do(self._at_once(self.people[which], whats, meanwhile))

    @rule(which=who, apps=st.integers(1, APPS), first=process)
    def guess_until_it_waits(self, which: int, apps: int, first: int) -> None:
        for number in range(8):
            self.do(self._sign_in(self.people[which], number % apps, first, "wrong"))

    @rule(seconds=st.sampled_from([1, 30, 31, 300, 300, 4_000, 40_000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.world.cast.services.clock.forward(seconds=seconds)

    @rule(which=who, really=st.sampled_from([True, *[False] * 4]))
    def suspend(self, which: int, *, really: bool) -> None:
        if really:
            self.do(acts.suspend(self.world, self.people[which]))

    @precondition(lambda self: self._some(suspended=True))
    @rule(with_recovery_code=st.booleans())
    def release(self, *, with_recovery_code: bool) -> None:
        for person in self._some(suspended=True):
            self.do(acts.release(self.world, person, with_recovery_code=with_recovery_code))

    @precondition(lambda self: self._some(active=True, suspended=False))
    @rule(which=who, by=st.sampled_from(["agent", "admin", "host"]))
    def unlock(self, which: int, by: str) -> None:
        self.do(acts.unlock(self.world, self.people[which], by))

    @rule(which=who, what=st.sampled_from(["right", "wrong", "wrong", "wrong", "recovery"]))
    def disable(self, which: int, what: str) -> None:
        self.do(acts.disable(self.world, self.people[which], what))

    @rule(which=who, answer=st.sampled_from(["approve", "approve", "deny", "nothing", "code"]))
    def ask_for_a_reset(self, which: int, answer: str) -> None:
        self.do(self._reset(self.people[which], answer))

    def teardown(self) -> None:
        for person in getattr(self, "people", []):
            self.do(acts.deny(self.world, person))

    async def _sign_in(self, person: Person, at: int, first: int, what: str) -> None:
        typed = self.world.code(person, what)
        due = await self.world.due(person, self.world.surfaces[at], typed)

        [heard] = await self.world.ask(person, [(self.world.keys[at], typed)], first=first)

        assert heard.result == due, (what, heard, await self.world.waits(person))
        await self.world.used(person, typed, heard.result)

    async def _at_once(self, person: Person, whats: list[str], meanwhile: str) -> None:
        world, before = self.world, await self.world.state(person)
        typed = [world.code(person, what) for what in whats]
        asked = [(world.keys[number % APPS], code) for number, code in enumerate(typed)]
        also = {"suspend": acts.suspend, "unlock": acts.unlock_by_host}.get(meanwhile, _nothing)

        heard, _ = await asyncio.gather(world.ask(person, asked), also(world, person))

        results = [one.result for one in heard]
        assert set(results) <= {*JUDGED, *UNJUDGED, "503"}
        if before["suspended"] or not before["active"]:
            assert not set(results) & set(JUDGED)
        await world.used_at_once(
            person, [code for code, told in zip(typed, results, strict=True) if told == "accepted"]
        )

    async def _reset(self, person: Person, answer: str) -> None:
        cast = self.world.cast
        done = await cast.opens(cast.agent, person.member)
        if not isinstance(done, Done) or not done.reset.open:
            return
        match answer:
            case "approve":
                await cast.approves(done.reset, cast.approver)
            case "deny":
                await acts.deny(self.world, person)
            case "code":
                await self._sign_in(person, 0, 0, "right")
            case _:
                pass
        await self.world.read_back(person)


async def _nothing(_world: World, _person: Person) -> None:
    """Do nothing meanwhile."""


@pytest.mark.timeout(3600)
@pytest.mark.attack("T23", "a state machine over 3 processes: after each step what must always hold, holds")
async def test_whatever_is_done_in_whatever_order_what_must_hold_holds(
    services: Services,
    database: Database,
    slack: StandIn,
    tmp_path: Path,
    tally: Callable[[int, int], None],
    note: Callable[[str], None],
) -> None:
    ledger = await open_ledger(database)
    cast = await assemble(services)
    keys = [await make_key(services, f"app-{number}") for number in range(APPS)]
    async with replicas(services, database, slack, tmp_path) as crowd:
        world = World(cast, ledger, crowd, keys, [f"app:{number + 1}" for number in range(APPS)])
        Machine.world, Machine.loop = world, asyncio.get_running_loop()
        await asyncio.to_thread(_each_once)
        while world.steps < STEPS:
            await asyncio.to_thread(_run, math.ceil((STEPS - world.steps) / EACH))
    await ledger.conn.close()

    note(f"{dict(world.answers)}; {dict(world.done)}")
    tally(world.steps, world.steps)
    assert {"accepted", "wrong_code", "throttled", "suspended"} <= set(world.answers)


def _each_once() -> None:
    """Do what must not be missed: the short form may draw none of it."""
    machine = Machine()
    machine.two_people_enroll()
    for act in (
        partial(machine.time_passes, seconds=31),
        partial(machine.sign_in, which=0, at=0, first=0, what="right"),
        partial(machine.suspend, which=0, really=True),
        partial(machine.time_passes, seconds=31),
        partial(machine.sign_in, which=0, at=1, first=1, what="right"),
        partial(machine.release, with_recovery_code=True),
        partial(machine.guess_until_it_waits, which=0, apps=1, first=2),
        partial(machine.unlock, which=0, by="host"),
        partial(machine.sign_in, which=0, at=0, first=0, what="after"),
        partial(machine.ask_for_a_reset, which=0, answer="approve"),
        partial(machine.sign_in, which=0, at=0, first=1, what="right"),
        machine.enroll,
        partial(machine.time_passes, seconds=31),
        partial(machine.disable, which=0, what="right"),
    ):
        act()
        machine.everything_holds()
    machine.teardown()


def _run(examples: int) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=EACH,
            deadline=None,
            database=None,
            derandomize=PAGE is None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
