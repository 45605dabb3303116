"""The people of the second half: an employee, and those who may reset their MFA. All but the guest have MFA on."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

from bot.core.actions import Guard
from bot.core.audit import by_person
from bot.core.identity_check import IdentityCheck, IdentityFault
from bot.core.people import Person, Profile, Standing
from bot.core.reset_opening import OpenRefusal, VetoedLately
from bot.core.resets import Happened, ReasonFault, Reset
from bot.services.judging import Judged
from bot.services.resets import Came, Done
from storage import managers, roles
from tests.support.services import HOME, NOON, Authenticator, Services, enroll

REASON = "Phone fell into the canal"
BEFORE = NOON - timedelta(days=30)
"""Since when the cast holds its roles: long enough to count for everything."""


@dataclass(eq=False)
class Member:
    """One of the cast, and what they have in their hands."""

    services: Services = field(repr=False)
    profile: Profile
    person: Person
    factor_id: int = 0
    phone: Authenticator = field(init=False, repr=False)
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def id(self) -> int:
        return self.person.person_id

    async def enrolls(self, *, word: str | None = None, just_now: bool = False) -> None:
        """Turn MFA on: long ago, for all that depends on its age, or *just_now*; after some resets with a *word*."""
        confirmed, self.phone = await enroll(self.services, self.person, word=word or "")
        self.factor_id, self.recovery_codes = confirmed.factor_id, confirmed.codes
        if not just_now:
            async with self.services.means.pool.transaction() as conn:
                await conn.execute("UPDATE factor SET trusted_since = $2 WHERE factor_id = $1", self.factor_id, BEFORE)

    def code(self) -> str:
        """Wait for the next code, and read it."""
        self.services.clock.forward(seconds=30)
        return self.phone.code()


@dataclass
class Cast:
    """Named by what they are; `second_admin` is the other one who holds every permission."""

    services: Services = field(repr=False)
    employee: Member
    agent: Member
    manager: Member
    approver: Member
    admin: Member
    second_admin: Member
    guest: Member
    others: list[Member] = field(init=False, default_factory=list)

    async def opens(  # noqa: PLR0913  all that the form asks
        self,
        by: Member,
        subject: Member,
        *,
        told: list[Profile] | None = None,
        happened: Happened = Happened.LOST,
        identity_check: IdentityCheck = IdentityCheck.CALLED_BACK,
        reason: str = REASON,
        intent: UUID | None = None,
        typed: str | None = None,
        on: Services | None = None,
    ) -> Done | Guard | OpenRefusal | VetoedLately | ReasonFault | IdentityFault | Judged:
        """Submit the form about somebody's MFA; where nothing else is said everything about it is right."""
        return await (on or self.services).resets.open(
            by=by.id,
            subject_id=subject.id,
            told=[by.profile, subject.profile] if told is None else told,
            intent=intent or uuid4(),
            happened=happened,
            identity_check=identity_check,
            reason=reason,
            typed=by.code() if typed is None else typed,
        )

    async def asks(
        self, by: Member | None = None, subject: Member | None = None, *, happened: Happened = Happened.LOST
    ) -> Reset:
        """Open a request, the agent about the employee unless told otherwise."""
        outcome = await self.opens(by or self.agent, subject or self.employee, happened=happened)
        assert isinstance(outcome, Done), outcome
        return outcome.reset

    async def approves(
        self, reset: Reset, by: Member, *, told: list[Profile] | None = None, typed: str | None = None
    ) -> Done | Came | Guard | Judged:
        """Submit the approval of a request."""
        return await self.services.resets.approve(
            reset.request_id,
            by=by.id,
            told=self.profiles(*reset.people, by.id) if told is None else told,
            typed=by.code() if typed is None else typed,
        )

    def profiles(self, *person_ids: int) -> list[Profile]:
        """Return what Slack says of people."""
        return [member.profile for member in self.everybody if member.id in person_ids]

    @property
    def everybody(self) -> list[Member]:
        return [
            self.employee,
            self.agent,
            self.manager,
            self.approver,
            self.admin,
            self.second_admin,
            self.guest,
            *self.others,
        ]

    async def holds(self, member: Member, role: str, *, since: timedelta | None = None) -> None:
        """Have a role in somebody's hands, for long or *since* so long, as an admin granted it."""
        at = BEFORE if since is None else self.services.clock() - since
        granter = self.second_admin if member is self.admin else self.admin
        async with self.services.means.pool.transaction() as conn:
            await roles.grant(conn, member.id, role, by=by_person(granter.id), now=at)

    async def manages(self, manager: Member, subject: Member) -> None:
        """Have the host say who manages somebody."""
        async with self.services.means.pool.transaction() as conn:
            await managers.put(conn, [(subject.id, manager.id)], now=BEFORE)

    async def joins(self, name: str) -> Member:
        """Take in one more person, without MFA."""
        self.others.append(await join(self.services, name))
        return self.others[-1]

    async def leaves(self, member: Member) -> None:
        """Have somebody's Slack account deactivated, and the bot hear of it."""
        await self.services.people.save(self.gone(member))

    def gone(self, member: Member) -> Profile:
        """Return what Slack says of somebody who has left."""
        return replace(member.profile, standing=Standing.DELETED)


async def join(services: Services, name: str, standing: Standing = Standing.MEMBER) -> Member:
    """Take in a person of the workspace, without MFA."""
    profile = Profile(
        team_id=HOME.team_id,
        slack_user_id=f"U0{name.upper()}",
        enterprise_id=None,
        standing=standing,
        name=name.title(),
        email=f"{name}@example.com",
        tz="Europe/London",
    )
    return Member(services, profile, await services.people.save(profile))


async def assemble(services: Services) -> Cast:
    """Return everybody; the employee's manager is the manager, who holds no role."""
    names = ("employee", "agent", "manager", "approver", "admin", "second_admin")
    members = {name: await join(services, name.replace("_", "")) for name in names}
    for member in members.values():
        await member.enrolls()
    cast = Cast(services, **members, guest=await join(services, "guest", Standing.GUEST))
    await cast.manages(cast.manager, cast.employee)
    await cast.holds(cast.agent, "helpdesk")
    await cast.holds(cast.approver, "approver")
    for admin in (cast.admin, cast.second_admin):
        await cast.holds(admin, "admin")
    return cast
