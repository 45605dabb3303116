"""How the requester made sure who is asking: required or not, on the card, and in the audit (A12)."""

import pytest

from bot.core.identity_check import IdentityCheck, IdentityFault
from bot.core.resets import Limits as ResetLimits
from bot.services.resets import Done
from handlers.views import notices
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.reading import texts_in
from tests.support.services import changed
from tests.support.wrongs import used_steps

SHOWN = {
    IdentityCheck.CALLED_BACK: "Identity check: the requester called back on the number on file.",
    IdentityCheck.SEEN: "Identity check: the requester saw the person, or a video of them.",
    IdentityCheck.VOUCHED: "Identity check: a manager vouched, the requester says.",
    IdentityCheck.NOT_CHECKED: ":warning: The requester did not check who is asking.",
}


@pytest.mark.parametrize("check", IdentityCheck)
async def test_it_stands_on_the_card_and_in_the_audit(cast: Cast, ledger: Ledger, check: IdentityCheck) -> None:
    outcome = await cast.opens(cast.agent, cast.employee, identity_check=check)

    notice = await cast.services.messages.notice(await ledger.message_of(cast.manager.id, "reset_card"))
    assert isinstance(outcome, Done)
    assert notice is not None
    assert SHOWN[check] in list(texts_in(notices.blocks(notice)[1]))
    assert [event["identity_check"] for event in await ledger.details("reset.opened")] == [check.value]


async def test_where_a_check_is_required_a_request_without_one_is_not_opened(cast: Cast, ledger: Ledger) -> None:
    strict = changed(cast.services, resets=ResetLimits(require_identity_check=True))
    code, before = cast.agent.code(), await used_steps(ledger)

    refused = await cast.opens(
        cast.agent, cast.employee, identity_check=IdentityCheck.NOT_CHECKED, typed=code, on=strict
    )
    unused = await used_steps(ledger)
    opened = await cast.opens(cast.agent, cast.employee, identity_check=IdentityCheck.SEEN, typed=code, on=strict)

    assert refused is IdentityFault.NOT_CHECKED
    assert unused == before
    assert isinstance(opened, Done)
