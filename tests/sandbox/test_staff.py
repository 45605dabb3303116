"""The staff of the sandbox get on, wherever an earlier start of theirs was cut off."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox import staff
from bot.sandbox.phone import Phone
from bot.sandbox.slack.cast import HAL
from bot.sandbox.slack.validation import slack_files
from tests.support.bot import Bot, serving_bot
from tests.support.database import Database
from tests.support.reading import buttons_in

STEPS = 6


class CutOffError(Exception):
    """The process was killed."""


class Hal(staff.Member):
    """Hal at the screen; after *steps* the process is killed, *halfway*: once he has acted, before anything follows."""

    def __init__(self, bot: Bot, phone: Phone, *, steps: int = 100, halfway: bool = False) -> None:
        super().__init__(bot.standin, phone, HAL)
        self.bot, self.steps, self.halfway = bot, steps, halfway

    async def _go(self, act: Callable[[], Awaitable[object]], seen: Callable[[], object]) -> None:
        async def acts() -> None:
            await act()
            if self.steps == 0:
                raise CutOffError
            await self.bot.settle()

        if self.steps == 0 and not self.halfway:
            raise CutOffError
        await super()._go(acts, seen)
        self.steps -= 1


@pytest_asyncio.fixture
async def bot(database: Database, tmp_path: Path) -> AsyncIterator[Bot]:
    async with serving_bot(database, tmp_path) as running:
        yield running
        assert running.standin.problems == []


@pytest.mark.parametrize("halfway", [False, True])
@pytest.mark.parametrize("steps", range(STEPS))
async def test_who_was_cut_off_at_any_step_gets_on_at_the_next_start(
    bot: Bot,
    steps: int,
    halfway: bool,  # noqa: FBT001  a parameter
) -> None:
    phone = Phone(None, bot.clock)
    with pytest.raises(CutOffError):
        await Hal(bot, phone, steps=steps, halfway=halfway).enables(bot.clock)
    bot.clock.forward(seconds=60)

    await Hal(bot, phone).enables(bot.clock)

    messages = bot.standin.workspace.messages(HAL)
    home = bot.standin.workspace.homes[HAL]
    assert staff.DISABLE in [element["text"]["text"] for _, element in buttons_in(home.blocks)]
    assert bot.standin.workspace.stack(HAL) == []
    assert [message for message in messages if list(slack_files(message.blocks))] == []
    (account,) = phone.shown(HAL)
    await bot.standin.command(HAL, "/mfa", "disable")
    await bot.standin.submit(HAL, {"code": str(account["code"])})
    assert "MFA is off" in str(bot.standin.workspace.stack(HAL)[-1].blocks)


async def test_an_enabling_takes_as_many_steps_as_are_cut_off_here(bot: Bot) -> None:
    hal = Hal(bot, Phone(None, bot.clock))

    await hal.enables(bot.clock)

    assert 100 - hal.steps == STEPS
