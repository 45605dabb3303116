"""Somebody in another's Slack session, who sets up MFA there and holds its codes."""

from dataclasses import dataclass
from uuid import uuid4

from bot.core.suspension import ReleaseRefusal
from bot.services.enrollment import Confirmed, Started
from bot.services.judging import Judged
from bot.services.recovery import NewCodes
from bot.services.suspension import Released, Stopped
from tests.support.cast import Cast, Member
from tests.support.ledger import Ledger
from tests.support.services import Authenticator, scan

WAYS = ("enrolled", "replaced", "new codes")
"""How a thief comes to hold the codes of an account."""


@dataclass
class Thief:
    """Acts as the owner, for Slack; *phone* and *codes* are what the thief holds."""

    cast: Cast
    owner: Member
    phone: Authenticator
    codes: tuple[str, ...]

    def code(self) -> str:
        """Wait for the next code, and read it."""
        self.cast.services.clock.forward(seconds=30)
        return self.phone.code()

    async def says_it_was_me(
        self, *, typed: str | None = None, recovery_code: str | None = None
    ) -> Released | ReleaseRefusal | Judged:
        return await self.cast.services.suspension.release(
            self.owner.id,
            typed=self.code() if typed is None else typed,
            recovery_code=self.codes[0] if recovery_code is None else recovery_code,
        )

    async def tries_to_enroll(self, *, word: str = "") -> object:
        """Start an enrollment in the owner's session, scan the QR code there, and confirm it."""
        services = self.cast.services
        started = await services.enrollments.start(self.owner.id, intent=uuid4(), replacing=False)
        if not isinstance(started, Started):
            return started
        phone = await scan(services, started.enrollment_id)
        return await services.enrollments.confirm(
            started.enrollment_id, by=self.owner.id, typed=phone.code(), word=word
        )


async def robs(cast: Cast, ledger: Ledger, way: str) -> Thief:
    """Have a thief take over the employee's MFA, which was set up a month ago, in one of the ways."""
    owner, services = cast.employee, cast.services
    await ledger.set_up_long_ago(owner.profile.slack_user_id)
    services.clock.forward(minutes=1)
    match way:
        case "enrolled":
            # The account had no MFA: whoever is in the Slack session sets it up.
            await services.disable.disable_own(owner.id, factor_id=owner.factor_id, typed=owner.code())
            started = await services.enrollments.start(owner.id, intent=uuid4(), replacing=False)
        case "replaced":
            stolen = owner.recovery_codes[0]
            started = await services.enrollments.start(owner.id, intent=uuid4(), replacing=True, typed=stolen)
        case _:
            made = await services.recovery.renew(owner.id, intent=uuid4(), typed=owner.code())
            assert isinstance(made, NewCodes)
            return Thief(cast, owner, owner.phone, made.codes)
    assert isinstance(started, Started)
    phone = await scan(services, started.enrollment_id)
    confirmed = await services.enrollments.confirm(started.enrollment_id, by=owner.id, typed=phone.code())
    assert isinstance(confirmed, Confirmed)
    return Thief(cast, owner, phone, confirmed.codes)


async def blocks(cast: Cast, ledger: Ledger, kind: str, member: Member | None = None) -> Stopped:
    """Have the owner press the button of their newest notice of this kind, whatever became of its button."""
    one = member or cast.employee
    return await cast.services.suspension.stop(await ledger.message_of(one.id, kind), by=one.id)
