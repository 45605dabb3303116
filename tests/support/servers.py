"""Postgres servers of a test's own, which restart, are killed, and take over from each other."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg

from bot.sandbox import postgres
from tests.support import database as databases
from tests.support import homes
from tests.support.database import QUICK, Database

NAME = "alone"
SURE = QUICK | {"synchronous_commit": "on"}
"""Settings of a server that waits for its standby, where it has one that it is to wait for."""


@dataclass
class Server:
    """A Postgres that can be restarted, and killed."""

    home: Path
    programs: Path
    running: postgres.Postgres

    async def stops(self) -> None:
        await asyncio.to_thread(self.running.stop)

    async def starts(self) -> None:
        self.running = await asyncio.to_thread(postgres.start, self.home, programs=self.programs, settings=SURE)

    def is_killed(self) -> None:
        """End it by SIGKILL, as a machine ends that loses its power."""
        pid = int((self.running.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)

    async def migrated(self) -> Database:
        """Return a database on it."""
        return await databases.migrated(self.running, NAME)


@contextmanager
def server_of_one_s_own(programs: Path) -> Iterator[Server]:
    """Yield a server that nobody else uses."""
    with _home() as home:
        server = Server(home, programs, postgres.start(home, programs=programs, settings=SURE))
        try:
            yield server
        finally:
            server.running.stop()


@dataclass
class Pair:
    """A primary, and a standby that has each commit before the primary says that it is one."""

    primary: Server
    standby: Server

    def dsn(self, role: str) -> str:
        """Return the URL under which a role reaches whichever of the two takes writes."""
        hosts = ",".join(str(one.running.socket_dir) for one in (self.primary, self.standby))
        return f"postgresql://{role}@/{NAME}?host={quote(hosts, safe='/,')}&target_session_attrs=read-write"

    async def takes_over(self) -> None:
        """Have the standby be the primary from now on."""
        await databases.run(self.standby.running, "SELECT pg_promote()")


@contextmanager
def standby_of(primary: Server) -> Iterator[Pair]:
    """Yield *primary* with a copy of it beside it, to which it streams."""
    with _home() as home:
        running = primary.running
        account = postgres._account()
        data = home / running.data.name
        postgres._own_folder(data, account)
        command = [str(running.programs / "pg_basebackup"), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        subprocess.run(
            [*command, "-h", str(running.socket_dir), "-U", postgres.SUPERUSER, "-D", str(data)],
            env=postgres.ENVIRONMENT,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=True,
        )
        standby = Server(home, running.programs, postgres.start(home, programs=running.programs, settings=SURE))
        try:
            yield Pair(primary, standby)
        finally:
            standby.running.stop()


async def wait_for_each_commit(pair: Pair) -> None:
    """Have the primary say of no commit that it is one before the standby has it."""
    conn = await asyncpg.connect(pair.primary.running.dsn(postgres.SUPERUSER, "postgres"))
    try:
        await conn.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        await conn.execute("SELECT pg_reload_conf()")
        while await conn.fetchval("SELECT sync_state FROM pg_stat_replication") != "sync":
            pass
    finally:
        await conn.close()


@contextmanager
def _home() -> Iterator[Path]:
    home = homes.make(homes.DISK)
    try:
        yield home
    finally:
        shutil.rmtree(home)
