"""A relying app that asks over HTTP."""

import json
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from bot.core.apps import Key
from bot.metrics import Metrics
from handlers.api import ApiRoutes
from handlers.bodies import BODY_S
from handlers.edge import MOST_BYTES
from handlers.web import application
from tests.support.services import Services


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass
class RelyingApp:
    """Asks with *key*; what it sends can be anything."""

    http: aiohttp.ClientSession
    url: str
    key: Key

    async def verify(self, code: object, **user: object) -> Answer:
        return await self.post(json.dumps({"user": user or {"slack_id": "U0ADA"}, "code": code}))

    async def post(self, body: str | bytes, **headers: str) -> Answer:
        sent = {"Content-Type": "application/json"} | headers
        return await self.ask("POST", "/v1/verifications", body=body, **sent)

    async def factor(self, query: str = "slack_id=U0ADA") -> Answer:
        return await self.ask("GET", f"/v1/factors?{query}")

    async def ask(self, method: str, path: str, *, body: str | bytes | None = None, **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {self.key.spelled}"} | headers
        async with self.http.request(method, self.url + path, data=body, headers=sent) as response:
            return Answer(response.status, await response.json(content_type=None), dict(response.headers))


def api_of(services: Services, *, body_s: float = BODY_S) -> web.Application:
    """Return the API alone, put together as the bot does it."""
    made = application(Metrics(), most_bytes=MOST_BYTES)
    made.add_routes(ApiRoutes(services.verification, body_s=body_s).routes())
    return made
