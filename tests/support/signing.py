"""Several enrolled people who sign in, and a database in which a batch gets stuck."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from bot.core.apps import Key, KeyRefusal
from bot.core.people import Profile, Standing
from bot.services.judging import Judged
from bot.services.lookups import BySlackId, Lookup
from storage.pool import Connection
from tests.support.database import Database
from tests.support.services import HOME, Authenticator, Services, enroll

WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'audit_unlinked'::regclass)"


@dataclass(frozen=True)
class Member:
    """Somebody with MFA on, how applications name them, and their phone."""

    id: int
    slack_id: str
    email: str
    phone: Authenticator
    recovery_codes: tuple[str, ...]

    @property
    def who(self) -> Lookup:
        return BySlackId(self.slack_id)


async def members(services: Services, count: int, *, called: str = "M") -> list[Member]:
    """Enroll so many people; the codes that they see afterwards are good."""
    made = []
    for number in range(count):
        slack_id, email = f"U0{called}{number:04}", f"{called}{number}@example.com".lower()
        profile = Profile(HOME.team_id, slack_id, None, Standing.MEMBER, f"{called} {number}", email, None)
        person = await services.people.save(profile)
        confirmed, phone = await enroll(services, person)
        made.append(Member(person.person_id, slack_id, email, phone, tuple(confirmed.codes)))
    services.clock.forward(minutes=1)
    return made


async def sign_in(services: Services, key: Key, member: Member, typed: str | None = None) -> Judged | KeyRefusal:
    """Sign in with the code that the phone shows, or with what is *typed*."""
    return await services.verification.check(key, member.who, typed=member.phone.code() if typed is None else typed)


@dataclass(frozen=True)
class Stuck:
    """Whoever writes an audit event waits until `go_on`."""

    conn: Connection

    async def reached(self) -> None:
        """Return once somebody waits."""
        while not await self.conn.fetchval(WAITING):
            pass

    async def go_on(self) -> None:
        await self.conn.execute("COMMIT")


@asynccontextmanager
async def stuck(database: Database) -> AsyncIterator[Stuck]:
    """Hold what every batch writes to; a statement of the bot's waits for 0.6 s at most."""
    conn = await asyncpg.connect(database.superuser)
    try:
        await conn.execute("BEGIN; LOCK TABLE audit_unlinked IN ACCESS EXCLUSIVE MODE")
        yield Stuck(conn)
    finally:
        await conn.close()
