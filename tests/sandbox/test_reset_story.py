"""Three people in three windows: a reset is approved, another void once the employee signs in by code, a third vetoed.

All through visible roles and labels, the approval by the keyboard alone. The codes are those that each one's phone
shows on the page. PICTURES names a folder that keeps the screenshots which the README shows.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.support.browser import browser
from tests.support.played import played

ENABLE = "Enable Multi-Factor Authentication"
DISABLE = "Disable Multi-Factor Authentication"
STOP = "Stop this request"
REASON = "Her phone fell into the lake this morning."
NEXT_STEP_MS = 35_000
STOPS_MOST = 60


@pytest.fixture
def folder() -> Iterator[Path]:
    # Short, for the socket's path, and open to an unprivileged server of root's.
    made = Path(tempfile.mkdtemp(prefix="mfa", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


class Window:
    """One person's window, with that person's phone in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.dialog = page.get_by_role("dialog")
        self.log = page.get_by_role("log", name="Conversation")
        self._used: set[str] = set()

    async def picture(self, name: str) -> None:
        if folder := os.environ.get("PICTURES"):
            await self.page.bring_to_front()
            await self.page.screenshot(path=f"{folder}/{name}.png", animations="disabled")

    async def opens(self, name: str) -> "Window":
        """Open another window by the link beside somebody's name."""
        async with self.page.expect_popup() as opening:
            await self.page.get_by_role("link", name=f"Open another window as {name}").click()
        window = Window(await opening.value)
        await expect(window.page.get_by_role("radio", name=name)).to_be_checked()
        return window

    async def turns_to(self, tab: str) -> None:
        await self.page.get_by_role("tab", name=tab).click()

    async def types(self, line: str) -> None:
        await self.page.get_by_role("combobox", name="Message").fill(line)
        await self.page.get_by_role("button", name="Send", exact=True).click()

    def message(self, text: str) -> Locator:
        """Return the newest message that begins so."""
        return self.log.get_by_role("article").filter(has_text=text).last

    async def code(self) -> str:
        """Read a code that was not used yet off the phone; wait only where the next one was used as well."""
        phone = self.page.get_by_role("complementary", name="Phone")
        shown = phone.get_by_label("Code for").first
        while True:
            now = await shown.input_value()
            following = (await phone.get_by_text("Next:").first.inner_text()).removeprefix("Next: ")
            for code in (now, following):
                if code not in self._used:
                    self._used.add(code)
                    return code
            await expect(shown).not_to_have_value(now, timeout=NEXT_STEP_MS)

    async def tabs_to(self, target: Locator) -> None:
        """Go on by Tab alone until *target* has the focus."""
        for _ in range(STOPS_MOST):
            if await target.evaluate("it => it === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError("Tab does not come by there")

    async def fills_code(self) -> None:
        await self.dialog.get_by_label("Verification code").fill(await self.code())


class Office:
    """Ada the employee, Hal at the helpdesk and Mia, Ada's manager; and the application that Ada signs in to."""

    def __init__(self, ada: Window, hal: Window, mia: Window, payroll: Page, address: str) -> None:
        self.ada, self.hal, self.mia, self.payroll, self.address = ada, hal, mia, payroll, address

    async def ada_enables(self) -> None:
        page = self.ada.page
        await self.ada.turns_to("Home")
        await page.get_by_role("button", name=ENABLE).click()
        await self.ada.dialog.get_by_role("button", name="Send QR code").click()
        await expect(self.ada.dialog).to_contain_text("Messages tab")
        await page.keyboard.press("Escape")
        await self.ada.turns_to("Messages")
        await expect(page.get_by_role("img", name="QR code")).to_be_visible()
        accounts = page.get_by_label("Code for")
        known = await accounts.count()
        await page.get_by_role("button", name="Scan the QR code in the chat").click()
        await expect(accounts).to_have_count(known + 1)
        await self.ada.log.get_by_role("button", name="Enter the code").click()
        await self.ada.fills_code()
        await self.ada.dialog.get_by_role("button", name="Verify Code").click()
        await self.ada.dialog.get_by_role("button", name="I saved them").click()
        await expect(self.ada.dialog).to_have_count(0)

    async def ada_gives_her_password(self) -> None:
        await self.payroll.goto(self.address)
        await self.payroll.get_by_label("Username").fill("ada")
        await self.payroll.get_by_label("Password").fill("sandbox")
        await self.payroll.get_by_role("button", name="Sign in").click()

    async def ada_signs_in_with_a_code(self) -> None:
        await self.ada_gives_her_password()
        await self.payroll.get_by_label("Verification code").fill(await self.ada.code())
        await self.payroll.get_by_role("button", name="Verify").click()
        await expect(self.payroll.get_by_text("Welcome, ada")).to_be_visible()
        await expect(self.payroll.get_by_text("You signed in with your password and a code.")).to_be_visible()
        await self.payroll.get_by_role("button", name="Sign out").click()

    async def hal_asks(self) -> None:
        cards = self.hal.log.get_by_role("button", name=DISABLE)
        earlier = await cards.count()
        await self.hal.types("/mfa-admin disable @ada")
        await expect(cards).to_have_count(earlier + 1)
        await cards.last.click()
        await expect(self.hal.dialog).to_contain_text("Ada Byron (U0ADA)")
        await self.hal.dialog.get_by_role("radio", name="Lost or broken").check()
        await self.hal.dialog.get_by_label("How did you check?").select_option("Seen in person or by video")
        await self.hal.dialog.get_by_label("Reason").fill(REASON)
        await self.hal.fills_code()
        await self.hal.dialog.get_by_role("button", name="Send request").click()
        await expect(self.hal.dialog).to_contain_text("Sent.")
        await self.hal.page.keyboard.press("Escape")
        await expect(
            self.mia.message("A reset of somebody's MFA").get_by_role("button", name="Approve")
        ).to_be_visible()

    async def it_ended(self, how: str) -> None:
        """Look at what Hal and Mia see: how it ended, and no button."""
        for message in (self.hal.message("Your request to disable"), self.mia.message("A reset of somebody's MFA")):
            await expect(message).to_contain_text(how)
            await expect(message.get_by_role("button")).to_have_count(0)


@pytest.mark.timeout(300)  # it waits for several time steps, since every code serves once
async def test_a_reset_is_approved_one_cancelled_by_a_code_and_one_vetoed(folder: Path) -> None:
    async with played(folder) as url, browser() as started:
        context = await started.new_context(viewport={"width": 1280, "height": 800})
        office = await three_windows(context, url)

        await it_is_approved(office)
        await it_cancels_itself(office)
        # Last, since after a veto the same requester waits for a day.
        await it_is_vetoed(office)

        for window in (office.ada, office.hal, office.mia):
            await expect(window.page.get_by_role("alert", name="Problems")).to_be_hidden()


async def three_windows(context: BrowserContext, url: str) -> Office:
    page = await context.new_page()
    await page.goto(url)
    ada = Window(page)
    hal, mia = await ada.opens("Hal Desk"), await ada.opens("Mia Boss")
    for window in (hal, mia):
        await window.turns_to("Messages")
    address = await page.get_by_role("link", name="sample application").get_attribute("href")
    assert address is not None
    return Office(ada, hal, mia, await context.new_page(), address)


async def it_is_approved(office: Office) -> None:
    ada, mia = office.ada, office.mia
    await office.ada_enables()
    await office.ada_signs_in_with_a_code()
    await office.hal_asks()

    # Mia has no mouse.
    await mia.tabs_to(mia.message("A reset of somebody's MFA").get_by_role("button", name="Approve"))
    await mia.page.keyboard.press("Enter")
    await expect(mia.dialog).to_contain_text(REASON)
    await expect(mia.dialog.get_by_label("Verification code")).to_be_focused()
    await mia.page.keyboard.type(await mia.code())
    await mia.picture("approval")
    await mia.tabs_to(mia.dialog.get_by_role("button", name="Approve"))
    await mia.page.keyboard.press("Enter")

    await expect(mia.dialog).to_contain_text("Approved and done.")
    await mia.page.keyboard.press("Escape")
    await office.it_ended("was carried out: that person's MFA is off.")
    await expect(ada.message("Your MFA was disabled by somebody else.")).to_be_visible()
    await ada.turns_to("Home")
    await expect(ada.page.get_by_role("button", name=ENABLE)).to_be_visible()
    await office.ada_gives_her_password()
    await expect(office.payroll.get_by_text("You signed in with your password.")).to_be_visible()
    await office.payroll.get_by_role("button", name="Sign out").click()


async def it_is_vetoed(office: Office) -> None:
    ada = office.ada
    await office.hal_asks()

    await ada.message("Somebody asked to disable your MFA.").get_by_role("button", name=STOP).click()

    await expect(ada.dialog).to_contain_text("Your MFA stays as it is")
    await ada.page.keyboard.press("Escape")
    await office.it_ended("was stopped by the person it is about.")
    await ada.turns_to("Home")
    await expect(ada.page.get_by_role("button", name=DISABLE)).to_be_visible()


async def it_cancels_itself(office: Office) -> None:
    await office.ada_enables()
    await office.hal_asks()

    await office.ada_signs_in_with_a_code()

    await office.it_ended("is void, since a code of that person was accepted meanwhile.")
    await expect(office.ada.page).to_have_title(re.compile("^Ada Byron - "))
