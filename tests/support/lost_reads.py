"""What opens a transaction and only reads, each with what it is asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.core.apps import Key, Scope
from bot.core.people import Actor
from bot.core.sync import Sync
from bot.services.chain_check import ChainCheck
from bot.services.gauges import Gauges
from bot.services.health import Checkup
from bot.services.lookups import BySlackId
from tests.support.lost import Process, World
from tests.support.lost_known import whole_list
from tests.support.services import HOME, make_key
from tests.support.working import start


@dataclass(frozen=True)
class Given:
    """What there is to be read of: somebody whose enrollment is pending, a request that is open, a key."""

    world: World
    person_id: int
    enrollment_id: int
    request_id: int
    notice: int
    key: Key
    read: Sync
    """A list that was read to its end."""

    @classmethod
    async def of(cls, world: World) -> "Given":
        new = await world.cast.joins("new")
        pending = await start(world.cast.services.enrollments, new.person)
        asked = await world.cast.asks()
        notice = await world.ledger.message_id("enabled")
        key, read = await make_key(world.cast.services), await whole_list(world)
        return cls(world, new.id, pending, asked.request_id, notice, key, read)

    @property
    def process(self) -> Process:
        return self.world.on

    async def gauges(self) -> object:
        gauges = Gauges(self.world.dsn, now=self.world.cast.services.clock)
        read = await gauges.read()
        await gauges.close()
        return read

    async def checkup(self) -> object:
        means = self.process.means
        return await Checkup(pool=means.pool, keyring=means.keyring, now=means.now, clock=means.clock_check).look()


READS: dict[str, Callable[[Given], Awaitable[object]]] = {
    "Apps.list": lambda given: given.process.apps.list(),
    "ChainCheck.run": lambda given: ChainCheck(given.process.means.pool, given.process.means.keyring).run(()),
    "Checkup.look": Given.checkup,
    "Deliveries.files": lambda given: given.process.deliveries.files(given.enrollment_id),
    "Deliveries.leftovers": lambda given: given.process.deliveries.leftovers(given.enrollment_id),
    "Enrollments.look": lambda given: given.process.enrollments.look(given.enrollment_id, by=given.person_id),
    "Gauges.read": Given.gauges,
    "Lockdowns.look": lambda given: given.process.lockdowns.look(),
    "Looks.slack_ids": lambda given: given.process.looks.slack_ids({given.person_id}),
    "Messages.notice": lambda given: given.process.messages.notice(given.notice),
    "People.find": lambda given: given.process.people.find(Actor(HOME.team_id, "U0EMPLOYEE"), HOME),
    "People.get": lambda given: given.process.people.get(given.person_id),
    "People.home": lambda given: given.process.people.home(),
    "People.status": lambda given: given.process.people.status(given.person_id),
    "Queue.make_months": lambda given: given.process.queue.make_months(),
    "Reports.due": lambda given: given.process.reports.due(given.notice),
    "Reports.figures": lambda given: given.process.reports.figures(given.person_id),
    "ResetTimes.concerned": lambda given: given.process.reset_times.concerned(given.request_id),
    "Resets.lifting": lambda given: given.process.resets.lifting(given.request_id, by=given.person_id),
    "Resets.concerned": lambda given: given.process.resets.concerned(given.request_id),
    "Resets.subject_of": lambda given: given.process.resets.subject_of(given.request_id),
    "Syncs.missing": lambda given: given.process.syncs.missing(given.read, after=0),
    "Verification.admit": lambda given: given.process.verification.admit(given.key, Scope.VERIFY),
    "Verification.factor": lambda given: given.process.verification.factor(given.key, BySlackId("U0EMPLOYEE")),
}
