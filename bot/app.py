"""The bot, put together: read from top to bottom to see what it is made of."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from aiohttp import web

from bot import clock, files, garbage, logs
from bot.context import means
from bot.jobs import queue as jobs
from bot.jobs.chain import Chaining
from bot.jobs.queue import Jobs
from bot.jobs.steps import Reached, nothing
from bot.metrics import Metrics
from bot.services.chain import Chain
from bot.services.clock_check import ClockCheck
from bot.services.gauges import Gauges
from bot.services.health import Checkup, Health
from bot.services.queue import Queue
from bot.settings import Settings
from bot.timeouts import TIMEOUTS, Timeouts
from handlers import Services, features
from handlers.api import ApiRoutes
from handlers.connections import Limits
from handlers.edge import MOST_BYTES, Edge, bolt_app
from handlers.health import HealthRoutes
from handlers.listener import Listener
from handlers.outgoing import Outgoing
from handlers.slack import Clients, Workspace
from handlers.socket import PACE, Socket
from handlers.web import application
from storage.pool import Pool

logger = structlog.get_logger(__name__)

LOOK_EVERY_S = 10.0
LOOK_AGAIN_S = 1.0  # while something is wrong
DRAIN_S = 10.0
INTERNAL_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the bot listens; *public* is None where it answers no requests."""

    public: str | None
    internal: str


class App:
    """One process of the bot, from `start` to `stop`. Made inside the running loop."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = clock.now,
        with_requests: bool = True,
        with_jobs: bool = True,
        batched: bool = True,
        reached: Reached = nothing,
        jobs_pace: jobs.Pace = jobs.PACE,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        self.settings = settings
        self.metrics = Metrics()
        dsn = settings.database_url.get_secret_value()
        self.pool = Pool(dsn, connect_s=timeouts.connect_s, statement_s=timeouts.statement_s)
        checked = ClockCheck(most_s=timeouts.clock_offset_s)
        given = means(settings, self.pool, now)
        self.means = replace(given, batched=batched, counts=self.metrics, clock_check=checked)
        self.services = Services.of(self.means)
        token, url = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
        self.clients = Clients(token=token, base_url=url, interactive_s=timeouts.slack_call_s)
        self.workspace = Workspace(self.clients, self.services.people)
        self.checkup = Checkup(pool=self.pool, keyring=settings.keyring, now=now, clock=checked)
        self.gauges = Gauges(dsn, now=now, connect_s=timeouts.connect_s, statement_s=timeouts.gauges_statement_s)

        apps, confirm_s = [(app.name, str(app.url)) for app in settings.authenticator_apps], timeouts.confirm_s
        listening = features(self.services, self.workspace, apps=apps, new_intent=uuid.uuid4, confirm_s=confirm_s)
        bolt = bolt_app(listening, self.clients.for_bolt(), self.workspace.authorize)
        self.public = application(self.metrics, most_bytes=MOST_BYTES)
        self.public.add_routes(ApiRoutes(self.services.verification).routes())
        self.socket: Socket | None = None
        self.edge: Edge | None = None
        if settings.slack_app_token is None:
            secret = settings.slack_signing_secret.get_secret_value()
            self.edge = Edge(bolt, signing_secret=secret, now=now, listener_s=timeouts.listener_s)
            self.public.add_routes(self.edge.routes())
        elif with_requests:
            app_token = settings.slack_app_token.get_secret_value()
            pace = replace(PACE, listener_s=timeouts.listener_s)
            self.socket = Socket(bolt, self.clients.background, app_token=app_token, counts=self.metrics, pace=pace)
            self.metrics.socket_ping_age(self.socket.ping_age_s)

        self._health = HealthRoutes(
            look=self.look,
            slack_connected=lambda: self.workspace.connected,
            socket=lambda: self.socket.state() if self.socket else None,
            read=self.gauges.read,
            told=self.metrics.database.told,
            registry=self.metrics.registry,
        )
        self.internal = application(self.metrics, most_bytes=INTERNAL_BYTES)
        self.internal.add_routes(self._health.routes())

        queue, outgoing = Queue(self.means, dsn), Outgoing(self.clients)
        self.jobs = Jobs(self.services, queue, outgoing, reached=reached, pace=jobs_pace, counts=self.metrics)
        self.chaining = Chaining(Chain(self.means, settings.linking_database_url))
        self._with_requests, self._with_jobs = with_requests, with_jobs
        self._listeners: list[Listener] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> Addresses:
        """Listen, and begin what runs beside the requests.

        Raises:
            OSError: a port is taken.
        """
        settings, limits = self.settings, files.shared_out(files.raise_limit())
        internal = await self._listen("internal", self.internal, settings.internal_host, settings.internal_port, limits)
        public = None
        await self.look()  # no code is checked before the clock was compared
        if self._with_requests:
            public = await self._listen("public", self.public, settings.host, settings.port, limits)
        works = [self._watch_health, self.workspace.keep_asking, *([self.socket.keep] if self.socket else [])]
        self._tasks = [asyncio.create_task(_kept_up(work)) for work in works]
        if self._with_jobs:
            self.jobs.start()
            self.chaining.start()
        logger.info("listening", public=public, internal=internal)
        return Addresses(public, internal)

    async def stop(self) -> None:
        """Accept nothing new, let what runs finish, and end."""
        logger.info("draining")
        self._health.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.socket:
            await self.socket.end()
        for listener in reversed(self._listeners):  # the public port first; /readyz answers until the end
            await listener.stop()
        await self.services.verification.drain()
        await self.services.apps.save_uses()
        await self.jobs.stop()
        await self.chaining.stop()
        await self.clients.close()
        await self.gauges.close()
        await self.pool.close()
        logger.info("ended")

    async def look(self) -> Health:
        """Look at the database once, and count what was seen."""
        seen = await self.checkup.look()
        self.metrics.health(seen)
        return seen

    async def _listen(self, name: str, app: web.Application, host: str, port: int, limits: Mapping[str, Limits]) -> str:
        ended = self.metrics.connections_ended
        listener = Listener(app, name=name, limits=limits[name], drain_s=DRAIN_S, ended=ended)
        self._listeners.append(listener)
        return await listener.start(host, port)

    async def _watch_health(self) -> None:
        """Look every 10 s, log every change for the better or worse, and write down when keys were used."""
        before: Health | None = None
        while True:
            health = await self.look()
            if health.as_owner and before is None:
                logger.warning("connected as the owner of the schema: give DATABASE_URL a role of its own")
            elif health.links_too and before is None:
                logger.warning("DATABASE_URL may link the audit: give MFABOT_WORKER_DATABASE_URL a role of its own")
            if health.audit_fault and (before is None or before.audit_fault != health.audit_fault):
                logger.error("the audit needs to be checked: run `mfabot audit verify`", why=health.audit_fault)
            if before is None or health.problems != before.problems:
                log = logger.info if health.ready else logger.warning
                log("health", ready=health.ready, problems=health.problems)
            before = health
            await self.services.apps.save_uses()
            await asyncio.sleep(LOOK_EVERY_S if health.ready else LOOK_AGAIN_S)


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Do *work* to its end, and again from its start where it fails: a bug in it must not end it unseen."""
    while True:
        try:
            return await work()
        except Exception:
            logger.exception("starting again", work=work.__qualname__)
            await asyncio.sleep(LOOK_AGAIN_S)


async def serve(settings: Settings, *, with_requests: bool, with_jobs: bool) -> None:
    """Run until SIGTERM or SIGINT, then drain."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    app = App(settings, with_requests=with_requests, with_jobs=with_jobs)
    try:
        await app.start()
        garbage.look_seldom()
        await ending.wait()
    finally:
        await app.stop()


def run(
    settings: Settings,
    ignored: list[str],
    *,
    warnings: Sequence[str] = (),
    with_requests: bool = True,
    with_jobs: bool = True,
) -> None:
    """Configure the logs, and answer requests, run jobs, or both.

    Raises:
        OSError: a port is taken.
    """
    logs.configure(settings.log_level, settings.secret_values())
    if ignored:
        logger.warning("ignoring variables that Kubernetes made for a service", names=ignored)
    for warning in warnings:
        logger.warning(warning)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(settings, with_requests=with_requests, with_jobs=with_jobs))
