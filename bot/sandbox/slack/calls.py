"""The log of what the app asked of Slack, and of what Slack sent to the app; tests wait on both."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from bot.sandbox.slack.workspace import Json

PATIENCE_S = 10.0
"""How long a wait may last, in real seconds, before it fails."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Web API (or `upload`, `response_url`), the token left out.

    `outcome` is `ok`, Slack's error name, an HTTP status such as `429`, or the fault `reset` or `hang`.
    """

    method: str
    arguments: Json
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A signed request to the app as it went over the wire, and the answer; status 0 where there was none."""

    kind: str
    headers: dict[str, str]
    body: bytes
    at: datetime
    status: int
    answer: bytes = field(repr=False)
    seconds: float = 0.0


class Subscription:
    """Learns of each change; several between two looks count as one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.ended = False

    def tell(self) -> None:
        """Say that something changed."""
        self._event.set()

    def clear(self) -> None:
        """Forget the changes so far: whoever looks now has seen them."""
        self._event.clear()

    async def wait(self) -> None:
        """Wait for a change."""
        await self._event.wait()

    async def within(self, seconds: float) -> bool:
        """Wait for a change; return whether it came within *seconds*."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


class Changes:
    """Wakes everybody who waits for something to become true."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def tell(self) -> None:
        """Wake all who wait."""
        for subscription in self._subscriptions:
            subscription.tell()

    def end(self) -> None:
        """Wake all who wait, for the last time."""
        for subscription in self._subscriptions:
            subscription.ended = True
        self.tell()

    @contextmanager
    def subscribed(self) -> Iterator[Subscription]:
        """Learn of the changes while inside."""
        subscription = Subscription()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def until(self, true: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
        """Return as soon as *true* says so; raise TimeoutError after *timeout_s*."""
        with self.subscribed() as changed:
            async with asyncio.timeout(timeout_s):
                while not true():
                    changed.clear()
                    await changed.wait()


class CallLog:
    """Every call so far, oldest first."""

    def __init__(self, changes: Changes) -> None:
        self._calls: list[Call] = []
        self._changes = changes

    def add(self, call: Call) -> None:
        """Remember *call*."""
        self._calls.append(call)
        self._changes.tell()

    def all(self) -> list[Call]:
        """Return every call, oldest first."""
        return list(self._calls)

    def of(self, method: str) -> list[Call]:
        """Return the calls of *method*, oldest first."""
        return [call for call in self._calls if call.method == method]

    def clear(self) -> None:
        """Forget what was called."""
        self._calls.clear()

    async def wait_for(self, method: str, count: int = 1, timeout_s: float = PATIENCE_S) -> Call:
        """Return the *count*-th call of *method* since the last clear, waiting for it if need be."""
        await self._changes.until(lambda: len(self.of(method)) >= count, timeout_s)
        return self.of(method)[count - 1]

    def next(self, method: str, timeout_s: float = PATIENCE_S) -> Awaitable[Call]:
        """Return an awaitable for the next call of *method* that ends after this line."""
        return self.wait_for(method, len(self.of(method)) + 1, timeout_s)
