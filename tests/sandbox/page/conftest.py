from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from tests.support.browser import browser as started_browser
from tests.support.canned import Canned


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with started_browser() as started:
        yield started


@pytest.fixture
async def canned() -> AsyncIterator[Canned]:
    server = Canned()
    runner = web.AppRunner(server.application(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield server
    await runner.cleanup()


@pytest.fixture
async def page(browser: Browser, canned: Canned) -> AsyncIterator[Page]:
    """The page as its first visitor finds it; what breaks the page's own security policy fails the test."""
    context = await browser.new_context()
    opened = await context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    await opened.goto(canned.url)
    await expect(opened.get_by_role("button", name="Enable Multi-Factor Authentication")).to_be_visible()
    yield opened
    await context.close()
    assert faults == []
