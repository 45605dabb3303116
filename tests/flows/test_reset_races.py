"""What happens at once: of many answers one takes effect, and what is taken away counts from then on (A2, A5, A9)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from uuid import UUID

import pytest_asyncio

from bot.core.actions import Guard
from bot.core.reset_opening import OpenRefusal, VetoedLately
from bot.core.resets import Reset, State
from bot.services.disable import Disabled
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.resets import Came, Done
from bot.services.roles import Changed
from bot.services.suspension import Stopped
from tests.support.cast import REASON, Cast, assemble
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services, changed, make_key
from tests.support.timeouts import patient_pool


@pytest_asyncio.fixture
async def cast(services: Services, database: Database) -> AsyncIterator[Cast]:
    """Everybody, on connections that have time: a crowd at one row is what is tested here."""
    pool = patient_pool(database.program)
    yield await assemble(changed(services, pool=pool))
    await pool.close()


async def at_once(*acts: Awaitable[object]) -> list[object]:
    return list(await asyncio.gather(*acts))


async def state(ledger: Ledger, reset: Reset) -> State:
    return State(await ledger.conn.fetchval("SELECT state FROM reset_request WHERE request_id = $1", reset.request_id))


async def test_of_twenty_answers_at_once_one_takes_effect_and_is_one_event(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    notice = await ledger.message_of(cast.employee.id, "reset_opened")
    cast.services.clock.forward(minutes=1)
    resets, times = cast.services.resets, cast.services.reset_times

    answers = await at_once(
        *(cast.approves(asked, one, typed=one.phone.code()) for one in (cast.manager, cast.approver) * 3),
        *(resets.deny(asked.request_id, by=one.id, reason=REASON) for one in (cast.manager, cast.admin) * 2),
        *(cast.services.suspension.stop(notice, by=cast.employee.id) for _ in range(4)),
        *(resets.cancel(asked.request_id, by=cast.agent.id) for _ in range(3)),
        *(times.expire(asked.request_id) for _ in range(3)),
    )

    events = await ledger.events()
    assert len(answers) == 20
    assert events.count("reset.ended") + events.count("mfa.reset") == 1
    assert events.count("reset.approved") == events.count("mfa.reset")
    assert await state(ledger, asked) in (State.EXECUTED, State.DENIED, State.VETOED, State.CANCELLED)
    outcomes = [
        row["kind"]
        for row in await ledger.conn.fetch(
            "SELECT kind FROM message WHERE person_id = $1 AND kind IN ('reset_done', 'reset_outcome')",
            cast.employee.id,
        )
    ]
    assert len(outcomes) == 1


async def test_one_submission_opens_one_request_however_often_it_arrives_at_once(cast: Cast, ledger: Ledger) -> None:
    typed = cast.agent.code()

    answers = await at_once(
        *(cast.opens(cast.agent, cast.employee, intent=UUID(int=7), typed=typed) for _ in range(20))
    )

    assert all(isinstance(answer, Done) for answer in answers)
    assert await ledger.about_resets() == ["reset.opened"]
    assert await ledger.told(cast.manager.id) == ["reset_card"]


async def test_of_two_requests_about_one_person_at_once_one_is_opened(cast: Cast, ledger: Ledger) -> None:
    await cast.holds(cast.approver, "helpdesk")
    cast.services.clock.forward(minutes=1)

    answers = await at_once(
        *(cast.opens(one, cast.employee, typed=one.phone.code()) for one in (cast.agent, cast.approver))
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Done", "OpenRefusal"]
    assert await ledger.conn.fetchval("SELECT count(*) FROM reset_request") == 1


async def test_of_four_requests_of_one_person_at_once_three_are_opened_at_most(cast: Cast, ledger: Ledger) -> None:
    subjects = [cast.employee, cast.manager, cast.approver, cast.admin, cast.second_admin]
    for subject in subjects[:2]:
        await cast.asks(cast.agent, subject)
    typed = cast.agent.code()

    answers = await at_once(*(cast.opens(cast.agent, subject, typed=typed) for subject in subjects[2:]))

    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert all(isinstance(answer, Done | OpenRefusal | VetoedLately | Judged) for answer in answers)
    assert await ledger.conn.fetchval("SELECT count(*) FROM reset_request") == 3


# Who may, taken away


async def test_a_right_that_was_revoked_after_the_form_was_opened_does_not_approve(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    typed = cast.approver.code()

    revoked = await cast.services.roles.revoke(
        by=cast.admin.id, subject_id=cast.approver.id, role="approver", reason=REASON, typed=cast.admin.code()
    )
    outcome = await cast.approves(asked, cast.approver, typed=typed)

    assert revoked is Changed.NOW
    assert outcome is Guard.RIGHT
    assert await state(ledger, asked) is State.AWAITING_APPROVAL


async def test_a_right_and_what_it_approves_at_once_have_one_order(cast: Cast, ledger: Ledger) -> None:
    for _ in range(10):
        asked = await cast.asks()
        cast.services.clock.forward(minutes=1)

        approved, revoked = await at_once(
            cast.approves(asked, cast.approver, typed=cast.approver.phone.code()),
            cast.services.roles.revoke(
                by=cast.admin.id,
                subject_id=cast.approver.id,
                role="approver",
                reason=REASON,
                typed=cast.admin.phone.code(),
            ),
        )

        events = [kind for kind in await ledger.events() if kind in ("reset.approved", "role.revoked")]
        assert revoked is Changed.NOW
        if isinstance(approved, Done):
            assert events[-2:] == ["reset.approved", "role.revoked"]
            await cast.employee.enrolls()
        else:
            assert approved is Guard.RIGHT
            await cast.services.resets.cancel(asked.request_id, by=cast.agent.id)
        await cast.holds(cast.approver, "approver")
        await ledger.conn.execute("UPDATE enrollment SET started_at = started_at - interval '2 hours'")


async def test_a_sign_in_and_an_approval_at_once_never_both_count(cast: Cast, ledger: Ledger) -> None:
    key, who = await make_key(cast.services), BySlackId(cast.employee.profile.slack_user_id)
    for _ in range(10):
        asked = await cast.asks()
        cast.services.clock.forward(minutes=1)

        approved, signed_in = await at_once(
            cast.approves(asked, cast.manager, typed=cast.manager.phone.code()),
            cast.services.verification.check(key, who, typed=cast.employee.phone.code()),
        )

        assert isinstance(signed_in, Judged)
        assert signed_in.accepted is not isinstance(approved, Done)
        if signed_in.accepted:
            assert await state(ledger, asked) is State.SELF_CANCELLED
        else:
            assert await state(ledger, asked) is State.EXECUTED
            await cast.employee.enrolls()
        await ledger.conn.execute("UPDATE enrollment SET started_at = started_at - interval '2 hours'")


async def test_a_veto_and_an_approval_at_once_never_both_count(cast: Cast, ledger: Ledger) -> None:
    for _ in range(10):
        asked = await cast.asks()
        notice = await ledger.message_of(cast.employee.id, "reset_opened")
        await ledger.set_up_long_ago(cast.employee.profile.slack_user_id)
        cast.services.clock.forward(minutes=1)

        approved, stopped = await at_once(
            cast.approves(asked, cast.manager, typed=cast.manager.phone.code()),
            cast.services.suspension.stop(notice, by=cast.employee.id),
        )

        if isinstance(approved, Done):
            # It came after: then it suspends.
            assert stopped is Stopped.NOW
            return
        assert isinstance(approved, Came)
        assert stopped is Stopped.VETOED
        assert await state(ledger, asked) is State.VETOED


# The last admin


async def test_of_two_admins_who_revoke_each_other_at_once_one_stays(cast: Cast, ledger: Ledger) -> None:
    for _ in range(10):
        cast.services.clock.forward(minutes=1)
        pairs = ((cast.admin, cast.second_admin), (cast.second_admin, cast.admin))

        answers = await at_once(
            *(
                cast.services.roles.revoke(
                    by=one.id, subject_id=other.id, role="admin", reason=REASON, typed=one.phone.code()
                )
                for one, other in pairs
            )
        )

        assert sorted(answers, key=str) == [Changed.NOW, Guard.RIGHT]
        assert (
            await ledger.conn.fetchval("SELECT count(*) FROM role_grant WHERE role = 'admin' AND revoked_at IS NULL")
            == 1
        )
        for admin in (cast.admin, cast.second_admin):
            await cast.holds(admin, "admin")


async def test_of_the_last_two_admins_who_turn_their_mfa_off_at_once_one_stays(cast: Cast, ledger: Ledger) -> None:
    admins = (cast.admin, cast.second_admin)
    for _ in range(5):
        answers = await at_once(
            *(
                cast.services.disable.disable_own(one.id, factor_id=one.factor_id, typed=one.recovery_codes[0])
                for one in admins
            )
        )

        assert sorted(answers, key=str) == [Guard.ANOTHER_ADMIN, Disabled.NOW]
        cast.services.clock.forward(hours=1)
        await admins[answers.index(Disabled.NOW)].enrolls()
    assert await ledger.details("own.refused") == [{"act": "disable", "why": "another_admin"}] * 5
