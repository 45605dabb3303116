"""The services of one process, a clock that the test holds, and the authenticator app on somebody's phone."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pyotp

from bot.core.apps import Key, LookupBy, Scope
from bot.core.people import Home, Person
from bot.services.apps import Apps
from bot.services.delivery import Deliveries
from bot.services.disable import Disable
from bot.services.enrollment import Confirmed, Enrollments, Started
from bot.services.helpdesk import Helpdesk
from bot.services.judging import Judge
from bot.services.lockdown import Lockdowns
from bot.services.looking import Looks
from bot.services.means import Means
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.recovery import Recovery
from bot.services.reset_times import ResetTimes
from bot.services.resets import Resets
from bot.services.roles import Roles
from bot.services.suspension import Suspension
from bot.services.sync import Syncs
from bot.services.verification import Verification
from storage.pool import Pool

NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
HOME = Home("T0MFA", None, "U0BOT")


@dataclass
class Clock:
    """Stands still until it is told to go on."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Services:
    """All services of one process."""

    means: Means
    clock: Clock
    people: People = field(init=False)
    syncs: Syncs = field(init=False)
    enrollments: Enrollments = field(init=False)
    disable: Disable = field(init=False)
    recovery: Recovery = field(init=False)
    suspension: Suspension = field(init=False)
    verification: Verification = field(init=False)
    deliveries: Deliveries = field(init=False)
    messages: Messages = field(init=False)
    apps: Apps = field(init=False)
    resets: Resets = field(init=False)
    reset_times: ResetTimes = field(init=False)
    roles: Roles = field(init=False)
    lockdowns: Lockdowns = field(init=False)
    helpdesk: Helpdesk = field(init=False)
    looks: Looks = field(init=False)

    def __post_init__(self) -> None:
        judge = Judge(self.means)
        self.people = People(self.means)
        self.syncs = Syncs(self.means)
        self.enrollments = Enrollments(self.means, judge)
        self.disable = Disable(self.means, judge)
        self.recovery = Recovery(self.means, judge)
        self.suspension = Suspension(self.means, judge)
        self.verification = Verification(self.means, judge)
        self.deliveries = Deliveries(self.means)
        self.messages = Messages(self.means)
        self.apps = Apps(self.means)
        self.resets = Resets(self.means, judge)
        self.reset_times = ResetTimes(self.means)
        self.looks = Looks(self.means)
        self.roles = Roles(self.means, judge, self.looks)
        self.lockdowns = Lockdowns(self.means, judge)
        self.helpdesk = Helpdesk(self.means, judge)


@dataclass
class Authenticator:
    """The app on somebody's phone: knows a secret and the time."""

    secret: str
    clock: Clock

    def code(self, *, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.clock(), counter_offset=steps)

    def nearby(self) -> set[str]:
        """All codes of the minutes around now."""
        return {self.code(steps=steps) for steps in range(-10, 11)}

    def wrong_code(self) -> str:
        """Six digits that no step near now gives."""
        return next(code for code in (f"{n:06}" for n in range(30)) if code not in self.nearby())


def on_this_pool(services: Services, pool: Pool) -> Services:
    """Return the same process with another way to the database."""
    return Services(replace(services.means, pool=pool), services.clock)


def changed(services: Services, **means: object) -> Services:
    """Return a process that was given other limits."""
    return Services(replace(services.means, **means), services.clock)  # type: ignore[arg-type]  # each by its name


async def scan(services: Services, enrollment_id: int) -> Authenticator:
    """Read the QR of a pending enrollment."""
    delivery = await services.deliveries.pending(enrollment_id)
    assert delivery is not None
    return Authenticator(parse_qs(urlsplit(delivery.uri).query)["secret"][0], services.clock)


async def enroll(services: Services, person: Person, *, word: str = "") -> tuple[Confirmed, Authenticator]:
    """Turn on *person*'s MFA, after some resets with a *word*; the present code is used by it."""
    started = await services.enrollments.start(person.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    phone = await scan(services, started.enrollment_id)
    confirmed = await services.enrollments.confirm(
        started.enrollment_id, by=person.person_id, typed=phone.code(), word=word
    )
    assert isinstance(confirmed, Confirmed)
    return confirmed, phone


async def make_key(
    services: Services,
    name: str = "payroll",
    *,
    scopes: frozenset[Scope] = frozenset(Scope),
    lookups: frozenset[LookupBy] = frozenset(LookupBy),
    rate_per_s: int | None = 1_000_000,
) -> Key:
    """Make an app; its rate does not matter unless the test gives one."""
    key = await services.apps.create(name, scopes=scopes, lookups=lookups, rate_per_s=rate_per_s, by="host:root")
    assert isinstance(key, Key)
    return key
