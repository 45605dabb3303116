"""Granting and revoking roles; the last admin stays."""

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.resets import ReasonFault, State
from bot.services.judging import Judged
from bot.services.resets import Done
from bot.services.roles import Changed, Overview, RoleRefusal
from tests.support.cast import REASON, Cast
from tests.support.ledger import Ledger
from tests.support.role_acts import grants, held_by, resets, revokes, wakes

# Granting


async def test_a_granted_role_counts_and_the_grantee_and_all_admins_hear_of_it(cast: Cast, ledger: Ledger) -> None:
    granted = await grants(cast, cast.admin, cast.employee, "helpdesk")
    again = await grants(cast, cast.second_admin, cast.employee, "helpdesk", typed="")

    assert (granted, again) == (Changed.NOW, Changed.BEFORE)
    assert await held_by(ledger, cast.employee) == ["helpdesk"]
    for told in (cast.employee, cast.admin, cast.second_admin):
        assert await ledger.told(told.id) == ["role_granted"]
    assert (await ledger.events()).count("role.granted") == 1
    assert isinstance(await cast.opens(cast.employee, cast.manager), Done)


async def test_who_may_not_grant_is_told_why_and_nothing_is_granted(cast: Cast, ledger: Ledger) -> None:
    bare = await cast.joins("bare")

    answers = [
        await grants(cast, cast.agent, cast.employee),
        await grants(cast, cast.admin, cast.admin, "auditor"),
        await grants(cast, cast.admin, bare),
        await grants(cast, cast.admin, cast.guest),
        await grants(cast, cast.admin, cast.employee, "no-such-role"),
        await grants(cast, cast.admin, cast.employee, reason="short"),
        await grants(cast, cast.admin, cast.employee, typed=cast.admin.phone.wrong_code()),
        await grants(cast, cast.admin, cast.employee, typed=cast.admin.recovery_codes[0]),
    ]

    assert answers == [
        Guard.RIGHT,
        Guard.NOT_ONESELF,
        Guard.SUBJECT_HAS_MFA,
        Guard.SUBJECT_IS_MEMBER,
        RoleRefusal.UNKNOWN_ROLE,
        ReasonFault.TOO_SHORT,
        Judged(Verdict.WRONG_CODE),
        Judged(Verdict.INVALID_FORMAT),
    ]
    assert await ledger.details("role.refused") == [
        {"act": "grant", "why": why}
        for why in ("right", "not_oneself", "subject_has_mfa", "subject_is_member", "unknown_role")
    ]
    assert (await ledger.events()).count("role.granted") == 0


async def test_in_a_lockdown_nothing_is_granted_or_woken_but_revoked(cast: Cast) -> None:
    await resets(cast, cast.approver, by=cast.admin, approver=cast.second_admin)
    await cast.approver.enrolls()
    await cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)

    assert await grants(cast, cast.admin, cast.employee) is Guard.NO_LOCKDOWN
    assert await wakes(cast, cast.admin, cast.approver) is Guard.NO_LOCKDOWN
    assert await revokes(cast, cast.admin, cast.agent, "helpdesk") is Changed.NOW


# Revoking


async def test_a_revoked_role_counts_no_more_and_closes_what_its_holder_had_open(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    revoked = await revokes(cast, cast.admin, cast.agent, "helpdesk")
    again = await revokes(cast, cast.admin, cast.agent, "helpdesk", typed="")

    assert (revoked, again) == (Changed.NOW, Changed.BEFORE)
    assert await held_by(ledger, cast.agent) == []
    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "refused"}]
    assert await ledger.told(cast.agent.id) == ["reset_mine", "reset_outcome", "role_revoked"]
    assert await ledger.told(cast.second_admin.id) == ["role_revoked"]
    assert await cast.opens(cast.agent, cast.employee) is Guard.RIGHT


async def test_a_revoked_approver_s_approval_counts_no_more(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks(cast.agent, cast.admin)
    approved = await cast.approves(asked, cast.approver)
    assert isinstance(approved, Done)
    assert approved.reset.state is State.HOLDING

    await revokes(cast, cast.second_admin, cast.approver, "approver")

    assert await ledger.details("reset.ended") == [{"request": asked.request_id, "state": "refused"}]


async def test_one_s_own_role_stays_and_an_admin_is_revoked_by_another(cast: Cast, ledger: Ledger) -> None:
    own = await revokes(cast, cast.admin, cast.admin, "admin")
    by_nobody = await revokes(cast, cast.agent, cast.admin, "admin")
    by_another = await revokes(cast, cast.second_admin, cast.admin, "admin")

    assert (own, by_nobody, by_another) == (Guard.NOT_ONESELF, Guard.RIGHT, Changed.NOW)
    assert await held_by(ledger, cast.second_admin) == ["admin"]


@pytest.mark.parametrize("gone", ["suspended", "deactivated"])
async def test_a_role_is_taken_from_somebody_suspended_or_gone_as_well(cast: Cast, ledger: Ledger, gone: str) -> None:
    if gone == "suspended":
        await cast.services.suspension.stop(await ledger.message_of(cast.agent.id, "enabled"), by=cast.agent.id)
    else:
        await cast.leaves(cast.agent)

    assert await revokes(cast, cast.admin, cast.agent, "helpdesk") is Changed.NOW


async def test_the_last_able_admin_keeps_their_mfa_and_their_role(cast: Cast, ledger: Ledger) -> None:
    await revokes(cast, cast.admin, cast.second_admin, "admin")

    typed = cast.admin.code()
    disabled = await cast.services.disable.disable_own(cast.admin.id, factor_id=cast.admin.factor_id, typed=typed)

    assert disabled is Guard.ANOTHER_ADMIN
    assert await ledger.details("own.refused") == [{"act": "disable", "why": "another_admin"}]
    # Neither an admin without MFA nor one who is suspended is another able one.
    await cast.holds(await cast.joins("bare"), "admin")
    await cast.holds(cast.employee, "admin")
    await cast.services.suspension.stop(await ledger.message_of(cast.employee.id, "enabled"), by=cast.employee.id)
    again = await cast.services.disable.disable_own(cast.admin.id, factor_id=cast.admin.factor_id, typed=typed)
    assert again is Guard.ANOTHER_ADMIN


async def test_the_last_admin_can_be_reset(cast: Cast) -> None:
    await revokes(cast, cast.admin, cast.second_admin, "admin")

    asked = await cast.asks(cast.agent, cast.admin)

    assert isinstance(await cast.approves(asked, cast.approver), Done)


async def test_who_manages_roles_sees_who_holds_what_and_nobody_else_does(cast: Cast, ledger: Ledger) -> None:
    seen = await cast.services.roles.overview(by=cast.admin.id)

    assert isinstance(seen, Overview)
    assert [role.name for role in seen.roles if role.built_in] == ["admin", "approver", "auditor", "helpdesk"]
    assert [(grant.role.name, seen.people[grant.person_id].name) for grant in seen.grants] == [
        ("admin", "Admin"),
        ("admin", "Secondadmin"),
        ("approver", "Approver"),
        ("helpdesk", "Agent"),
    ]
    assert await cast.services.roles.overview(by=cast.agent.id) is Guard.RIGHT
    assert (await ledger.events())[-2:] == ["roles.seen", "role.refused"]
