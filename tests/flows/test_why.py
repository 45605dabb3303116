"""`why` says which rule would refuse what, and does nothing."""

from bot.core.actions import Action, Guard
from bot.core.reset_opening import OpenRefusal
from bot.services.looking import Why
from tests.support.cast import Cast, Member


async def why(cast: Cast, by: Member, subject: Member) -> Why:
    cast.services.clock.forward(seconds=5)
    found = await cast.services.looks.why(by=by.id, subject_id=subject.id)
    assert isinstance(found, Why)
    return found


def refused(found: Why, action: Action) -> Guard | None:
    verdicts = dict(found.acts)[action]
    return next((verdict.guard for verdict in verdicts if not verdict.passed), None)


async def test_without_a_request_there_is_nothing_to_answer(cast: Cast) -> None:
    found = await why(cast, cast.agent, cast.employee)

    assert not found.request_open
    assert not {Action.APPROVE, Action.DENY} & dict(found.acts).keys()
    assert (refused(found, Action.ASK), found.not_opened, found.no_approver) == (None, None, False)


async def test_who_asked_is_told_that_somebody_else_has_to_approve(cast: Cast) -> None:
    await cast.asks(cast.admin, cast.agent)

    found = await why(cast, cast.admin, cast.agent)

    assert found.request_open
    assert refused(found, Action.APPROVE) is Guard.NOT_THE_REQUESTER
    assert refused(await why(cast, cast.second_admin, cast.agent), Action.APPROVE) is None
    assert refused(await why(cast, cast.second_admin, cast.agent), Action.DENY) is None


async def test_a_second_request_and_a_privileged_person_are_told_apart_from_the_guards(cast: Cast) -> None:
    await cast.asks(cast.agent, cast.approver)

    found = await why(cast, cast.admin, cast.approver)

    assert refused(found, Action.DISABLE_OTHER) is None
    assert found.needs_approval
    assert found.not_opened is OpenRefusal.ALREADY_OPEN


async def test_that_nobody_could_approve_is_said_beforehand(cast: Cast) -> None:
    for member in (cast.manager, cast.approver, cast.admin, cast.second_admin):
        await cast.leaves(member)

    found = await why(cast, cast.agent, cast.employee)

    assert found.no_approver
    assert await cast.opens(cast.agent, cast.employee) is OpenRefusal.NO_APPROVER
