"""What goes wrong, on demand: rate limits, outages, silence, broken connections, refusals.

A fault waits for a Web API method by name, or for any (`*`). Two more names stand for what is no method: `upload`
(the bytes of a file) and `response_url`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ANY = "*"


class When(StrEnum):
    """Whether the call has its effect all the same."""

    BEFORE = "before"
    AFTER = "after"


class Kind(StrEnum):
    """What the app gets instead of its answer."""

    STATUS = "status"
    ERROR = "error"
    RESET = "reset"
    HANG = "hang"
    SLOW = "slow"


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong; `times` None means until cleared.

    `entered` is set when a call has met the fault, for tests to wait on.
    """

    kind: Kind
    method: str
    times: int | None = 1
    when: When = When.BEFORE
    status: int = 500
    retry_after: int | None = None
    error: str = ""
    seconds: float | None = None
    met: int = 0
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let the calls that hang go on."""
        self.released.set()


class Faults:
    """The faults that wait, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def rate_limit(self, method: str, *, retry_after: int = 1, times: int | None = 1) -> Fault:
        """Answer 429 `ratelimited` with Retry-After in seconds (SR7)."""
        return self._add(Fault(Kind.STATUS, method, times, status=429, retry_after=retry_after))

    def status(self, method: str, status: int = 503, *, times: int | None = 1, when: When | str = When.BEFORE) -> Fault:
        """Answer with an HTTP status and no JSON, as a broken gateway does."""
        return self._add(Fault(Kind.STATUS, method, times, When(when), status=status))

    def error(self, method: str, error: str, *, times: int | None = 1, when: When | str = When.BEFORE) -> Fault:
        """Answer 200 with `ok: false` and this *error*."""
        return self._add(Fault(Kind.ERROR, method, times, When(when), error=error))

    def reset(self, method: str, *, times: int | None = 1, when: When | str = When.BEFORE) -> Fault:
        """Break the connection without an answer."""
        return self._add(Fault(Kind.RESET, method, times, When(when)))

    def hang(
        self,
        method: str,
        *,
        seconds: float | None = None,
        times: int | None = 1,
        when: When | str = When.BEFORE,
    ) -> Fault:
        """Say nothing for *seconds*, or until released; then break the connection."""
        return self._add(Fault(Kind.HANG, method, times, When(when), seconds=seconds))

    def slow(self, method: str, *, seconds: float | None = None, times: int | None = 1) -> Fault:
        """Answer rightly, but after *seconds* or when released."""
        return self._add(Fault(Kind.SLOW, method, times, seconds=seconds))

    def clear(self, method: str | None = None) -> None:
        """Take back the faults of *method*, or all, and let what hangs go on."""
        for fault in [fault for fault in self._waiting if method in (None, fault.method)]:
            self._waiting.remove(fault)
            fault.release()

    def take(self, method: str) -> Fault | None:
        """Return the fault that a call of *method* meets now."""
        for fault in self._waiting:
            if fault.method in (method, ANY) and (fault.times is None or fault.met < fault.times):
                fault.met += 1
                fault.entered.set()
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self._waiting.append(fault)
        return fault


async def answer_with(
    fault: Fault | None, request: web.Request, effect: Callable[[], Awaitable[web.StreamResponse]]
) -> tuple[web.StreamResponse, str | None]:
    """Run *effect* as far as *fault* lets it; return the answer, and what happened where it was not the effect's."""
    if fault is None:
        return await effect(), None
    if fault.kind is Kind.SLOW:
        await _pass_time(fault)
        return await effect(), None
    if fault.when is When.AFTER:
        await effect()
    match fault.kind:
        case Kind.ERROR:
            return web.json_response({"ok": False, "error": fault.error}), fault.error
        case Kind.STATUS if fault.retry_after is not None:
            headers = {"Retry-After": str(fault.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers), "429"
        case Kind.STATUS:
            return web.Response(status=fault.status, text="upstream error"), str(fault.status)
        case _:
            if fault.kind is Kind.HANG:
                await _pass_time(fault)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(), str(fault.kind)


async def _pass_time(fault: Fault) -> None:
    try:
        async with asyncio.timeout(fault.seconds):
            await fault.released.wait()
    except TimeoutError:
        return
