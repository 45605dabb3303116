"""What the helpdesk does in the tests, in one go each."""

from uuid import UUID, uuid4

from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger


async def unlocks(
    cast: Cast,
    by: Member,
    subject: Member | None = None,
    *,
    reason: str = REASON,
    typed: str | None = None,
    intent: UUID | None = None,
) -> object:
    subject = subject or cast.employee
    return await cast.services.helpdesk.unlock(
        by=by.id,
        subject_id=subject.id,
        told=cast.profiles(by.id, subject.id),
        intent=intent or uuid4(),
        reason=reason,
        typed=by.code() if typed is None else typed,
    )


async def releases(
    cast: Cast,
    by: Member,
    subject: Member | None = None,
    *,
    reason: str = REASON,
    typed: str | None = None,
    intent: UUID | None = None,
) -> object:
    subject = subject or cast.employee
    return await cast.services.helpdesk.release(
        by=by.id,
        subject_id=subject.id,
        told=cast.profiles(by.id, subject.id),
        intent=intent or uuid4(),
        reason=reason,
        typed=by.code() if typed is None else typed,
    )


async def fail(ledger: Ledger, member: Member, times: int) -> None:
    """Have so many wrong codes behind somebody's factor, none of them lately."""
    await ledger.conn.execute("UPDATE factor SET failures = $2 WHERE factor_id = $1", member.factor_id, times)


async def suspend(cast: Cast, ledger: Ledger, member: Member) -> None:
    await cast.services.suspension.stop(await ledger.message_of(member.id, "enabled"), by=member.id)
