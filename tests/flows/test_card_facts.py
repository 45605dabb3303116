"""The facts on the approver's card, after what changes them and after what does not (A12)."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.codes import Verdict
from bot.core.resets import Reset
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from handlers.views import notices
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.reading import texts_in
from tests.support.services import make_key

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def card(cast: Cast, ledger: Ledger) -> str:
    """Return what stands on the manager's card, with times as UTC."""
    notice = await cast.services.messages.notice(await ledger.message_of(cast.manager.id, "reset_card"))
    assert notice is not None
    return "\n".join(texts_in(notices.blocks(notice)[1]))


async def signs_in(cast: Cast, typed: str) -> Verdict:
    key, who = await make_key(cast.services), BySlackId(cast.employee.profile.slack_user_id)
    judged = await cast.services.verification.check(key, who, typed=typed)
    assert isinstance(judged, Judged)
    return judged.verdict


async def moved(ledger: Ledger, reset: Reset, by: timedelta) -> None:
    """Have a request be as long ago."""
    await ledger.conn.execute(
        """
        UPDATE reset_request
           SET opened_at = opened_at - $2::interval, expires_at = expires_at - $2::interval,
               ended_at = ended_at - $2::interval
         WHERE request_id = $1
        """,
        reset.request_id,
        by,
    )


async def test_a_wrong_code_does_not_count_as_one_that_was_accepted(cast: Cast, ledger: Ledger) -> None:
    await cast.asks()
    before = await card(cast, ledger)
    cast.services.clock.forward(hours=1)

    verdict = await signs_in(cast, cast.employee.phone.wrong_code())

    assert verdict is Verdict.WRONG_CODE
    assert "Last code accepted: 12:00." in before
    assert "Last code accepted: 12:00." in await card(cast, ledger)


async def test_a_recovery_code_counts_as_accepted_and_is_gone(cast: Cast, ledger: Ledger) -> None:
    await cast.asks()
    cast.services.clock.at = NOON + timedelta(hours=2)

    verdict = await signs_in(cast, cast.employee.recovery_codes[0])

    shown = await card(cast, ledger)
    assert verdict is Verdict.ACCEPTED
    assert "Last code accepted: 14:00." in shown
    assert "Recovery codes left: 9." in shown


@pytest.mark.parametrize(("days", "counted"), [(89, 1), (91, 0)])
async def test_resets_of_ninety_days_count(cast: Cast, ledger: Ledger, days: int, counted: int) -> None:
    done = await cast.asks(cast.admin)
    await cast.employee.enrolls()
    await moved(ledger, done, timedelta(days=days))

    await cast.asks()

    assert f"Resets of this person in 90 days: {counted}." in await card(cast, ledger)


@pytest.mark.parametrize(("days", "counted"), [(29, 2), (31, 1)])
async def test_requests_of_thirty_days_count_and_this_one(cast: Cast, ledger: Ledger, days: int, counted: int) -> None:
    before = await cast.asks(cast.agent, cast.approver)
    await cast.services.resets.cancel(before.request_id, by=cast.agent.id)
    await moved(ledger, before, timedelta(days=days))

    await cast.asks()

    assert f"Requests by this requester in 30 days: {counted}." in await card(cast, ledger)


@pytest.mark.parametrize(("tz", "time"), [("Asia/Tokyo", "21:00"), ("America/New_York", "07:00")])
async def test_the_local_time_is_that_of_the_person(cast: Cast, ledger: Ledger, tz: str, time: str) -> None:
    asked = await cast.asks()
    cast.services.clock.at = NOON
    await ledger.conn.execute("UPDATE person SET tz = $2 WHERE person_id = $1", asked.subject_id, tz)

    assert f"Local time there: {time}." in await card(cast, ledger)


async def test_an_unknown_time_zone_is_no_line(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    await ledger.conn.execute("UPDATE person SET tz = 'Nowhere/Else' WHERE person_id = $1", asked.subject_id)

    assert "Local time" not in await card(cast, ledger)
