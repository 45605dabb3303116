"""A Chromium for tests: found on the system, never downloaded."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.support.tools import find_tool

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def chromium() -> str:
    """Return the path of a Chromium or Chrome; else skip, or fail where the tools of the tests are required."""
    if given := os.environ.get("CHROMIUM"):
        return given
    if sys.platform == "darwin":
        for path in ON_MACOS:
            if Path(path).exists():
                return path
    return find_tool(*ON_PATH)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start a browser without a window, and end it."""
    path = chromium()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield started
        finally:
            await started.close()
