"""What the host does when nobody else may: at once, loud, and never turning anybody's MFA on (A14, S2)."""

from uuid import uuid4

import asyncpg
import pytest

from bot.core.actions import Guard
from bot.core.host import HostRefusal
from bot.core.resets import Happened, ReasonFault, State
from bot.services.break_glass import Glass
from bot.services.helpdesk import NewWord
from bot.services.host import Ask
from bot.services.lookups import BySlackId
from bot.services.resets import Done
from handlers.views.notices import blocks
from tests.support.cast import REASON, Cast, Member
from tests.support.helpdesk_acts import fail, suspend
from tests.support.ledger import Ledger
from tests.support.role_acts import held_by, resets
from tests.support.services import Services, make_key

ASK = Ask("host:root", REASON)


@pytest.fixture
def glass(services: Services) -> Glass:
    return Glass(services.means)


def slack_id(member: Member) -> str:
    return member.person.slack_user_id


async def by_host(ledger: Ledger) -> list[asyncpg.Record]:
    return await ledger.conn.fetch(
        "SELECT kind, surface, subject_id, detail FROM audit_event WHERE actor = 'host:root' ORDER BY event_id"
    )


async def test_a_reset_by_the_host_lets_the_person_sign_in_without_and_enroll_anew(glass: Glass, cast: Cast) -> None:
    key = await make_key(cast.services)

    done = await glass.reset(slack_id(cast.employee), ASK)

    signed_in = await cast.services.verification.check(key, BySlackId(slack_id(cast.employee)), typed="123456")
    assert done is None
    assert getattr(signed_in, "verdict", None) == "not_enrolled"
    await cast.employee.enrolls()


async def test_it_is_a_request_of_nobody_s_and_everybody_concerned_is_told(
    glass: Glass, cast: Cast, ledger: Ledger
) -> None:
    await glass.reset(slack_id(cast.employee), ASK)

    [reset] = await ledger.conn.fetch("SELECT * FROM reset_request")
    assert (reset["state"], reset["requester_id"], reset["approver_id"]) == (State.EXECUTED, None, None)
    assert (reset["reason"], reset["ended_by"]) == (REASON, "host:root")
    assert await ledger.told(cast.employee.id) == ["reset_done"]
    assert await ledger.told(cast.admin.id) == await ledger.told(cast.second_admin.id) == ["glass_broken"]
    assert await ledger.told(cast.agent.id) == []
    notice = await cast.services.messages.notice(await ledger.message_of(cast.employee.id, "reset_done"))
    assert notice is not None
    assert "Disabled directly by the host." in str(blocks(notice))


async def test_the_audit_says_loudly_what_the_host_did(glass: Glass, cast: Cast, ledger: Ledger) -> None:
    await glass.reset(slack_id(cast.employee), ASK)

    events = await by_host(ledger)
    assert [event["kind"] for event in events] == ["reset.opened", "mfa.reset", "glass.broken"]
    assert {event["surface"] for event in events} == {"cli"}
    assert {event["subject_id"] for event in events} == {cast.employee.id}
    assert REASON not in str(events)


async def test_the_last_admin_can_be_reset_and_the_rights_sleep_until_the_host_wakes_them(
    glass: Glass, cast: Cast, ledger: Ledger
) -> None:
    await ledger.conn.execute("DELETE FROM role_grant WHERE person_id = $1", cast.second_admin.id)

    reset = await glass.reset(slack_id(cast.admin), ASK)
    too_soon = await glass.wake(slack_id(cast.admin), ASK)
    await cast.admin.enrolls()
    asleep = await held_by(ledger, cast.admin)
    woken = await glass.wake(slack_id(cast.admin), ASK)
    again = await glass.wake(slack_id(cast.admin), ASK)

    assert (reset, too_soon, woken, again) == (None, HostRefusal.NO_MFA, None, HostRefusal.NOTHING_DORMANT)
    assert asleep == []
    assert await held_by(ledger, cast.admin) == ["admin"]
    assert isinstance(await cast.opens(cast.admin, cast.employee), Done)


async def test_a_reset_of_an_admin_is_told_to_the_other(glass: Glass, cast: Cast, ledger: Ledger) -> None:
    await glass.reset(slack_id(cast.admin), ASK)

    assert await ledger.told(cast.second_admin.id) == ["rights_dormant", "glass_broken"]
    assert await ledger.told(cast.admin.id) == ["reset_done"]


async def test_what_was_open_about_the_person_is_void(glass: Glass, cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()

    await glass.reset(slack_id(cast.employee), ASK)

    states = await ledger.conn.fetch("SELECT state FROM reset_request ORDER BY request_id")
    assert [row["state"] for row in states] == [State.SUPERSEDED, State.EXECUTED]
    assert await ledger.unsettled(asked.request_id) == {"reset_outcome"}


async def test_a_stolen_phone_s_owner_stays_suspended_until_they_enroll_with_the_word(glass: Glass, cast: Cast) -> None:
    await cast.asks(happened=Happened.STOLEN)

    done = await glass.reset(slack_id(cast.employee), ASK)
    reset = await cast.services.people.get(cast.employee.id)

    assert isinstance(done, NewWord)
    assert reset is not None
    assert reset.suspended
    await cast.employee.enrolls(word=done.word)
    enrolled = await cast.services.people.get(cast.employee.id)
    assert enrolled is not None
    assert not enrolled.suspended


@pytest.mark.parametrize("reason", ["", "short", "\u202e" * 20])
async def test_without_a_reason_nothing_is_done(glass: Glass, cast: Cast, ledger: Ledger, reason: str) -> None:
    ask = Ask("host:root", reason)

    answers = [
        await glass.reset(slack_id(cast.employee), ask),
        await glass.unlock(slack_id(cast.employee), ask),
        await glass.wake(slack_id(cast.employee), ask),
        await glass.lift_lockdown(ask),
    ]

    assert all(isinstance(answer, ReasonFault) for answer in answers)
    assert await by_host(ledger) == []


async def test_what_is_refused_is_an_event_and_told_to_nobody(glass: Glass, cast: Cast, ledger: Ledger) -> None:
    await cast.leaves(cast.manager)
    answers = [
        await glass.reset("U0NOBODY", ASK),
        await glass.reset(slack_id(cast.guest), ASK),
        await glass.reset(slack_id(cast.manager), ASK),
        await glass.unlock(slack_id(cast.employee), ASK),
        await glass.wake(slack_id(cast.employee), ASK),
        await glass.lift_lockdown(ASK),
    ]

    assert answers == [
        HostRefusal.UNKNOWN_PERSON,
        HostRefusal.NOT_A_MEMBER,
        HostRefusal.NOT_A_MEMBER,
        HostRefusal.NOTHING_TO_UNLOCK,
        HostRefusal.NOTHING_DORMANT,
        HostRefusal.NO_LOCKDOWN,
    ]
    assert [event["kind"] for event in await by_host(ledger)] == ["glass.refused"] * 6
    assert await ledger.told(cast.admin.id) == []


async def test_an_unlock_ends_lock_and_waits_and_not_the_count(glass: Glass, cast: Cast, ledger: Ledger) -> None:
    await ledger.conn.execute("UPDATE factor SET failures = 150 WHERE person_id = $1", cast.employee.id)

    unlocked = await glass.unlock(slack_id(cast.employee), ASK)
    nothing_left = await glass.unlock(slack_id(cast.employee), ASK)
    await ledger.conn.execute("UPDATE factor SET failures = 200 WHERE person_id = $1", cast.employee.id)
    beyond = await glass.unlock(slack_id(cast.employee), ASK)

    assert (unlocked, nothing_left, beyond) == (None, HostRefusal.NOTHING_TO_UNLOCK, HostRefusal.ONLY_A_RESET)
    assert await ledger.told(cast.employee.id) == ["unlocked"]
    assert await ledger.told(cast.admin.id) == ["glass_broken"]


async def test_nobody_suspended_is_unlocked_since_no_code_would_be_looked_at(
    glass: Glass, cast: Cast, ledger: Ledger
) -> None:
    await fail(ledger, cast.employee, 100)
    await suspend(cast, ledger, cast.employee)

    assert await glass.unlock(slack_id(cast.employee), ASK) is HostRefusal.SUSPENDED


async def test_a_lockdown_is_lifted_though_its_starter_is_alone(glass: Glass, cast: Cast, ledger: Ledger) -> None:
    await cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)
    own = await cast.services.lockdowns.lift(by=cast.admin.id, told=[cast.admin.profile], typed=cast.admin.code())

    lifted = await glass.lift_lockdown(ASK)

    assert own is Guard.LOCKDOWN_BY_ANOTHER
    assert lifted is None
    assert await cast.services.lockdowns.look() is None
    assert (await ledger.told(cast.second_admin.id))[-1] == "glass_broken"
    assert [event["kind"] for event in await by_host(ledger)] == ["lockdown.lifted", "glass.broken"]


async def test_it_works_while_everything_is_locked_down(glass: Glass, cast: Cast) -> None:
    await cast.services.lockdowns.start(by=cast.admin.id, reason=REASON)

    assert await glass.reset(slack_id(cast.employee), ASK) is None


async def test_rights_that_sleep_are_woken_loudly(glass: Glass, cast: Cast, ledger: Ledger) -> None:
    await resets(cast, cast.admin, by=cast.agent, approver=cast.second_admin)
    await cast.admin.enrolls()

    await glass.wake(slack_id(cast.admin), ASK)

    assert (await ledger.told(cast.admin.id))[-1] == "rights_woken"
    assert (await ledger.told(cast.second_admin.id))[-1] == "glass_broken"
    assert await ledger.details("rights.woken") == [{"roles": "admin"}]


async def test_an_enrollment_that_was_pending_is_cancelled_and_no_mfa_comes_of_it(
    glass: Glass, cast: Cast, ledger: Ledger
) -> None:
    await cast.services.enrollments.start(
        cast.employee.id, intent=uuid4(), replacing=True, typed=cast.employee.recovery_codes[0]
    )

    await glass.reset(slack_id(cast.employee), ASK)

    assert await ledger.conn.fetchval("SELECT count(*) FROM enrollment WHERE state = 'pending'") == 0
    active = await ledger.conn.fetchval(
        "SELECT count(*) FROM factor WHERE person_id = $1 AND state = 'active'", cast.employee.id
    )
    assert active == 0
