"""A Postgres that keeps what it says it has kept."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.sandbox import postgres
from tests.support import database as databases
from tests.support import homes
from tests.support.database import Database


@pytest_asyncio.fixture
async def durable(postgres_programs: Path) -> AsyncIterator[Database]:
    """A migrated database on a server with its own settings, and not those that are quick."""
    home = homes.make(homes.DISK)
    server = postgres.start(home, programs=postgres_programs)
    yield await databases.migrated(server, "mfabot")
    server.stop()
    shutil.rmtree(home)
