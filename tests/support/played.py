"""A sandbox as a person starts it, in a folder of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
URL = re.compile(r"http://127\.0\.0\.1:\d+")
WITHIN_S = 60


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[str]:
    """Start `mfabot sandbox` in *folder*, give its page's address, and end it by Ctrl-C."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "sandbox",
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield await asyncio.wait_for(_address(process.stdout), WITHIN_S)
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), WITHIN_S)


async def _address(said: asyncio.StreamReader) -> str:
    async for line in said:
        if found := URL.search(line.decode()):
            return found.group()
    raise AssertionError("it ended without a page")
