"""What may be wrong about somebody who resets another's MFA."""

from dataclasses import replace

from bot.core.actions import Guard
from bot.core.people import Profile, Standing
from tests.support.cast import REASON, Cast, Member
from tests.support.ledger import Ledger

WRONGS = {
    "a guest by now": Guard.ACTOR_IS_MEMBER,
    "suspended": Guard.ACTOR_NOT_SUSPENDED,
    "MFA off": Guard.OWN_MFA,
    "not confirmed": Guard.ACTOR_CONFIRMED,
    "a guest they act on": Guard.SUBJECT_IS_MEMBER,
    "subject not confirmed": Guard.SUBJECT_CONFIRMED,
    "lockdown": Guard.NO_LOCKDOWN,
}
"""And the guard that refuses them for it."""


async def used_steps(ledger: Ledger) -> list[int]:
    """Return the last accepted step of everybody's factor: nobody's code was judged where they stay."""
    rows = await ledger.conn.fetch("SELECT last_step FROM factor ORDER BY factor_id")
    return [row["last_step"] for row in rows]


async def prepared(cast: Cast, ledger: Ledger, wrong: str, actor: Member) -> list[Profile]:
    """Have one thing wrong about somebody who acts on the employee; return what Slack says of them all."""
    told = cast.profiles(*(member.id for member in cast.everybody))
    match wrong:
        case "a guest by now":
            guest = replace(actor.profile, standing=Standing.GUEST)
            told = [guest if profile == actor.profile else profile for profile in told]
        case "suspended":
            notice = await ledger.message_of(actor.id, "enabled")
            await cast.services.suspension.stop(notice, by=actor.id)
        case "MFA off":
            off = cast.services.disable.disable_own
            await off(actor.id, factor_id=actor.factor_id, typed=actor.recovery_codes[0])
        case "not confirmed":
            told.remove(actor.profile)
        case "a guest they act on":
            guest = replace(cast.employee.profile, standing=Standing.GUEST)
            told = [guest if profile == cast.employee.profile else profile for profile in told]
        case "subject not confirmed":
            told.remove(cast.employee.profile)
        case "subject without MFA":
            off = cast.services.disable.disable_own
            employee = cast.employee
            await off(employee.id, factor_id=employee.factor_id, typed=employee.recovery_codes[0])
        case "lockdown":
            await cast.services.lockdowns.start(by=cast.second_admin.id, reason=REASON)
        case _:
            raise AssertionError(wrong)
    return told
