"""The sandbox's children: the bot, run from this very source as in earnest, in an environment of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox import leash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

READY_WITHIN_S = 60.0
LOOK_EVERY_S = 0.1
# What a child gets of our environment; nothing that could configure the bot.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")


class ChildError(Exception):
    """A child failed; the message says how, in its own words."""


def environment(**settings: str) -> dict[str, str]:
    """Return the whole environment of the bot: *settings*, on two free ports of this machine."""
    public, internal = free_ports(2)
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
        **settings,
        "MFABOT_HOST": "127.0.0.1",
        "MFABOT_PORT": str(public),
        "MFABOT_INTERNAL_PORT": str(internal),
    }


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


async def once(environ: Mapping[str, str], *command: str) -> str:
    """Run one command of the bot's and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *command,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaint = await process.communicate()
    if process.returncode:
        raise ChildError(f"`mfabot {' '.join(command)}` failed:\n{complaint.decode()}")
    return printed.decode()


def start(module: str, *arguments: str, environ: Mapping[str, str], log: Path) -> leash.Leashed:
    """Start a Python module that ends with us; what it prints goes to *log*."""
    with log.open("wb") as output:
        return leash.start([sys.executable, "-m", module, *arguments], env=environ, output=output)


async def until_ready(bot: leash.Leashed, environ: Mapping[str, str], ending: asyncio.Event, log: Path) -> None:
    """Wait until the bot can work and knows its workspace, or *ending* is set.

    Raises:
        ChildError: it ended, or took too long.
    """
    deadline = time.monotonic() + READY_WITHIN_S
    async with aiohttp.ClientSession() as session:
        while not ending.is_set():
            if time.monotonic() > deadline or bot.poll() is not None:
                raise ChildError(f"The bot did not get ready. Its last lines:\n{tail(log)}")
            try:
                async with session.get(f"http://127.0.0.1:{environ['MFABOT_INTERNAL_PORT']}/readyz") as answer:
                    if answer.ok and (await answer.json())["slack"] == "connected":
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(LOOK_EVERY_S)


async def until_listening(child: leash.Leashed, port: int, ending: asyncio.Event, log: Path) -> None:
    """Wait until *child* takes connections on *port*, or *ending* is set.

    Raises:
        ChildError: it ended, or took too long.
    """
    deadline = time.monotonic() + READY_WITHIN_S
    while not ending.is_set():
        if time.monotonic() > deadline or child.poll() is not None:
            raise ChildError(f"Nothing listens on port {port}. The last lines:\n{tail(log)}")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(LOOK_EVERY_S)
            continue
        writer.close()
        return


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of *log*."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
