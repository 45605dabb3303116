"""The internal port: is the process alive, can it work, what does it count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from prometheus_client import CollectorRegistry

    from bot.services.gauges import Reading
    from bot.services.health import Health


class HealthRoutes:
    """/healthz, /readyz and /metrics."""

    def __init__(
        self,
        *,
        look: Callable[[], Awaitable[Health]],
        slack_connected: Callable[[], bool],
        socket: Callable[[], Mapping[str, object] | None],
        read: Callable[[], Awaitable[Reading | None]],
        told: Callable[[Reading | None], None],
        registry: CollectorRegistry,
    ) -> None:
        self._look = look
        self._slack_connected = slack_connected
        self._socket = socket
        self._read = read
        self._told = told
        self._exposed = make_aiohttp_handler(registry)
        self._draining = False

    def drain(self) -> None:
        """Say from now on that no more work is wanted."""
        self._draining = True

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def alive(self, _request: web.Request) -> web.Response:
        """Say that the process answers; nothing else is asked."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """Say whether requests can be carried out; Slack's state decides nothing, since sign-ins need no Slack."""
        health = await self._look()
        ready = health.ready and not self._draining
        told = {
            "ready": ready,
            "draining": self._draining,
            "problems": list(health.problems),
            "clock_offset_s": health.clock_offset_s,
            "held_jobs": health.held_jobs,
            "audit_lag_s": health.audit_lag_s,
            "audit_fault": health.audit_fault,
            "people_compared_at": health.people_compared_at.isoformat() if health.people_compared_at else None,
            "slack": "connected" if self._slack_connected() else "not connected",
            "socket": self._socket(),
        }
        return web.json_response(told, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        """Say what is counted; what the database would add is left out while it is away."""
        self._told(await self._read())
        return await self._exposed(request)
