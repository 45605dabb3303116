"""The private channel of approvers: when it gets the card, and what it does not stand for."""

from datetime import timedelta

from bot.core.actions import Guard
from bot.core.reset_opening import OpenRefusal
from bot.services.resets import Done
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import changed


async def test_a_channel_makes_no_approver_exist(cast: Cast, ledger: Ledger) -> None:
    in_channel = changed(cast.services, approvers_channel="C0SECRET")
    await cast.leaves(cast.manager)
    for holder in (cast.approver, cast.admin, cast.second_admin):
        await cast.leaves(holder)

    assert await cast.opens(cast.agent, cast.employee, on=in_channel) is OpenRefusal.NO_APPROVER
    assert await ledger.conn.fetchval("SELECT count(*) FROM reset_message") == 0


async def test_the_channel_gets_the_card_at_half_time_where_no_holder_could_be_asked(
    cast: Cast, ledger: Ledger
) -> None:
    """What "else to a configured private channel" means.

    A request opens only if a person in our tables could approve it: the manager or a holder of the right. So the
    channel is no way in. It stands in for the holders, whenever it is their turn and none of them could approve: here
    the manager alone was asked, has not answered by half time, and the one holder's right is too new for this subject.
    Who then presses the button in the channel is judged like everybody else.
    """
    in_channel = changed(cast.services, approvers_channel="C0SECRET")
    for holder in (cast.approver, cast.admin, cast.second_admin):
        await cast.leaves(holder)
    young = await cast.joins("young")
    await young.enrolls()
    await cast.holds(young, "approver", since=timedelta(hours=1))
    await cast.holds(cast.employee, "auditor")
    outcome = await cast.opens(cast.agent, cast.employee, on=in_channel)
    assert isinstance(outcome, Done)
    at_first = await channels(ledger)

    cast.services.clock.forward(hours=2)
    reminded = await in_channel.reset_times.remind(outcome.reset.request_id)

    assert reminded
    assert (at_first, await channels(ledger)) == ([], [("reset_card", "C0SECRET")])
    assert await ledger.told(cast.manager.id) == ["reset_card", "reset_reminder"]
    assert await ledger.told(young.id) == []
    assert await cast.approves(outcome.reset, young) is Guard.RIGHT_OLD_ENOUGH


async def test_the_channel_gets_nothing_where_holders_could_be_asked(cast: Cast, ledger: Ledger) -> None:
    in_channel = changed(cast.services, approvers_channel="C0SECRET")
    outcome = await cast.opens(cast.agent, cast.employee, on=in_channel)
    assert isinstance(outcome, Done)

    cast.services.clock.forward(hours=2)
    await in_channel.reset_times.remind(outcome.reset.request_id)

    assert await channels(ledger) == []
    assert await ledger.told(cast.approver.id) == ["reset_card"]


async def channels(ledger: Ledger) -> list[tuple[str, str]]:
    """Return what was posted into channels, and into which."""
    rows = await ledger.conn.fetch(
        "SELECT kind, in_channel FROM reset_message JOIN message USING (message_id) WHERE in_channel IS NOT NULL"
    )
    return [(row["kind"], row["in_channel"]) for row in rows]
