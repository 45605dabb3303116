"""Keys in a bot that is really served: what is said of them on the host is true of the very next request."""

from pathlib import Path

import aiohttp
import asyncpg

from tests.support.api import RelyingApp
from tests.support.bot import serving_bot
from tests.support.database import Database
from tests.support.services import NOON, make_key


async def test_a_bot_writes_down_when_a_key_was_last_used_before_it_ends(
    database: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with serving_bot(database, tmp_path) as bot:
        key = await make_key(bot.services)
        answer = await RelyingApp(http, bot.public, key).factor()

    conn = await asyncpg.connect(database.owner)
    used_at = await conn.fetchval("SELECT last_used_at FROM app_key WHERE key_id = $1", key.key_id)
    await conn.close()
    assert answer.status == 404
    assert used_at == NOON


async def test_a_rotation_on_the_host_counts_for_the_next_request(
    database: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with serving_bot(database, tmp_path) as bot:
        old = RelyingApp(http, bot.public, await make_key(bot.services))
        before = await old.factor()
        new_key = await bot.services.apps.rotate("payroll", overlap=None, by="host:root")
        assert new_key is not None

        statuses = [(await app.factor()).status for app in (old, RelyingApp(http, bot.public, new_key))]

    assert before.status == 404
    assert statuses == [401, 404]
