"""What helpdesk does short of a reset: unlocking a factor, and releasing a suspended person."""

import asyncio
from uuid import uuid4

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.resets import Happened, ReasonFault
from bot.services.helpdesk import Helped, UnlockRefusal
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.suspension import Released
from handlers.views.notices import blocks
from tests.support.cast import REASON, Cast
from tests.support.helpdesk_acts import fail, releases, suspend, unlocks
from tests.support.ledger import Ledger
from tests.support.services import make_key

# Unlock


@pytest.mark.parametrize("who", ["agent", "admin"])
async def test_helpdesk_ends_a_lock_and_the_owner_hears_of_it(cast: Cast, ledger: Ledger, who: str) -> None:
    key, who_signs_in = await make_key(cast.services), BySlackId(cast.employee.profile.slack_user_id)
    await fail(ledger, cast.employee, 100)
    locked = await cast.services.verification.check(key, who_signs_in, typed=cast.employee.code())

    unlocked = await unlocks(cast, getattr(cast, who))
    signed_in = await cast.services.verification.check(key, who_signs_in, typed=cast.employee.code())

    assert locked == Judged(Verdict.LOCKED)
    assert unlocked is Helped.UNLOCKED
    assert signed_in.accepted if isinstance(signed_in, Judged) else False
    assert await ledger.told(cast.employee.id) == ["unlocked"]
    assert [(event["by"], len(event["reason"])) for event in await ledger.details("throttle.unlocked")] == [
        ("helpdesk", 64)
    ]


async def test_an_unlock_ends_waits_and_not_the_count(cast: Cast, ledger: Ledger) -> None:
    key, who = await make_key(cast.services), BySlackId(cast.employee.profile.slack_user_id)
    typed = cast.agent.code()
    for _ in range(5):
        await cast.services.verification.check(key, who, typed=cast.employee.phone.wrong_code())

    unlocked = await unlocks(cast, cast.agent, typed=typed)
    wrong = await cast.services.verification.check(key, who, typed=cast.employee.phone.wrong_code())
    waits = await cast.services.verification.check(key, who, typed=cast.employee.phone.wrong_code())

    assert unlocked is Helped.UNLOCKED
    assert wrong == Judged(Verdict.WRONG_CODE)
    assert waits == Judged(Verdict.THROTTLED, wait_s=60)
    failures = await ledger.conn.fetchval("SELECT failures FROM factor WHERE factor_id = $1", cast.employee.factor_id)
    assert failures == 6


async def test_at_twice_the_limit_only_a_reset_helps(cast: Cast, ledger: Ledger) -> None:
    await fail(ledger, cast.employee, 200)

    assert await unlocks(cast, cast.agent) is UnlockRefusal.ONLY_A_RESET


async def test_who_may_not_unlock_is_told_why_and_nothing_is_unlocked(cast: Cast, ledger: Ledger) -> None:
    await fail(ledger, cast.employee, 100)
    bare = await cast.joins("bare")

    answers = [
        await unlocks(cast, cast.manager),
        await unlocks(cast, cast.agent, cast.agent),
        await unlocks(cast, cast.agent, bare),
        await unlocks(cast, cast.agent, cast.manager),
        await unlocks(cast, cast.agent, reason="short"),
        await unlocks(cast, cast.agent, typed=cast.agent.phone.wrong_code()),
        await unlocks(cast, cast.agent, typed=cast.agent.recovery_codes[0]),
    ]

    assert answers == [
        Guard.RIGHT,
        Guard.NOT_ONESELF,
        Guard.SUBJECT_HAS_MFA,
        UnlockRefusal.NOTHING_TO_UNLOCK,
        ReasonFault.TOO_SHORT,
        Judged(Verdict.WRONG_CODE),
        Judged(Verdict.INVALID_FORMAT),
    ]
    assert [event["why"] for event in await ledger.details("unlock.refused")] == answers[:4]
    assert await ledger.details("throttle.unlocked") == []


async def test_a_suspended_person_is_not_unlocked(cast: Cast, ledger: Ledger) -> None:
    await fail(ledger, cast.employee, 100)
    await suspend(cast, ledger, cast.employee)

    assert await unlocks(cast, cast.agent) is Guard.SUBJECT_NOT_SUSPENDED


async def test_of_two_unlocks_at_once_one_does_it(cast: Cast, ledger: Ledger) -> None:
    await fail(ledger, cast.employee, 100)
    cast.services.clock.forward(minutes=1)

    answers = await asyncio.gather(*(unlocks(cast, one, typed=one.phone.code()) for one in (cast.agent, cast.admin)))

    assert sorted(answers, key=str) == [UnlockRefusal.NOTHING_TO_UNLOCK, Helped.UNLOCKED]
    assert len(await ledger.details("throttle.unlocked")) == 1


# Release


async def test_released_the_owner_needs_one_current_code_and_no_recovery_code(cast: Cast, ledger: Ledger) -> None:
    await suspend(cast, ledger, cast.employee)

    released = await releases(cast, cast.admin)
    again = await releases(cast, cast.second_admin, typed="")
    known = await cast.services.people.get(cast.employee.id)
    wrong = await cast.services.suspension.release(
        cast.employee.id, typed=cast.employee.phone.wrong_code(), recovery_code=""
    )
    right = await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")

    assert (released, again) == (Helped.OFFERED, Helped.OFFERED)
    assert known is not None
    assert known.suspended
    assert wrong == Judged(Verdict.WRONG_CODE)
    assert right is Released.NOW
    assert await ledger.told(cast.employee.id) == ["suspended", "release_offered", "released"]
    assert (await ledger.events()).count("release.offered") == 1


@pytest.mark.parametrize("ends", ["code", "reset", "suspended anew"])
async def test_no_notice_offers_to_enter_a_code_once_the_release_is_over(cast: Cast, ledger: Ledger, ends: str) -> None:
    await suspend(cast, ledger, cast.employee)
    await releases(cast, cast.admin)
    offer = await ledger.message_of(cast.employee.id, "release_offered")

    match ends:
        case "code":
            await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")
        case "reset":
            await cast.opens(cast.admin, cast.employee)
        case _:
            await cast.asks(happened=Happened.STOLEN)

    notice = await cast.services.messages.notice(offer)
    assert notice is not None
    assert "Enter the code" not in str(blocks(notice))
    assert offer in await ledger.edits()


async def test_the_next_suspension_needs_both_codes_again(cast: Cast, ledger: Ledger) -> None:
    await suspend(cast, ledger, cast.employee)
    await releases(cast, cast.admin)
    await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")

    await ledger.set_up_long_ago(cast.employee.profile.slack_user_id)
    notice = await ledger.message_of(cast.employee.id, "released")
    await cast.services.suspension.stop(notice, by=cast.employee.id)
    answer = await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")

    assert answer == Judged(Verdict.INVALID_FORMAT)


async def test_without_a_factor_the_release_alone_does(cast: Cast, ledger: Ledger) -> None:
    employee = cast.employee
    await cast.services.disable.disable_own(employee.id, factor_id=employee.factor_id, typed=employee.recovery_codes[0])
    await ledger.set_up_long_ago(employee.profile.slack_user_id)
    await cast.services.suspension.stop(await ledger.message_of(employee.id, "disabled"), by=employee.id)

    released = await releases(cast, cast.admin)

    assert released is Helped.RELEASED
    await employee.enrolls()
    assert await releases(cast, cast.admin) is Guard.SUBJECT_SUSPENDED


async def test_who_may_not_release_is_told_why_and_the_suspension_stands(cast: Cast, ledger: Ledger) -> None:
    await suspend(cast, ledger, cast.employee)

    answers = [
        await releases(cast, cast.manager),
        await releases(cast, cast.approver),
        await releases(cast, cast.admin, cast.manager),
        await releases(cast, cast.admin, cast.admin),
        await releases(cast, cast.admin, reason="short"),
        await releases(cast, cast.admin, typed=cast.admin.phone.wrong_code()),
    ]
    await cast.services.lockdowns.start(by=cast.second_admin.id, reason=REASON)
    answers.append(await releases(cast, cast.admin))

    assert answers == [
        Guard.RIGHT,
        Guard.RIGHT,
        Guard.SUBJECT_SUSPENDED,
        Guard.NOT_ONESELF,
        ReasonFault.TOO_SHORT,
        Judged(Verdict.WRONG_CODE),
        Guard.NO_LOCKDOWN,
    ]
    assert await ledger.conn.fetchval("SELECT count(release_at) FROM suspension") == 0
    known = await cast.services.people.get(cast.employee.id)
    assert known is not None
    assert known.suspended


async def test_a_deactivated_account_is_not_released(cast: Cast) -> None:
    await cast.leaves(cast.employee)
    told = [cast.admin.profile, cast.gone(cast.employee)]

    answer = await cast.services.helpdesk.release(
        by=cast.admin.id, subject_id=cast.employee.id, told=told, intent=uuid4(), reason=REASON, typed=cast.admin.code()
    )

    assert answer is Guard.SUBJECT_IS_MEMBER
