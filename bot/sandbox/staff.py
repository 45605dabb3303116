"""The staff of a fresh sandbox: helpdesk, manager and admin have MFA and their roles when the page is ready.

No back door: each of them presses the buttons that the bot shows, their phone reads the QR code off the picture in the
DM, and the code goes through the modal. Roles and managers come from the host's command line, as in earnest.
All of it goes on from wherever an earlier start was cut off.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox import children
from bot.sandbox.phone import PhoneError, code_at
from bot.sandbox.slack.cast import ADA, AMY, BEN, HAL, MIA
from bot.sandbox.slack.validation import elements, slack_files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from bot.sandbox.phone import Phone
    from bot.sandbox.slack import Message, StandIn, View
    from bot.sandbox.slack.workspace import Json

STAFF = (HAL, MIA, AMY)
ROLES = (("helpdesk", HAL), ("admin", AMY))
MANAGED = ((ADA, MIA), (BEN, MIA), (HAL, MIA), (AMY, MIA))
ENABLE, DISABLE = "Enable Multi-Factor Authentication", "Disable Multi-Factor Authentication"
ENTER, VERIFY, SAVED = "Enter the code", "Verify Code", "I saved them"
TRIES, PATIENCE_S = 3, 10.0


class StaffError(Exception):
    """Somebody of the staff did not get on; the message says who, where, and what they saw."""


async def enroll(slack: StandIn, phone: Phone, now: Callable[[], datetime], say: Callable[[str], None]) -> None:
    """Have everybody of the staff turn MFA on who has not; raise StaffError where that fails."""

    async def one(user: str) -> None:
        member = Member(slack, phone, user)
        await member.enables(now)
        say(f"    {member.called} has MFA.")

    await asyncio.gather(*(one(user) for user in STAFF))


async def appoint(environ: Mapping[str, str], folder: Path, say: Callable[[str], None]) -> None:
    """Say on the host's command line who manages whom, and give the roles."""
    file = folder / "managers.csv"
    rows = ["slack_id,manager_slack_id", *(",".join(pair) for pair in MANAGED)]
    await asyncio.to_thread(file.write_text, "".join(f"{row}\n" for row in rows), "utf-8")
    commands = [["people", "import", str(file)]]
    commands += [["roles", "grant", role, user, "--reason", "The sandbox's cast"] for role, user in ROLES]
    for command in commands:
        await children.once(environ, *command)
        say(f"    mfabot {' '.join(command[:4])}")


class Member:
    """Somebody of the staff at their screen: sees what is shown to them, and presses and types no more than that."""

    def __init__(self, slack: StandIn, phone: Phone, user: str) -> None:
        self._slack = slack
        self._phone = phone
        self._user = user
        person = slack.workspace.people[user]
        self.called = f"{person.real_name} ({person.role})"

    async def enables(self, now: Callable[[], datetime]) -> None:
        """Go the way from Home to the recovery codes, unless Home says that MFA is on."""
        await self._clears_the_screen()
        # What stands in Home may be from before a restart: what counts is what the bot says now.
        before = self._home_hash()
        await self._go(self._open_home, lambda: self._home_hash() != before)
        if self._button(DISABLE):
            return
        left = set(self._pictures())
        await self._go(lambda: self._press(ENABLE), self._modal)
        # A picture that was left over goes when the new start ends its enrollment.
        await self._go(self._submit, lambda: len(self._pictures()) == 1 and left.isdisjoint(self._pictures()))
        await self._clears_the_screen()
        self._phone.empty(self._user)  # MFA is off: what is in there is of a start that was cut off
        try:
            account = self._phone.scan(self._user, self._slack.workspace.files[self._pictures()[0]].content or b"")
        except PhoneError as blind:
            raise StaffError(f"{self.called}: {blind}") from None
        await self._go(lambda: self._press(ENTER), lambda: self._submits() == VERIFY)
        # The code of half a minute ago is still right. So the first one that the phone shows is not used up yet.
        code = code_at(account, now() - timedelta(seconds=account.period))
        await self._go(lambda: self._submit(code=code), lambda: self._submits() != VERIFY)
        await self._clears_the_screen()
        await self._go(self._open_home, lambda: self._button(DISABLE))

    async def _clears_the_screen(self) -> None:
        """Save the recovery codes where they are shown, and close every window."""
        if self._submits() == SAVED:
            await self._submit()
        while self._modal() is not None:
            await self._slack.close(self._user)

    async def _go(self, act: Callable[[], Awaitable[object]], seen: Callable[[], object]) -> None:
        """Act until what it leads to is on the screen; people try again where a machine was too slow."""
        for _ in range(TRIES):
            await act()
            try:
                await self._slack.until(seen, PATIENCE_S)
            except TimeoutError:
                continue
            return
        modal = self._modal()
        before = f"the window “{modal.title}”: {modal.errors}" if modal else "no window"
        raise StaffError(f"{self.called} could not turn MFA on, and has {before} on the screen.")

    async def _open_home(self) -> None:
        await self._slack.open_home(self._user)

    async def _press(self, label: str) -> None:
        found = self._button(label)
        if found is not None:
            await self._slack.click(self._user, found["action_id"])

    async def _submit(self, **typed: str) -> None:
        if self._submits() is not None:
            await self._slack.submit(self._user, typed)

    def _modal(self) -> View | None:
        return self._slack.workspace.top(self._user)

    def _submits(self) -> str | None:
        """Return what the submit button of the window on top reads."""
        modal = self._modal()
        return None if modal is None else (modal.content.get("submit") or {}).get("text")

    def _home_hash(self) -> str | None:
        """Return what changes whenever the bot publishes Home."""
        home = self._slack.workspace.homes.get(self._user)
        return None if home is None else home.hash

    def _button(self, label: str) -> Json | None:
        home = self._slack.workspace.homes.get(self._user)
        places: list[View | Message] = [*self._slack.workspace.messages(self._user), *([home] if home else [])]
        for place in places:
            for block in place.blocks:
                for element in elements(block):
                    if element.get("text", {}).get("text") == label:
                        return element
        return None

    def _pictures(self) -> list[str]:
        """Return the ids of the pictures in the conversation, oldest first."""
        messages = self._slack.workspace.messages(self._user)
        return [file_id for message in messages for _, file_id in slack_files(message.blocks)]
