"""Every refusal of a reset: it is told by its rule, leaves the code unused, is an event, and changes nothing."""

from dataclasses import replace

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.resets import ReasonFault, State
from bot.services.judging import Judged
from tests.support.cast import Cast, Member
from tests.support.ledger import Ledger
from tests.support.wrongs import WRONGS, prepared, used_steps


@pytest.mark.parametrize(("wrong", "guard"), [*WRONGS.items(), ("subject without MFA", Guard.SUBJECT_HAS_MFA)])
@pytest.mark.parametrize("who", ["agent", "admin"])
async def test_who_may_not_reset_is_told_which_rule_refuses(
    cast: Cast, ledger: Ledger, who: str, wrong: str, guard: Guard
) -> None:
    actor: Member = getattr(cast, who)
    told = await prepared(cast, ledger, wrong, actor)
    typed, before = actor.code(), await used_steps(ledger)

    outcome = await cast.opens(actor, cast.employee, told=told, typed=typed)

    assert outcome is guard
    assert await used_steps(ledger) == before
    assert await ledger.details("reset.refused") == [{"why": guard.value}]
    assert await ledger.conn.fetchval("SELECT count(*) FROM reset_request") == 0


async def test_without_a_right_for_somebody_unknown_and_for_oneself_nothing_is_opened(
    cast: Cast, ledger: Ledger
) -> None:
    nobody = Member(cast.services, cast.guest.profile, replace(cast.guest.person, person_id=999_999))
    before = await used_steps(ledger)

    outcomes = [
        await cast.opens(cast.admin, nobody),
        await cast.opens(cast.manager, cast.employee),
        await cast.opens(cast.employee, cast.manager),
        await cast.opens(cast.admin, cast.admin),
        await cast.opens(cast.agent, cast.agent),
        await cast.opens(cast.admin, cast.guest),
    ]

    told = ["subject_known", "right", "right", "not_oneself", "not_oneself", "subject_is_member"]
    assert outcomes == told
    assert [event["why"] for event in await ledger.details("reset.refused")] == told
    assert await used_steps(ledger) == before


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("", ReasonFault.TOO_SHORT),
        ("too short", ReasonFault.TOO_SHORT),
        ("\u202e" * 30, ReasonFault.TOO_SHORT),
        ("x" * 501, ReasonFault.TOO_LONG),
    ],
)
async def test_a_reason_that_is_none_leaves_the_code_unused(
    cast: Cast, ledger: Ledger, reason: str, fault: ReasonFault
) -> None:
    asked = await cast.asks()
    before = await used_steps(ledger)

    outcome = await cast.opens(cast.admin, cast.manager, reason=reason)
    denied = await cast.services.resets.deny(asked.request_id, by=cast.approver.id, reason=reason)

    assert (outcome, denied) == (fault, fault)
    assert await used_steps(ledger) == before


async def test_the_code_is_the_actor_s_own_totp_code_and_a_recovery_code_will_not_do(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()

    answers = [
        await cast.approves(asked, cast.manager, typed=typed)
        for typed in ("", cast.manager.recovery_codes[0], cast.employee.phone.code(), cast.manager.phone.wrong_code())
    ]

    assert answers == [
        Judged(Verdict.INVALID_FORMAT),
        Judged(Verdict.INVALID_FORMAT),
        Judged(Verdict.WRONG_CODE),
        Judged(Verdict.WRONG_CODE),
    ]
    assert await ledger.conn.fetchval("SELECT state FROM reset_request") == State.AWAITING_APPROVAL
