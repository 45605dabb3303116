"""While the clock of the process is off, a code in Slack is answered with a plain sentence, and stays good (V6)."""

from collections.abc import Callable

import pytest

from handlers.errors import CLOCK_OFF
from tests.support.bot import Bot
from tests.support.somebody import Somebody

pytestmark = pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)


@pytest.fixture
def clock_is(bot: Bot) -> Callable[[float], None]:
    """Have the checkup find that the clock is so many seconds ahead."""

    def ahead(seconds: float) -> None:
        bot.app.means.clock_check.most_s = 2.0
        bot.app.means.clock_check.offset_s = seconds

    return ahead


@pytest.mark.parametrize("form", ["/mfa disable", "/mfa replace", "/mfa recovery-codes"])
async def test_a_form_says_that_no_code_is_checked_and_its_code_is_still_good(
    ada: Somebody, clock_is: Callable[[float], None], form: str
) -> None:
    await ada.enables()
    code = ada.next_code()
    await ada.types(form)
    clock_is(3)
    await ada.submits(code=code)
    told = ada.modal_text

    clock_is(0)
    await ada.closes()
    await ada.types("/mfa disable")
    await ada.submits(code=code)

    assert CLOCK_OFF in told
    assert "*MFA is off.*" in ada.modal_text


async def test_no_enrollment_is_confirmed(ada: Somebody, clock_is: Callable[[float], None]) -> None:
    await ada.asks_for_qr()
    await ada.clicks("Enter the code")
    clock_is(3)
    await ada.submits(code=ada.code())

    assert CLOCK_OFF in ada.modal_text
