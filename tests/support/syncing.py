"""Syncs against the stand-in, without waiting: what would be waited is noted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.core.people import Profile, Standing
from bot.core.sync import Sync
from bot.jobs.sync import Pace, Syncing
from bot.sandbox.slack import Person, StandIn
from handlers.outgoing import Later, Outgoing
from handlers.slack import Clients
from storage import people_sync
from tests.support.services import Services
from tests.support.settings import TOKEN

BY = "host:test"
CROWD = [f"U1{number:05}" for number in range(450)]
"""With the stand-in's own people they fill three pages."""
GONE = ("deleted", "deactivated")


@dataclass
class Folk:
    """Who is in Slack, and a process that compares them with who is known."""

    services: Services
    slack: StandIn
    outgoing: Outgoing
    pauses: list[float] = field(default_factory=list)

    async def run(self, services: Services | None = None) -> Sync | None:
        """Sync, a minute after whatever was before."""
        self.services.clock.forward(minutes=1)
        return await Syncing(
            (services or self.services).syncs, self.outgoing, pace=Pace(pause=self._pause), seen=self.meanwhile
        ).run(by=BY)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def meanwhile(self, sync: Sync) -> None:
        """What a test has happen between two pages; nothing."""

    def joins(self, *slack_ids: str) -> None:
        """Have people in Slack."""
        for slack_id in slack_ids:
            self.slack.workspace.people[slack_id] = Person(
                slack_id, slack_id.lower(), slack_id, "employee", f"{slack_id.lower()}@example.com"
            )

    def has(self, *profiles: Profile) -> None:
        """Have people in Slack who are known already, just as they are known."""
        for one in profiles:
            self.slack.workspace.people[one.slack_user_id] = Person(
                one.slack_user_id,
                one.name,
                one.name,
                "",
                one.email or "",
                tz=one.tz or "",
                is_restricted=one.standing is Standing.GUEST,
            )

    def vanishes(self, *slack_ids: str) -> None:
        """Have Slack know nobody of these ids any more."""
        for slack_id in slack_ids:
            del self.slack.workspace.people[slack_id]

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of every call of *method*."""
        return [call.arguments for call in self.slack.calls.of(method)]

    def pages(self) -> list[str]:
        """Return the cursors of the pages that Slack gave, in order; the first page has none."""
        given = [call for call in self.slack.calls.of("users.list") if call.outcome == "ok"]
        return [call.arguments.get("cursor", "") for call in given]

    async def row(self) -> Sync:
        """Return how far the sync has come."""
        async with self.services.means.pool.transaction() as conn:
            found = await people_sync.latest(conn)
        assert found is not None
        return found

    async def standing(self, slack_id: str) -> tuple[str, str | None]:
        """Return somebody's standing, and why they are suspended."""
        async with self.services.means.pool.transaction() as conn:
            row = await conn.fetchrow("SELECT standing, suspended_why FROM person WHERE slack_user_id = $1", slack_id)
        assert row is not None
        return row["standing"], row["suspended_why"]


@asynccontextmanager
async def folk_of(services: Services, slack: StandIn) -> AsyncIterator[Folk]:
    """Yield the people of the stand-in."""
    clients = Clients(token=TOKEN, base_url=f"{slack.base_url}/api/")
    try:
        yield Folk(services, slack, Outgoing(clients))
    finally:
        await clients.close()


def fails(slack: StandIn, method: str, fault: str) -> None:
    """Have Slack's next answer fail."""
    match fault:
        case "a rate limit":
            slack.faults.rate_limit(method)
        case "an outage":
            slack.faults.status(method)
        case "silence":
            slack.faults.reset(method, times=2)  # aiohttp itself sends a read once more
        case error:
            slack.faults.error(method, error)


async def cut_off_after_a_page(folk: Folk, fault: str = "an outage") -> Sync:
    """Run until the first page is saved, and no further."""

    def meanwhile(sync: Sync) -> None:
        if sync.cursor:
            fails(folk.slack, "users.list", fault)

    folk.meanwhile = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Later):
        await folk.run()
    del folk.meanwhile
    return await folk.row()
