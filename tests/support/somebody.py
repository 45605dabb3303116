"""A person in front of Slack: presses what they can read, types, and reads what then stands there."""

import asyncio
import copy
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pyotp

from bot.sandbox.phone import seen_in
from bot.sandbox.slack import Message, Reply, StandIn, View
from tests.support.reading import buttons_in, pictures_in, texts_in

if TYPE_CHECKING:
    from tests.support.bot import Bot

RECOVERY_CODE = re.compile(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}\b")


class Somebody:
    """One person. After each act everything that follows from it has arrived."""

    def __init__(self, bot: "Bot", user: str) -> None:
        self._bot = bot
        self.user = user
        self.secrets: list[str] = []
        """The keys in this person's authenticator app, oldest first."""
        self.recovery_codes: list[str] = []
        self.replies: list[Reply] = []

    @property
    def slack(self) -> StandIn:
        return self._bot.standin

    # What they do

    async def opens_home(self) -> Reply:
        return await self._done(await self.slack.open_home(self.user))

    @asynccontextmanager
    async def opening_home_slowly(self) -> AsyncIterator[None]:
        """Open Home, at an earlier state of things: what the bot publishes for that is under way through the block."""
        late = self.slack.faults.slow("views.publish")
        opening = asyncio.create_task(self.opens_home())
        await late.entered.wait()
        yield
        late.release()
        await opening

    async def types(self, line: str) -> Reply:
        """Type a slash command, such as `/mfa enable`."""
        command, _, text = line.partition(" ")
        return await self._done(await self.slack.command(self.user, command, text))

    async def says(self, text: str) -> Reply:
        return await self._done(await self.slack.say(self.user, text))

    async def clicks(self, label: str, *, place: Message | View | None = None) -> Reply:
        """Press the button that reads *label*: in the modal on top, the newest message, or Home, unless told where."""
        found = self._button(label, place)
        assert found is not None, f"{self.user} sees no button “{label}”, but: {self.buttons}"
        where, block_id, action_id = found
        if isinstance(where, View):
            return await self._done(await self.slack.click(self.user, action_id, block_id=block_id, view=where))
        return await self._done(await self.slack.click(self.user, action_id, block_id=block_id, message=where))

    async def forges_a_click(self, message: Message, label: str) -> Reply:
        """Send a click on a button of somebody else's message, as no client of Slack's would."""
        channel, _ = self.slack.workspace.open_dm(self.user)
        mine = copy.deepcopy(message)
        mine.channel = channel.id
        channel.messages[mine.ts] = mine
        reply = await self.clicks(label, place=mine)
        del channel.messages[mine.ts]
        return reply

    async def submits_again(self) -> Reply:
        """Have Slack deliver the latest submission once more, with the very same bytes."""
        latest = next(sent for sent in reversed(self.slack.deliveries) if sent.kind == "view_submission")
        return await self._done(await self.slack.deliver_again(latest))

    async def submits(self, **typed: str) -> Reply:
        """Fill in the modal on top by action id, and submit it."""
        reply = await self._done(await self.slack.submit(self.user, typed))
        self.recovery_codes = RECOVERY_CODE.findall(self.modal_text) or self.recovery_codes
        return reply

    def leaves_open(self) -> View:
        """Go on at another device, and leave the modal on top open at this one; return it."""
        assert self.modal is not None
        return self.slack.workspace.stack(self.user).pop()

    def comes_back_to(self, view: View) -> None:
        """Sit down again before what was left open."""
        self.slack.workspace.stack(self.user).append(view)

    async def closes(self) -> Reply:
        return await self._done(await self.slack.close(self.user))

    async def scans(self) -> None:
        """Point the phone at the newest QR code in the DM."""
        shown = [file_id for message in self.messages for file_id in pictures_in(message.blocks)]
        assert shown, f"{self.user} sees no picture"
        content = self.slack.workspace.files[shown[-1]].content
        assert content is not None
        uri = seen_in(content)
        self.secrets.append(parse_qs(urlsplit(uri).query)["secret"][0])

    def code(self, *, steps: int = 0, secret: int = -1) -> str:
        """Read the code off the phone: the present one, or one *steps* later."""
        return pyotp.TOTP(self.secrets[secret]).at(self._bot.clock(), counter_offset=steps)

    def next_code(self) -> str:
        """Wait for the next code, and read it."""
        self._bot.clock.forward(seconds=30)
        return self.code()

    def wrong_code(self) -> str:
        """Return six digits that no step near now has."""
        near = {
            self.code(steps=steps, secret=number) for number in range(len(self.secrets)) for steps in range(-11, 12)
        }
        return next(
            digits for number in range(100) if (digits := f"{(number + 61) * 7919 % 1_000_000:06d}") not in near
        )

    # What they do in one go

    async def asks_for_qr(self) -> None:
        """Start an enrollment, and look at the picture that comes."""
        await self.types("/mfa enable")
        await self.submits()
        await self.closes()
        await self.scans()

    async def enables(self, *, saving: bool = True) -> None:
        """Turn MFA on, all the way; without *saving* the recovery codes are still on the screen."""
        await self.asks_for_qr()
        await self.clicks("Enter the code")
        await self.submits(code=self.code())
        if saving:
            await self.submits()

    async def disables(self) -> None:
        """Turn MFA off, with the next code."""
        await self.types("/mfa disable")
        await self.submits(code=self.next_code())
        await self.closes()

    async def stops(self, notice: str = "Your MFA is on.", *, lately: bool = False) -> None:
        """Block one's sign-in on the newest notice that reads so; unless *lately*, MFA was set up long before."""
        if not lately:
            await self._bot.set_up_long_ago(self)
        await self.clicks("Block my sign-in", place=self.message_with(notice))
        await self.closes()

    async def vetoes(self) -> None:
        """Stop the newest request to disable one's MFA."""
        await self.clicks("Stop this request", place=self.message_with("Somebody asked to disable your MFA."))
        await self.closes()

    # What they see

    @property
    def modal(self) -> View | None:
        return self.slack.workspace.top(self.user)

    @property
    def modal_text(self) -> str:
        """What stands in the modal on top, its title, its buttons and what is complained about; empty without one."""
        view = self.modal
        if view is None:
            return ""
        shown = [view.title, *texts_in(view.blocks), *view.errors.values()]
        return "\n".join(shown)

    @property
    def complaint(self) -> str:
        """What stands under the inputs of the modal on top."""
        return "\n".join(self.modal.errors.values()) if self.modal else ""

    @property
    def home(self) -> View | None:
        return self.slack.workspace.homes.get(self.user)

    @property
    def home_text(self) -> str:
        return "\n".join(texts_in(self.home.blocks)) if self.home else ""

    @property
    def messages(self) -> list[Message]:
        """The bot's messages in the DM, ephemeral ones too, oldest first."""
        return [message for message in self.slack.workspace.messages(self.user) if message.author != self.user]

    @property
    def dm(self) -> list[str]:
        """What each of the messages shows."""
        return ["\n".join(texts_in(message.blocks)) or message.text for message in self.messages]

    @property
    def last(self) -> str:
        """What the newest message shows."""
        return self.dm[-1] if self.dm else ""

    @property
    def buttons(self) -> list[str]:
        """What every button in sight reads."""
        return [element["text"]["text"] for place in self._places() for _, element in buttons_in(place.blocks)]

    @property
    def message_buttons(self) -> list[str]:
        """What the buttons of the newest message read."""
        return [element["text"]["text"] for _, element in buttons_in(self.messages[-1].blocks)]

    @property
    def home_buttons(self) -> list[str]:
        """What the buttons of Home read."""
        return [element["text"]["text"] for _, element in buttons_in(self.home.blocks)] if self.home else []

    @property
    def submit(self) -> str | None:
        """What the submit button of the modal on top reads."""
        if self.modal is None or self.modal.content.get("submit") is None:
            return None
        return str(self.modal.content["submit"]["text"])

    def message_with(self, text: str) -> Message:
        """Return the newest message that shows *text*."""
        for message, shown in zip(reversed(self.messages), reversed(self.dm), strict=True):
            if text in shown:
                return message
        raise AssertionError(f"{self.user} sees no message with “{text}”, but: {self.dm}")

    def _button(self, label: str, place: Message | View | None) -> tuple[Message | View, str, str] | None:
        for where in [place] if place is not None else self._places():
            for block_id, element in buttons_in(where.blocks):
                if element["text"]["text"] == label:
                    return where, block_id, str(element["action_id"])
        return None

    def _places(self) -> Iterator[Message | View]:
        if self.modal is not None:
            yield self.modal
            return  # it covers the rest
        yield from reversed(self.messages)
        if self.home is not None:
            yield self.home

    async def _done(self, reply: Reply) -> Reply:
        self.replies.append(reply)
        await self._bot.settle()
        return reply
