"""The services of one process, a clock that the test holds, and the authenticator app on somebody's phone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyotp

from bot.core.people import Home
from bot.services.apps import Apps
from bot.services.delivery import Deliveries
from bot.services.disable import Disable
from bot.services.enrollment import Enrollments
from bot.services.judging import Judge
from bot.services.means import Means
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.recovery import Recovery
from bot.services.suspension import Suspension
from bot.services.verification import Verification

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
    enrollments: Enrollments = field(init=False)
    disable: Disable = field(init=False)
    recovery: Recovery = field(init=False)
    suspension: Suspension = field(init=False)
    verification: Verification = field(init=False)
    deliveries: Deliveries = field(init=False)
    messages: Messages = field(init=False)
    apps: Apps = field(init=False)

    def __post_init__(self) -> None:
        judge = Judge(self.means)
        self.people = People(self.means)
        self.enrollments = Enrollments(self.means, judge)
        self.disable = Disable(self.means, judge)
        self.recovery = Recovery(self.means, judge)
        self.suspension = Suspension(self.means, judge)
        self.verification = Verification(self.means, judge)
        self.deliveries = Deliveries(self.means)
        self.messages = Messages(self.means)
        self.apps = Apps(self.means)


@dataclass
class Authenticator:
    """The app on somebody's phone: knows a secret and the time."""

    secret: str
    clock: Clock

    def code(self, *, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.clock(), counter_offset=steps)
