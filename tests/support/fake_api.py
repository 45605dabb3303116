"""The two routes of the bot's HTTP API that an application uses, without a bot behind them."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

ON = {"enrolled": True, "suspended": False, "since": "2026-03-01T09:00:00Z", "reset_at": None}
OFF = {"enrolled": False, "suspended": False, "since": None, "reset_at": None}
ACCEPTED = {"result": "accepted", "reason": None, "method": "totp", "retry_after_s": None}
NEVER = object()


@dataclass
class FakeApi:
    """Answers what the test says (a status with a body, or NEVER) and keeps what it was asked."""

    factor: Any = (200, ON)
    verdict: Any = (200, ACCEPTED)
    asked: list[Any] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/v1/factors", self._factors), web.post("/v1/verifications", self._verifications)])
        return app

    async def _factors(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers["Authorization"], dict(request.query)))
        return await self._answer(self.factor)

    async def _verifications(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers["Authorization"], await request.json()))
        return await self._answer(self.verdict)

    async def _answer(self, answer: Any) -> web.Response:  # noqa: ANN401  whatever a broken server might say
        if answer is NEVER:
            await self.closing.wait()
            return web.Response()
        status, body = answer
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, content_type="application/json")
