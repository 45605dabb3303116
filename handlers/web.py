"""What every HTTP request goes through: an id, one log line, one count, no banner, and an answer whatever happens."""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from typing import TYPE_CHECKING, Protocol

import structlog
from aiohttp import hdrs, web, web_response

from handlers.connections import connection_of
from handlers.views import api as views
from handlers.views.api import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.typedefs import Handler, Middleware

logger = structlog.get_logger(__name__)

API = "/v1/"
UNKNOWN = frozenset({401, 405, 408, 413})
"""What nobody has to have a key for, or to sign."""
SELDOM_S = 1.0


class Counts(Protocol):
    """Where answered requests are counted."""

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one."""


def request_log(counts: Counts) -> Middleware:
    """Return the middleware; it logs the route's pattern, never the path, the query or the body."""
    seldom = Seldom()

    def note(route: str, method: str, status: int, seconds: float) -> None:
        counts.request(route=route, method=method, status=status, seconds=seconds)
        left_out = seldom.left_out() if status in UNKNOWN or route == "none" else 0
        if left_out is not None:
            more = {"left_out": left_out} if left_out else {}
            logger.info("request", route=route, method=method, status=status, ms=round(seconds * 1000, 1), **more)

    @web.middleware
    async def log_request(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        connection = connection_of(request)
        if connection:
            connection.begins(request.content)
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "none"
        status = 500
        # Each connection is a task of its own, and answers one request after the other.
        structlog.contextvars.bind_contextvars(request_id=secrets.token_hex(8))
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as answer:
            status = answer.status
            if not request.path.startswith(API):
                raise
            return answered(views.unanswered(status, answer.headers.get(hdrs.ALLOW)))
        except Exception:
            if request.transport is None:
                # Whoever asked has hung up before all of the question was there: no fault of ours, and nobody to tell.
                status = 400
                return answered(views.unanswered(status))
            logger.exception("request failed", route=route)
            return answered(views.FAILED)
        finally:
            seconds = time.perf_counter() - began
            if connection:
                connection.rests()
            # Once the answer is on its way: whoever waits for it need not wait for this too.
            asyncio.get_running_loop().call_soon(note, route, request.method, status, seconds)
        return response

    return log_request


class Seldom:
    """Lets one line a second through, so that whoever has neither key nor secret cannot fill the log."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._next_at = -math.inf
        self._left_out = 0

    def left_out(self) -> int | None:
        """Return how many lines were left out since the last one; None where this one is to be left out, too."""
        now = self._now()
        if now < self._next_at:
            self._left_out += 1
            return None
        left_out, self._left_out, self._next_at = self._left_out, 0, now + SELDOM_S
        return left_out


def answered(problem: Problem) -> web.Response:
    """Return the answer that tells a problem."""
    return web.json_response(
        problem.body(), status=problem.status, headers=problem.headers, content_type="application/problem+json"
    )


async def no_banner(_request: web.Request, response: web.StreamResponse) -> None:
    """Say nothing of the software that answers, and let nobody keep the answer (V4)."""
    response.headers.pop(hdrs.SERVER, None)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")


def application(counts: Counts, *, most_bytes: int) -> web.Application:
    """Return an application whose requests go through all this; a body of more than *most_bytes* answers 413."""
    # The answer to bytes that are no HTTP passes no signal, and its banner has no other switch.
    web_response.SERVER_SOFTWARE = "-"  # type: ignore[attr-defined]
    made = web.Application(middlewares=[request_log(counts)], client_max_size=most_bytes)
    made.on_response_prepare.append(no_banner)
    return made
