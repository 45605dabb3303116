"""What every HTTP request goes through: an id, one log line, one count, no banner, and an answer whatever happens."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Protocol

import structlog
from aiohttp import hdrs, web, web_response

from handlers.views import api as views
from handlers.views.api import Problem

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

logger = structlog.get_logger(__name__)

API = "/v1/"


class Counts(Protocol):
    """Where answered requests are counted."""

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one."""


def request_log(counts: Counts) -> Middleware:
    """Return the middleware; it logs the route's pattern, never the path, the query or the body."""

    def note(route: str, method: str, status: int, seconds: float) -> None:
        counts.request(route=route, method=method, status=status, seconds=seconds)
        logger.info("request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))

    @web.middleware
    async def log_request(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
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
            # Once the answer is on its way: whoever waits for it need not wait for this too.
            asyncio.get_running_loop().call_soon(note, route, request.method, status, seconds)
        return response

    return log_request


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
