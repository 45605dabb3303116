"""A network in front of the bot that delivers more often than it was asked to, or passes on more than one press.

It can also have the bot lose the answer to a commit; whoever sent the request then sends it once more.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from handlers.errors import AWAY, LOST
from tests.support import signed
from tests.support.bot import Bot
from tests.support.reading import texts_in

AT_ONCE = 7
"""Requests on their way at one time: more would wait for a connection of the bot's, which is an outage."""
PASSED_ON = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature")


class Network:
    """Takes what Slack sends, and sends it on; nothing is sent twice unless somebody says so."""

    def __init__(self, bot: Bot, session: aiohttp.ClientSession) -> None:
        self._bot = bot
        self._session = session
        self._copies = 1
        self._presses = 1
        self._losing: int | None = None
        self.lost = 0
        """Commits whose answer was lost."""
        self.delivered = 0
        """Requests that reached the bot."""

    @contextmanager
    def delivering(self, times: int) -> Iterator[None]:
        """Deliver every request so often, with the very same bytes."""
        self._copies = times
        yield
        self._copies = 1

    @contextmanager
    def pressing(self, times: int) -> Iterator[None]:
        """Have every button pressed so often at once: each press is a request of its own."""
        self._presses = times
        yield
        self._presses = 1

    @contextmanager
    def losing(self, after: int) -> Iterator[None]:
        """Lose the answer to one commit of every request, the one *after* so many others, and have it sent again."""
        self._losing = after
        yield
        self._losing = None

    async def warm(self) -> None:
        """Open the connections before anything is to arrive at once."""
        await asyncio.gather(*(self._session.get(self._url) for _ in range(AT_ONCE)))

    async def take(self, request: web.Request) -> web.Response:
        """Pass a request on; the answer is the first one that says more than that the database was busy."""
        body, headers = await request.read(), {name: request.headers[name] for name in PASSED_ON}
        if self._losing is not None:
            answer = await self._lose(body, headers, self._losing)
            if answer is not None:
                return _answered(*answer)
            if b"payload=" in body:
                body, headers = self._pressed_again(body)
        presses = [(body, headers), *(self._pressed_again(body) for _ in range(self._presses - 1))]
        waiting = presses * self._copies
        answers: list[tuple[int, str]] = []
        while waiting:
            wave, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            came = await asyncio.gather(*(self._send(*one) for one in wave))
            waiting += [one for one, (_, text) in zip(wave, came, strict=True) if AWAY in text]
            answers += [answer for answer in came if AWAY not in answer[1]]
        self.delivered += len(answers)
        assert {status for status, _ in answers} == {200}
        return _answered(*answers[0])

    @property
    def _url(self) -> str:
        return f"{self._bot.public}/slack/events"

    async def _lose(self, body: bytes, headers: dict[str, str], after: int) -> tuple[int, str] | None:
        """Send a request whose commit nobody answers for; return the answer where there was no such commit.

        The person hears that it may have been saved, and never that nothing was changed.
        """
        wire = self._bot.wire
        wire.lose_an_answer(after=after)
        status, told = await self._send(body, headers)
        if not wire.broken:
            wire.mend()
            return status, told
        self.lost += 1
        wire.mend()
        await self._bot.reconnects()
        told = self._told(body) or told
        assert LOST in told or status == HTTPStatus.SERVICE_UNAVAILABLE, told  # of an event, which is sent again
        return None

    def _told(self, body: bytes) -> str:
        """Return what stands in the window that a press has opened, and close it."""
        asked = parse_qs(body.decode()).get("payload")
        payload = json.loads(asked[0]) if asked else {}
        if payload.get("type") != "block_actions":
            return ""
        stack = self._bot.standin.workspace.stack(payload["user"]["id"])
        return "\n".join(texts_in(stack.pop().blocks)) if stack else ""

    async def _send(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    def _pressed_again(self, body: bytes) -> tuple[bytes, dict[str, str]]:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
        payload["trigger_id"] = self._bot.standin._inside.triggers.issue(payload["user"]["id"])
        for action in payload.get("actions", ()):
            action["action_ts"] += "1"
        again = signed.interaction(payload)
        return again, signed.headers(again, at=self._bot.clock().timestamp())


def _answered(status: int, text: str) -> web.Response:
    kind = "application/json" if text.startswith("{") else "text/plain"
    return web.Response(status=status, text=text, content_type=kind)


@asynccontextmanager
async def network(bot: Bot) -> AsyncIterator[Network]:
    """Put a network between Slack and the bot."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        made = Network(bot, session)
        between = web.Application()
        between.router.add_post("/slack/events", made.take)
        # Not served the way the bot serves: nobody would tell that listener's limits that a head has come.
        runner = web.AppRunner(between, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            bot.standin.bot_url = f"http://{host}:{port}/slack/events"
            await made.warm()
            yield made
        finally:
            await runner.cleanup()
