"""A sandbox as a person starts it, in a folder of its own."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
URL = re.compile(r"http://127\.0\.0\.1:\d+")
WITHIN_S = 60


class Played:
    """`mfabot sandbox`, running in *folder*."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "sandbox", *options],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        """Read what it says until it names the page."""
        return self.says(URL)

    def says(self, what: re.Pattern[str]) -> str:
        """Read what it says until *what* is among it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := what.search(line):
                return found.group()
        raise AssertionError(f"it ended without {what.pattern}")

    def end(self, number: signal.Signals) -> int:
        """Send it *number*, and return its exit code."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end, and return its exit code."""
        code = self.process.wait(WITHIN_S)
        if self.process.stdout:
            self.process.stdout.close()
        return code


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[str]:
    """Start a sandbox, give its page's address, and end it by Ctrl-C."""
    sandbox = Played(folder)
    try:
        yield await asyncio.to_thread(sandbox.url)
    finally:
        await asyncio.to_thread(sandbox.end, signal.SIGINT)
