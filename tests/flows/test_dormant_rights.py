"""Rights sleep after a reset of their holder until another person wakes them (E8)."""

import asyncio
from uuid import uuid4

import pytest

from bot.core.actions import Guard
from bot.core.resets import State
from bot.services.disable import Disabled
from bot.services.enrollment import Started
from bot.services.resets import Done
from bot.services.roles import Changed
from handlers.views.notices import blocks
from tests.support.cast import Cast, Member
from tests.support.ledger import Ledger
from tests.support.role_acts import grants, held_by, resets, revokes, wakes
from tests.support.services import scan


async def test_after_a_reset_rights_sleep_even_when_their_holder_has_enrolled_again(cast: Cast, ledger: Ledger) -> None:
    await resets(cast, cast.admin, by=cast.agent, approver=cast.second_admin)

    await cast.admin.enrolls()

    assert await cast.opens(cast.admin, cast.employee) is Guard.RIGHT
    assert await grants(cast, cast.admin, cast.employee) is Guard.RIGHT
    assert await held_by(ledger, cast.admin) == []
    assert "rights.dormant" in await ledger.events()
    assert (await ledger.told(cast.second_admin.id)).count("rights_dormant") == 1
    assert (await ledger.told(cast.agent.id)).count("rights_dormant") == 1
    assert "rights_dormant" not in await ledger.told(cast.admin.id)


async def test_another_who_manages_roles_wakes_them_once_their_holder_has_enrolled(cast: Cast, ledger: Ledger) -> None:
    await resets(cast, cast.admin, by=cast.agent, approver=cast.second_admin)

    before_enrolling = await wakes(cast, cast.second_admin, cast.admin)
    await cast.admin.enrolls()
    own = await wakes(cast, cast.admin, cast.admin)
    by_requester = await wakes(cast, cast.agent, cast.admin)
    by_another = await wakes(cast, cast.second_admin, cast.admin)
    again = await wakes(cast, cast.second_admin, cast.admin)

    assert before_enrolling is Guard.SUBJECT_HAS_MFA
    assert own is Guard.RIGHT
    assert by_requester is Guard.RIGHT
    assert (by_another, again) == (Changed.NOW, Changed.BEFORE)
    assert await ledger.details("rights.woken") == [{"roles": "admin"}]
    assert [event["why"] for event in await ledger.details("role.refused") if event["act"] == "wake"] == [
        "subject_has_mfa",
        "right",
        "right",
    ]
    assert isinstance(await cast.opens(cast.admin, cast.employee), Done)


async def test_who_also_manages_roles_by_another_role_does_not_wake_their_own(cast: Cast, ledger: Ledger) -> None:
    await resets(cast, cast.admin, by=cast.agent, approver=cast.second_admin)
    await cast.admin.enrolls()
    await ledger.define("keeper", "security.roles.manage")
    await cast.holds(cast.admin, "keeper")

    assert await wakes(cast, cast.admin, cast.admin) is Guard.NOT_ONESELF


async def test_of_two_who_wake_at_once_one_does(cast: Cast, ledger: Ledger) -> None:
    await resets(cast, cast.approver, by=cast.agent, approver=cast.second_admin)
    await cast.approver.enrolls()
    cast.services.clock.forward(minutes=1)
    admins = (cast.admin, cast.second_admin)

    answers = await asyncio.gather(
        *(
            cast.services.roles.wake(
                by=one.id,
                subject_id=cast.approver.id,
                told=cast.profiles(one.id, cast.approver.id),
                typed=one.phone.code(),
            )
            for one in admins
        )
    )

    assert sorted(answers, key=str) == [Changed.BEFORE, Changed.NOW]
    assert (await ledger.events()).count("rights.woken") == 1


async def test_sleeping_rights_still_ask_for_a_second_person(cast: Cast) -> None:
    await resets(cast, cast.approver, by=cast.agent, approver=cast.second_admin)
    await cast.approver.enrolls()

    outcome = await cast.opens(cast.admin, cast.approver)

    assert isinstance(outcome, Done)
    assert outcome.reset.state is State.AWAITING_APPROVAL


@pytest.mark.parametrize("how", ["woken", "taken away"])
async def test_no_message_offers_to_wake_what_sleeps_no_more_of_whichever_reset(
    cast: Cast, ledger: Ledger, how: str
) -> None:
    await resets(cast, cast.approver, by=cast.agent, approver=cast.second_admin)
    await cast.approver.enrolls()
    await resets(cast, cast.approver, by=cast.agent, approver=cast.second_admin)
    await cast.approver.enrolls()
    offering = await ledger.message_of(cast.admin.id, "rights_dormant")
    before = len(await ledger.edits())

    if how == "woken":
        await wakes(cast, cast.second_admin, cast.approver)
    else:
        await revokes(cast, cast.second_admin, cast.approver, "approver")

    assert offering in (await ledger.edits())[before:]
    notice = await cast.services.messages.notice(offering)
    assert notice is not None
    assert "Wake rights" not in str(blocks(notice))


async def disables_own(cast: Cast, member: Member) -> None:
    typed = member.code()
    done = await cast.services.disable.disable_own(member.id, factor_id=member.factor_id, typed=typed)
    assert done is Disabled.NOW


async def test_who_turned_mfa_off_has_no_rights_by_whoever_enrolls_next_with_their_slack_session(
    cast: Cast, ledger: Ledger
) -> None:
    await disables_own(cast, cast.admin)

    await cast.admin.enrolls()

    assert await cast.opens(cast.admin, cast.employee) is Guard.RIGHT
    assert await held_by(ledger, cast.admin) == []
    assert await ledger.details("rights.dormant") == [{"roles": "admin"}]
    assert "rights_dormant" in await ledger.told(cast.second_admin.id)
    assert "rights_dormant" not in await ledger.told(cast.admin.id)


async def test_who_moves_to_another_authenticator_for_a_code_keeps_their_rights(cast: Cast, ledger: Ledger) -> None:
    started = await cast.services.enrollments.start(
        cast.admin.id, intent=uuid4(), replacing=True, typed=cast.admin.code()
    )
    assert isinstance(started, Started)
    phone = await scan(cast.services, started.enrollment_id)

    await cast.services.enrollments.confirm(started.enrollment_id, by=cast.admin.id, typed=phone.code())

    assert await held_by(ledger, cast.admin) == ["admin"]


async def test_another_who_manages_roles_wakes_rights_that_sleep_since_their_holder_turned_mfa_off(
    cast: Cast, ledger: Ledger
) -> None:
    await disables_own(cast, cast.approver)
    await cast.approver.enrolls()
    offering = await ledger.message_of(cast.admin.id, "rights_dormant")
    before = await cast.services.messages.notice(offering)

    woken = await wakes(cast, cast.second_admin, cast.approver)

    assert woken is Changed.NOW
    assert await held_by(ledger, cast.approver) == ["approver"]
    assert offering in await ledger.edits()
    after = await cast.services.messages.notice(offering)
    assert before is not None
    assert after is not None
    assert "Wake rights" in str(blocks(before))
    assert "Wake rights" not in str(blocks(after))


async def test_who_holds_no_rights_sets_mfa_up_anew_and_nobody_is_told(cast: Cast, ledger: Ledger) -> None:
    await disables_own(cast, cast.employee)
    await cast.employee.enrolls()

    assert "rights_dormant" not in await ledger.notices()
