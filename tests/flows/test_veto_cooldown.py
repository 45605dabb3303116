"""After a veto: for a day no request about that person by the same requester, and the next one shows it (A17)."""

from datetime import timedelta

from bot.core.actions import Guard
from bot.core.reset_opening import VetoedLately
from bot.core.resets import Happened
from bot.core.resets import Limits as ResetLimits
from bot.services.looking import Shown
from bot.services.resets import Came, Done
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import changed


async def vetoes(cast: Cast, ledger: Ledger) -> None:
    notice = await ledger.message_of(cast.employee.id, "reset_opened")
    await cast.services.suspension.stop(notice, by=cast.employee.id)


async def test_the_same_requester_opens_none_about_that_person_for_a_day(cast: Cast, ledger: Ledger) -> None:
    await cast.asks()
    await vetoes(cast, ledger)
    until = cast.services.clock() + timedelta(days=1)

    bombing = [await cast.opens(cast.agent, cast.employee, happened=happened) for happened in Happened]
    about_another = await cast.opens(cast.agent, cast.manager)
    cast.services.clock.at = until

    assert bombing == [VetoedLately(until)] * 2
    assert isinstance(about_another, Done)
    assert await ledger.details("reset.refused") == [{"why": "vetoed_lately"}] * 2
    assert isinstance(await cast.opens(cast.agent, cast.employee), Done)


async def test_nor_does_whoever_may_disable_directly(cast: Cast, ledger: Ledger) -> None:
    slow = changed(cast.services, resets=ResetLimits(hold=timedelta(minutes=10)))
    await cast.opens(cast.admin, cast.employee, on=slow)
    await vetoes(cast, ledger)

    again = await cast.opens(cast.admin, cast.employee)

    assert isinstance(again, VetoedLately)


async def test_somebody_else_may_ask_and_the_card_shows_the_veto(cast: Cast, ledger: Ledger) -> None:
    await cast.asks()
    await vetoes(cast, ledger)
    vetoed_at = cast.services.clock()
    await cast.holds(cast.approver, "helpdesk")

    asked = await cast.asks(cast.approver)

    card = await cast.services.resets.card_for(asked.request_id, by=cast.manager.id)
    assert not isinstance(card, Came | Guard)
    assert card.facts.vetoed_at == vetoed_at


async def test_after_a_reset_the_veto_of_before_is_not_shown(cast: Cast, ledger: Ledger) -> None:
    await cast.asks()
    await vetoes(cast, ledger)
    cast.services.clock.forward(days=1)
    first = await cast.asks()
    await cast.approves(first, cast.manager)
    await cast.employee.enrolls()

    asked = await cast.asks()

    card = await cast.services.resets.card_for(asked.request_id, by=cast.manager.id)
    assert not isinstance(card, Came | Guard)
    assert card.facts.vetoed_at is None


async def test_whoever_has_a_stolen_phone_keeps_nobody_from_asking(cast: Cast, ledger: Ledger) -> None:
    await cast.asks(happened=Happened.STOLEN)
    await vetoes(cast, ledger)

    assert isinstance(await cast.opens(cast.agent, cast.employee, happened=Happened.STOLEN), Done)


async def test_it_is_said_before_a_reason_and_a_code_are_asked_for(cast: Cast, ledger: Ledger) -> None:
    await cast.asks()
    await vetoes(cast, ledger)

    shown = await cast.services.looks.show(by=cast.agent.id, subject_id=cast.employee.id)

    assert isinstance(shown, Shown)
    assert shown.not_opened == VetoedLately(cast.services.clock() + timedelta(days=1))
