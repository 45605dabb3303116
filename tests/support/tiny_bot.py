"""An app of a few lines: it records what Slack sends and answers what the test wants."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON of an interaction or an event."""
        text = self.form["payload"] if self.body.startswith(b"payload=") else self.body
        payload: dict[str, Any] = json.loads(text)
        return payload


@dataclass
class TinyBot:
    """`answer` is the body of the next answers (a dict goes as JSON), `status` their status."""

    answer: dict[str, Any] | str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    url: str = ""
    received: list[Received] = field(default_factory=list)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last(self) -> Received:
        return self.received[-1]

    async def start(self) -> str:
        application = web.Application()
        application.router.add_post("/slack/events", self._receive)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}/slack/events"

    async def stop(self) -> None:
        self._ended.set()
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        self.received.append(Received(dict(request.headers), await request.read()))
        if self.silent:
            await self._ended.wait()
        if isinstance(self.answer, dict):
            return web.json_response(self.answer, status=self.status, headers=self.headers)
        return web.Response(text=self.answer, status=self.status, headers=self.headers)
