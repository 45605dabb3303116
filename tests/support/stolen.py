"""What people do about a report of a stolen phone, in one go each."""

from bot.core.people import SuspendedWhy
from bot.core.resets import Reset
from tests.support.cast import REASON, Cast, Member


async def suspended_why(cast: Cast, member: Member) -> SuspendedWhy | None:
    known = await cast.services.people.get(member.id)
    assert known is not None
    return known.suspended_why


async def cancels(cast: Cast, reset: Reset, by: Member, *, typed: str = "") -> object:
    return await cast.services.resets.cancel(
        reset.request_id, by=by.id, told=cast.profiles(*reset.people, by.id), typed=typed
    )


async def denies(cast: Cast, reset: Reset, by: Member, *, typed: str = "") -> object:
    return await cast.services.resets.deny(
        reset.request_id, by=by.id, reason=REASON, told=cast.profiles(*reset.people, by.id), typed=typed
    )
