"""What is measured, each as a child process whose first line is its port: bare, bolt, edge, app, batched or alone."""

import asyncio
import hashlib
import hmac
import sys
import time

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock, garbage, logs
from bot.app import App
from bot.metrics import Metrics
from bot.settings import Settings, load
from handlers import edge
from handlers.web import application
from tests.support.settings import TOKEN
from tests.support.signed import SECRET


class OneButton:
    """Acks a click, and does nothing else."""

    def register(self, app: AsyncApp) -> None:
        app.action("any")(self.press)

    async def press(self, ack: AsyncAck) -> None:
        await ack()


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T0MFA", bot_user_id="U0BOT", bot_token=TOKEN)


def bare() -> web.Application:
    """The least that may answer Slack: aiohttp, and the signature."""

    async def receive(request: web.Request) -> web.Response:
        raw = await request.read()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        signed = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
        right = hmac.compare_digest(f"v0={signed}", request.headers["X-Slack-Signature"])
        return web.Response(status=200 if right and abs(time.time() - int(stamp)) < 300 else 401)

    app = web.Application()
    app.router.add_post(edge.PATH, receive)
    return app


def bolt() -> web.Application:
    """Bolt as its documentation starts it, but that it need not ask Slack who it is."""
    app = AsyncApp(signing_secret=SECRET, authorize=authorize)
    OneButton().register(app)
    return app.web_app(edge.PATH)


def ours() -> web.Application:
    """The edge as the bot has it, with its log and its counts, around one listener."""
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    served = application(Metrics(), most_bytes=edge.MOST_BYTES)
    app = edge.bolt_app([OneButton()], client, authorize)
    served.add_routes(edge.Edge(app, signing_secret=SECRET, now=clock.now).routes())
    return served


async def whole() -> str:
    """Start the whole bot by its environment."""
    settings, _ = load(Settings)
    app = App(settings)
    addresses = await app.start()
    while not await app.workspace.learn():
        pass
    assert addresses.public is not None
    return addresses.public


async def sign_ins(*, batched: bool) -> str:
    """Start the whole bot, which nobody asks but applications; its worker links the audit."""
    settings, _ = load(Settings)
    addresses = await App(settings, batched=batched).start()
    assert addresses.public is not None
    return addresses.public


async def main(which: str) -> None:
    logs.configure("INFO")
    if which == "app":
        address = await whole()
    elif which in ("batched", "alone"):
        address = await sign_ins(batched=which == "batched")
    else:
        runner = web.AppRunner({"bare": bare, "bolt": bolt, "edge": ours}[which](), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"{runner.addresses[0][0]}:{runner.addresses[0][1]}"
    garbage.look_seldom()  # as `serve` does
    sys.stdout.write(f"{address.rpartition(':')[2]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
