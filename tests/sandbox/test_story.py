"""The whole story in a browser, through visible roles and labels alone: enable, sign in, disable, sign in without.

The QR is read from the pixels of the image in the chat by zxing-cpp, and the codes come from oathtool: neither knows
anything of the bot. PICTURES names a folder that keeps the screenshots which the README shows.
"""

import base64
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from playwright.async_api import Page, expect

from tests.support import homes
from tests.support.browser import browser
from tests.support.played import played
from tests.support.tools import find_tool, run_tool

STEP_S = 30
PIXELS = """image => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const all = context.getImageData(0, 0, canvas.width, canvas.height).data;
    const gray = all.filter((_, i) => i % 4 === 0);
    let text = "";
    for (const byte of gray) text += String.fromCharCode(byte);
    return [canvas.width, canvas.height, btoa(text)];
}"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = homes.make()
    yield made
    shutil.rmtree(made)


class Story:
    """One person at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.secret = ""
        self.last_step = 0

    async def picture(self, name: str) -> None:
        if folder := os.environ.get("PICTURES"):
            await self.page.screenshot(path=f"{folder}/{name}.png", animations="disabled")

    async def press(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).last.click()

    async def scan(self) -> None:
        image = self.page.get_by_role("img", name="QR code")
        await expect(image).to_be_visible()
        await image.evaluate("image => image.decode()")
        width, height, spelled = await image.evaluate(PIXELS)
        pixels = base64.b64decode(spelled)
        assert len(pixels) == width * height
        view = memoryview(pixels).cast("B", (height, width))
        (found,) = zxingcpp.read_barcodes(view)
        self.secret = parse_qs(urlsplit(found.text).query)["secret"][0]

    def code(self) -> str:
        """Return a code that was not used yet, at most one step ahead of the clock."""
        step = max(int(time.time()) // STEP_S, self.last_step + 1)
        self.last_step = step
        at = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(step * STEP_S))
        return run_tool(find_tool("oathtool"), "--totp", "--base32", f"--now={at}", self.secret).strip()


async def sign_in(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_label("Username").fill("ada")
    await page.get_by_label("Password").fill("sandbox")
    await page.get_by_role("button", name="Sign in").click()


async def test_somebody_enables_mfa_signs_in_with_a_code_and_disables_it_again(folder: Path) -> None:
    async with played(folder) as url, browser() as started:
        context = await started.new_context(viewport={"width": 1280, "height": 800})
        page = await context.new_page()
        story = Story(page)
        await page.goto(url)
        payroll = await page.get_by_role("link", name="sample application").get_attribute("href")
        assert payroll is not None

        await page.get_by_role("tab", name="Home").click()
        await story.picture("home")
        await story.press("Enable Multi-Factor Authentication")
        await story.press("Send QR code")
        await expect(page.get_by_role("dialog")).to_contain_text("Messages tab")
        await page.keyboard.press("Escape")
        await page.get_by_role("tab", name="Messages").click()
        await story.scan()
        await story.press("Scan the QR code in the chat")
        await expect(page.get_by_label("Code for").first).to_be_visible()
        await story.picture("qr")

        await story.press("Enter the code")
        await page.get_by_label("Verification code").fill("12345")
        await story.press("Verify Code")
        await expect(page.get_by_label("Verification code")).to_have_accessible_description(
            "A code has six digits. Six digits; the app makes new ones every 30 seconds."
        )
        confirming = story.code()
        await page.get_by_label("Verification code").fill(confirming)
        await story.press("Verify Code")
        await expect(page.get_by_role("dialog")).to_contain_text("Save these recovery codes now")
        await story.press("I saved them")
        await expect(page.get_by_role("img", name="QR code")).to_have_count(0)
        await expect(page.get_by_role("log")).to_contain_text("Your MFA is on.")

        app = await context.new_page()
        await sign_in(app, payroll)
        await app.get_by_label("Verification code").fill(confirming)
        await app.get_by_role("button", name="Verify").click()
        await expect(app.get_by_text("That code does not work.")).to_be_visible()
        await app.get_by_label("Verification code").fill(story.code())
        await app.get_by_role("button", name="Verify").click()
        await expect(app.get_by_text("Welcome, ada")).to_be_visible()
        await app.get_by_role("button", name="Sign out").click()

        await page.bring_to_front()
        await page.get_by_role("tab", name="Home").click()
        await story.press("Disable Multi-Factor Authentication")
        await wait_for_next_step(page, story)
        await page.get_by_label("Verification code").fill(story.code())
        await story.press("Disable")
        await expect(page.get_by_role("dialog")).to_contain_text("remove the account from your authenticator app")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Enable Multi-Factor Authentication")).to_be_visible()

        await sign_in(app, payroll)
        await expect(app.get_by_text("Welcome, ada")).to_be_visible()


async def wait_for_next_step(page: Page, story: Story) -> None:
    """Let the clock come to where the next unused code is at most one step ahead of it."""
    ahead_s = story.last_step * STEP_S - time.time()
    await page.wait_for_timeout(max(0.0, ahead_s + 0.5) * 1000)
