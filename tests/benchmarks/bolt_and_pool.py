"""A minimal Bolt application with a pool, as their documentations start them: what the memory of `serve` stands beside.

It runs as a child process whose first line is its port, and imports nothing of the bot's, which would weigh.
"""

import asyncio
import contextlib
import os
import sys

import asyncpg
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

CONNECTIONS = 10
"""As many as the pool of a `serve` has."""


async def main() -> None:
    token, base_url = os.environ["SLACK_BOT_TOKEN"], os.environ["SLACK_API_URL"]
    app = AsyncApp(
        client=AsyncWebClient(token=token, base_url=base_url), signing_secret=os.environ["SLACK_SIGNING_SECRET"]
    )
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS)
    async with contextlib.AsyncExitStack() as held:
        for _ in range(CONNECTIONS):
            conn = await held.enter_async_context(pool.acquire())
            await conn.fetchval("SELECT count(*) FROM person")

    @app.command("/mfa")
    async def status(ack: AsyncAck, body: dict[str, str]) -> None:
        known = await pool.fetchval("SELECT count(*) FROM person WHERE slack_user_id = $1", body["user_id"])
        await ack(response_type="ephemeral", text=f"Known: {known}")

    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
