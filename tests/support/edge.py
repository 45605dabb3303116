"""The edge on its own: listeners to everything, and a Slack that signs for it."""

import asyncio
import io
import re
from copy import deepcopy
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from handlers import edge
from tests.support import signed
from tests.support.signed import FORM

NOW = 1_795_521_600.0
CANARY = "marmalade"  # looks like no secret: only silence keeps it out of the logs


class Listeners:
    """Listens to everything, counts, and does what the test asks for."""

    def __init__(self) -> None:
        self.runs = 0
        self.error: Exception | None = None
        self.wait_s = 0.0

    def register(self, app: AsyncApp) -> None:
        app.command("/mfa")(self.run)
        app.action(re.compile(".*"))(self.run)
        app.view(re.compile(".*"))(self.run)
        app.view_closed(re.compile(".*"))(self.run)
        app.event("message")(self.happen)

    async def run(self, ack: AsyncAck) -> None:
        self.runs += 1
        await asyncio.sleep(self.wait_s)
        if self.error:
            raise self.error
        await ack()

    async def happen(self) -> None:
        self.runs += 1


class Installed:
    """Authorizes by a method, as the bot does: Bolt looks at the names of arguments, `self` among them."""

    async def authorize(self) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0MFA", bot_user_id="U0BOT", bot_token="xoxb-test")


class Slack:
    """Sends requests to the edge, and holds what was logged."""

    def __init__(self, session: aiohttp.ClientSession, url: str, log: io.StringIO) -> None:
        self._session = session
        self._url = url + edge.PATH
        self.log = log

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self._session.post(self._url, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status, await answer.text()

    async def send(self, body: bytes, content_type: str = FORM) -> tuple[int, str]:
        return await self.post(body, signed.headers(body, at=NOW, content_type=content_type))

    async def use(self, method: str) -> int:
        async with self._session.request(method, self._url) as answer:
            return answer.status


def altered(payload: dict[str, Any], *path: str | int, value: object) -> dict[str, Any]:
    """Return *payload* with *value* at *path*."""
    changed: Any = deepcopy(payload)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dict(changed)
