"""What the helpdesk does in the tests, in one go each."""

from typing import Any, TypedDict, Unpack
from uuid import UUID, uuid4

from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger


class Ask(TypedDict, total=False):
    """What is said otherwise than usual."""

    reason: str
    typed: str
    intent: UUID


async def unlocks(cast: Cast, by: Member, subject: Member | None = None, **ask: Unpack[Ask]) -> object:
    return await cast.services.helpdesk.unlock(**_asked(cast, by, subject or cast.employee, ask))


async def releases(cast: Cast, by: Member, subject: Member | None = None, **ask: Unpack[Ask]) -> object:
    return await cast.services.helpdesk.release(**_asked(cast, by, subject or cast.employee, ask))


def _asked(cast: Cast, by: Member, subject: Member, ask: Ask) -> dict[str, Any]:
    usual = {"intent": uuid4(), "reason": REASON} | ({} if "typed" in ask else {"typed": by.code()})
    return {"by": by.id, "subject_id": subject.id, "told": cast.profiles(by.id, subject.id)} | usual | dict(ask)


async def fail(ledger: Ledger, member: Member, times: int) -> None:
    """Have so many wrong codes behind somebody's factor, none of them lately."""
    await ledger.conn.execute("UPDATE factor SET failures = $2 WHERE factor_id = $1", member.factor_id, times)


async def suspend(cast: Cast, ledger: Ledger, member: Member) -> None:
    """Have somebody block their sign-in, long after they set up their MFA: nothing is disputed."""
    await ledger.set_up_long_ago(member.profile.slack_user_id)
    await cast.services.suspension.stop(await ledger.message_of(member.id, "enabled"), by=member.id)
