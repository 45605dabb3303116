"""Stories of a thief who set up, replaced or renewed somebody's MFA from their Slack session (E9).

The thief holds the new codes. The owner presses `Block my sign-in`, and neither the thief nor a helpful colleague of
the owner's ends that: a reset alone does.
"""

import pytest

from bot.core.actions import Guard
from bot.core.codes import Verdict
from bot.core.host import HostRefusal
from bot.core.people import SuspendedWhy
from bot.core.resets import Happened
from bot.core.suspension import ReleaseRefusal
from bot.services.break_glass import Glass
from bot.services.helpdesk import Helped
from bot.services.host import Ask
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.suspension import Released, Stopped
from tests.support.cast import REASON, Cast
from tests.support.helpdesk_acts import releases
from tests.support.ledger import Ledger
from tests.support.services import make_key
from tests.support.thief import WAYS, blocks, robs

WHO = BySlackId("U0EMPLOYEE")
ASK = Ask("host:root", REASON)


async def why(cast: Cast) -> SuspendedWhy | None:
    known = await cast.services.people.get(cast.employee.id)
    assert known is not None
    return known.suspended_why


@pytest.mark.parametrize("way", WAYS)
async def test_the_thief_answers_it_was_me_in_four_ways_and_none_works(cast: Cast, ledger: Ledger, way: str) -> None:
    thief = await robs(cast, ledger, way)
    key = await make_key(cast.services)
    await cast.services.recovery.pasted(cast.employee.id, text=thief.codes[8], cause="1.1")

    stopped = await blocks(cast, ledger, "recovery_code_pasted")
    answers = [
        await thief.says_it_was_me(),
        await thief.says_it_was_me(recovery_code=""),
        await thief.says_it_was_me(typed=thief.codes[1], recovery_code=thief.codes[2]),
        await thief.says_it_was_me(typed="", recovery_code=thief.codes[3]),
    ]
    sign_ins = [await cast.services.verification.check(key, WHO, typed=typed) for typed in (thief.code(), *thief.codes)]

    assert stopped is Stopped.DISPUTED
    assert answers == [ReleaseRefusal.DISPUTED] * 4
    assert sign_ins == [Judged(Verdict.SUSPENDED)] * 11
    live = "SELECT count(*) FROM recovery_set JOIN factor USING (factor_id) WHERE person_id = $1 AND void_at IS NULL"
    assert await ledger.conn.fetchval(live, cast.employee.id) == 0
    assert await why(cast) is SuspendedWhy.NOT_ME


@pytest.mark.parametrize("way", WAYS)
async def test_nobody_releases_a_disputed_factor_and_each_reads_why(cast: Cast, ledger: Ledger, way: str) -> None:
    await robs(cast, ledger, way)
    notice = {"enrolled": "enabled", "replaced": "replaced", "new codes": "recovery_codes_made"}[way]
    assert await blocks(cast, ledger, notice) is Stopped.DISPUTED

    by_helpdesk = await releases(cast, cast.agent)
    by_admin = await releases(cast, cast.admin)
    by_host = await Glass(cast.services.means).release("U0EMPLOYEE", ASK)

    assert (by_helpdesk, by_admin) == (Guard.NOT_DISPUTED, Guard.NOT_DISPUTED)
    assert by_host is HostRefusal.DISPUTED
    assert [event["why"] for event in await ledger.details("release.refused")] == ["not_disputed"] * 2
    assert await why(cast) is SuspendedWhy.NOT_ME


@pytest.mark.parametrize("notice", ["enabled", "recovery_code_used", "unlocked"])
async def test_which_notice_the_owner_presses_does_not_matter(cast: Cast, ledger: Ledger, notice: str) -> None:
    thief = await robs(cast, ledger, "replaced")
    key = await make_key(cast.services)
    await cast.services.verification.check(key, WHO, typed=thief.codes[9])
    await ledger.conn.execute(
        "INSERT INTO message (person_id, kind, created_at) VALUES ($1, 'unlocked', $2)",
        cast.employee.id,
        cast.services.clock(),
    )

    stopped = await blocks(cast, ledger, notice)

    assert stopped is Stopped.DISPUTED
    assert await thief.says_it_was_me() is ReleaseRefusal.DISPUTED


async def test_a_thief_who_uses_one_of_the_new_recovery_codes_does_not_supersede_the_dispute(
    cast: Cast, ledger: Ledger
) -> None:
    thief = await robs(cast, ledger, "replaced")
    key = await make_key(cast.services)
    await cast.services.verification.check(key, WHO, typed=thief.codes[9])
    await cast.services.recovery.pasted(cast.employee.id, text=thief.codes[8], cause="1.1")

    stopped = await blocks(cast, ledger, "replaced")

    assert stopped is Stopped.DISPUTED
    assert await thief.says_it_was_me() is ReleaseRefusal.DISPUTED


async def test_the_owner_is_told_that_only_a_reset_ends_it(cast: Cast, ledger: Ledger) -> None:
    await robs(cast, ledger, "replaced")

    await blocks(cast, ledger, "replaced")

    assert (await ledger.told(cast.employee.id))[-1] == "suspended"
    detail = await ledger.conn.fetchval("SELECT detail::text FROM message WHERE kind = 'suspended'")
    assert detail == '{"as": "disputed"}'
    assert [event.keys() for event in await ledger.details("factor.disputed")] == [{"factor"}]


# Any order


async def test_a_report_of_a_theft_before_the_block_does_not_hide_the_dispute(cast: Cast, ledger: Ledger) -> None:
    thief = await robs(cast, ledger, "replaced")
    await cast.asks(happened=Happened.STOLEN)

    stopped = await blocks(cast, ledger, "replaced")

    assert stopped is Stopped.DISPUTED
    assert await why(cast) is SuspendedWhy.STOLEN
    assert await thief.says_it_was_me() is ReleaseRefusal.DISPUTED
    assert await releases(cast, cast.admin) is Guard.NOT_DISPUTED


async def test_a_report_of_a_theft_after_a_plain_block_is_not_lost(cast: Cast, ledger: Ledger) -> None:
    await ledger.set_up_long_ago("U0EMPLOYEE")
    assert await blocks(cast, ledger, "enabled") is Stopped.NOW

    await cast.asks(happened=Happened.STOLEN)

    assert await why(cast) is SuspendedWhy.STOLEN
    assert await ledger.conn.fetchval("SELECT request_id FROM suspension") is None
    assert await releases(cast, cast.agent) in (Guard.NOT_THE_CAUSE, Guard.RELEASE_IN_REACH)
    assert await releases(cast, cast.admin) is Helped.OFFERED


async def test_a_release_that_was_offered_before_the_block_is_void(cast: Cast, ledger: Ledger) -> None:
    thief = await robs(cast, ledger, "replaced")
    await cast.asks(happened=Happened.STOLEN)
    assert await releases(cast, cast.admin) is Helped.OFFERED

    stopped = await blocks(cast, ledger, "replaced")

    assert stopped is Stopped.DISPUTED
    assert await thief.says_it_was_me(recovery_code="") is ReleaseRefusal.DISPUTED


async def test_an_account_that_was_deactivated_and_is_back_disputes_as_well(cast: Cast, ledger: Ledger) -> None:
    thief = await robs(cast, ledger, "replaced")
    await cast.leaves(cast.employee)
    await cast.services.people.save(cast.employee.profile)

    stopped = await blocks(cast, ledger, "replaced")
    await cast.leaves(cast.employee)
    await cast.services.people.save(cast.employee.profile)

    assert stopped is Stopped.DISPUTED
    assert await why(cast) is SuspendedWhy.NOT_ME
    assert await thief.says_it_was_me() is ReleaseRefusal.DISPUTED


async def test_a_second_block_changes_nothing_more(cast: Cast, ledger: Ledger) -> None:
    await robs(cast, ledger, "replaced")

    first = await blocks(cast, ledger, "replaced")
    again = await blocks(cast, ledger, "enabled")

    assert (first, again) == (Stopped.DISPUTED, Stopped.BEFORE)
    assert len(await ledger.details("factor.disputed")) == 1


async def test_where_the_thief_turned_the_factor_off_again_a_word_is_asked_for(cast: Cast, ledger: Ledger) -> None:
    thief = await robs(cast, ledger, "replaced")
    status = await cast.services.people.status(cast.employee.id)
    assert status is not None
    assert status[1].factor_id is not None
    await cast.services.disable.disable_own(cast.employee.id, factor_id=status[1].factor_id, typed=thief.codes[0])

    stopped = await blocks(cast, ledger, "replaced")

    assert stopped is Stopped.AWAITS_WORD
    assert await thief.says_it_was_me() is ReleaseRefusal.AWAITS_WORD
    assert await thief.tries_to_enroll() == "no_word"
    assert await releases(cast, cast.agent) is Guard.RELEASE_IN_REACH


async def test_a_plain_block_is_released_by_the_helpdesk_and_ended_by_a_code(cast: Cast, ledger: Ledger) -> None:
    await ledger.set_up_long_ago("U0EMPLOYEE")
    await blocks(cast, ledger, "enabled")

    released = await releases(cast, cast.agent)
    ended = await cast.services.suspension.release(cast.employee.id, typed=cast.employee.code(), recovery_code="")

    assert released is Helped.OFFERED
    assert ended is Released.NOW
