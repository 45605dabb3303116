"""What is done to roles in the tests, in one go each."""

from bot.core.resets import State
from bot.services.resets import Done
from bot.services.roles import Outcome
from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger


async def grants(
    cast: Cast, by: Member, subject: Member, role: str = "approver", *, reason: str = REASON, typed: str | None = None
) -> Outcome:
    return await cast.services.roles.grant(
        by=by.id,
        subject_id=subject.id,
        role=role,
        told=cast.profiles(by.id, subject.id),
        reason=reason,
        typed=by.code() if typed is None else typed,
    )


async def revokes(cast: Cast, by: Member, subject: Member, role: str, *, typed: str | None = None) -> Outcome:
    return await cast.services.roles.revoke(
        by=by.id, subject_id=subject.id, role=role, reason=REASON, typed=by.code() if typed is None else typed
    )


async def wakes(cast: Cast, by: Member, subject: Member) -> Outcome:
    return await cast.services.roles.wake(
        by=by.id, subject_id=subject.id, told=cast.profiles(by.id, subject.id), typed=by.code()
    )


async def held_by(ledger: Ledger, member: Member) -> list[str]:
    rows = await ledger.conn.fetch(
        "SELECT role FROM role_grant WHERE person_id = $1 AND revoked_at IS NULL AND dormant_at IS NULL ORDER BY role",
        member.id,
    )
    return [row["role"] for row in rows]


async def resets(cast: Cast, subject: Member, *, by: Member, approver: Member) -> None:
    """Carry out a reset of somebody who holds rights, after its hold."""
    asked = await cast.asks(by, subject)
    approved = await cast.approves(asked, approver)
    assert isinstance(approved, Done)
    assert approved.reset.state is State.HOLDING
    cast.services.clock.forward(hours=1)
    await cast.services.reset_times.execute(asked.request_id, told=cast.profiles(*approved.reset.people))
