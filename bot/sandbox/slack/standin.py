"""The stand-in as a whole: doors, people, time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.blocks import prepare
from bot.sandbox.slack.delivery import Postman, Reply
from bot.sandbox.slack.inside import Inside
from bot.sandbox.slack.page_api import PageApi, from_here_only
from bot.sandbox.slack.people import People
from bot.sandbox.slack.store import Store
from bot.sandbox.slack.web_api import WebApi, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from bot.sandbox.slack.calls import CallLog, Delivery
    from bot.sandbox.slack.faults import Faults
    from bot.sandbox.slack.inside import Settings
    from bot.sandbox.slack.sockets import Sockets
    from bot.sandbox.slack.workspace import Workspace

REQUEST_BYTES = 4 * 1024 * 1024
TICK_S = 1.0


class StandIn(People):
    """A Slack that fits in a process, and is stricter than Slack. docs/slack-rules.md lists its rules.

    Args:
        signing_secret: signs what is sent to the app.
        bot_token: the only token that the Web API takes.
        now: the clock by which trigger ids, response_urls, files and retries go.
        store: a JSON file that keeps the workspace over restarts; None keeps nothing.
    """

    def __init__(
        self,
        *,
        signing_secret: str,
        bot_token: str,
        now: Callable[[], datetime],
        store: Path | None = None,
    ) -> None:
        inside = Inside(
            signing_secret=signing_secret,
            bot_token=bot_token,
            now=now,
            store=None if store is None else Store(store),
        )
        super().__init__(inside, Postman(inside))
        self._runner: web.AppRunner | None = None

    @property
    def workspace(self) -> Workspace:
        """Teams, people, channels, messages, files, views: plain data."""
        return self._inside.workspace

    @property
    def faults(self) -> Faults:
        """What goes wrong, on demand."""
        return self._inside.faults

    @property
    def calls(self) -> CallLog:
        """Every call of the Web API so far."""
        return self._inside.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """Every signed request to the app so far, with its answer."""
        return self._inside.deliveries

    @property
    def sockets(self) -> Sockets:
        """The websockets of Socket Mode."""
        return self._inside.sockets

    @property
    def problems(self) -> list[str]:
        """The app's mistakes: what was refused and should never have been sent."""
        return self._inside.workspace.problems

    @property
    def settings(self) -> Settings:
        """How strict and how slow this Slack is."""
        return self._inside.settings

    def announce(self, notice: str) -> None:
        """Have the page tell everybody *notice*; an empty one takes it away."""
        self.settings.notice = notice
        self._inside.changed()

    @property
    def bot_url(self) -> str:
        """Where the app's /slack/events is."""
        return self._inside.bot_url

    @bot_url.setter
    def bot_url(self, url: str) -> None:
        self._inside.bot_url = url

    @property
    def app_token(self) -> str | None:
        """What opens the app's websockets while Socket Mode is on; None: it is off, and all comes by HTTP (SR54)."""
        return self._inside.app_token

    @app_token.setter
    def app_token(self, token: str | None) -> None:
        self._inside.app_token = token

    @property
    def base_url(self) -> str:
        """Where this Slack is, without a final slash; set by `start`, or by whoever serves `application()`."""
        return self._inside.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._inside.base_url = url.rstrip("/")

    def application(self, more: Iterable[web.AbstractRouteDef] = ()) -> web.Application:
        """Return everything that is served, with *more* routes behind the same checks of Host and Origin."""
        prepare()  # otherwise the first view costs the app a good part of its patience
        application = web.Application(client_max_size=REQUEST_BYTES, middlewares=[from_here_only])
        application.add_routes(WebApi(self._inside).routes())
        application.add_routes(self.sockets.routes())
        application.add_routes(PageApi(self._inside, self).routes())
        application.add_routes(more)
        application.on_shutdown.append(self._let_go)
        application.on_cleanup.append(self._put_away)
        return application

    async def start(self, port: int = 0, more: Iterable[web.AbstractRouteDef] = ()) -> str:
        """Serve on 127.0.0.1 (0: a free port) and return the base URL; raise OSError where the port is taken."""
        self._runner = web.AppRunner(self.application(more), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        host, bound = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{bound}"
        return self.base_url

    async def stop(self) -> None:
        """End every connection and save."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def keep_time(self) -> None:
        """Send the retries of events when they are due, for ever; tests call `deliver_due` instead."""
        while True:
            await asyncio.sleep(TICK_S)
            await self.deliver_due()

    async def deliver_due(self) -> int:
        """Send the retries of events that are due by the clock; return how many (SR38)."""
        return await self._postman.deliver_due()

    async def deliver_again(self, delivery: Delivery) -> Reply:
        """Send the very same signed bytes once more; the answer is applied nowhere."""
        again = await self._postman.again(delivery)
        return Reply(again.status, decoded(again.answer), again.seconds)

    async def until(self, true: Callable[[], object], timeout_s: float = 10.0) -> None:
        """Wait, without polling, until *true* holds of the workspace, calls or deliveries; else TimeoutError."""
        await self._inside.changes.until(true, timeout_s)

    async def _let_go(self, _: web.Application) -> None:
        self._inside.faults.clear()
        self.sockets.cut()
        self._inside.changes.end()

    async def _put_away(self, _: web.Application) -> None:
        await self._postman.close()
        self._inside.save()
