"""Other software that judges codes, each in an environment of its own under `.bench/`, on the Postgres that we use."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.benchmarks.answers import ROOT
from tests.support.database import OWNER, Database, create

PLACE = ROOT / ".bench"
HERE = Path(__file__).parent
START_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Peer:
    """What is installed, and which module here serves it."""

    name: str
    packages: Sequence[str]
    module: str
    forget: str
    """The SQL after which everybody's last code counts as not used."""
    pinned: str | None = None
    """The file in which the first of the packages brings the versions of all others that its makers have tested."""

    @property
    def programs(self) -> Path:
        return PLACE / self.name / "bin"

    def install(self) -> None:
        """Make its environment, once; it takes a minute."""
        done = PLACE / self.name / "packages"
        wanted = "\n".join(self.packages)
        if done.is_file() and done.read_text() == wanted:
            return
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(PLACE / self.name)], check=True)
        pip = [str(self.programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if self.pinned:
            subprocess.run([*pip, "--no-deps", self.packages[0]], check=True)
            subprocess.run([*pip, "--requirement", str(PLACE / self.name / self.pinned)], check=True)
        subprocess.run([*pip, *self.packages], check=True)
        done.write_text(wanted)


PRIVACYIDEA = Peer(
    "privacyidea",
    ("privacyIDEA==3.14", "gunicorn==27.0.1", "psycopg2-binary==2.9.13"),
    "privacyidea_side",
    "UPDATE token SET count = 0",
    pinned="lib/privacyidea/requirements.txt",
)
DJANGO = Peer(
    "django-otp",
    ("Django==5.2.19", "django-otp==1.7.5", "gunicorn==27.0.1", "psycopg[binary]"),
    "django_side",
    "UPDATE otp_totp_totpdevice SET last_t = -1",
)

# What its page on performance and its installation on CentOS say; without them it checks the primes of its key and
# makes a connection for its audit at each request.
SETTINGS = """\
SUPERUSER_REALM = ["super"]
SQLALCHEMY_DATABASE_URI = "postgresql+psycopg2:///{name}?host={socket}&user={user}"
SECRET_KEY = "only for measuring"
PI_PEPPER = "only for measuring"
PI_ENCFILE = "{folder}/enckey"
PI_UUID_FILE = "{folder}/uuid"
PI_AUDIT_KEY_PRIVATE = "{folder}/private.pem"
PI_AUDIT_KEY_PUBLIC = "{folder}/public.pem"
PI_AUDIT_NO_PRIVATE_KEY_CHECK = True
PI_RESPONSE_NO_PRIVATE_KEY_CHECK = True
PI_ENGINE_REGISTRY_CLASS = "shared"
PI_LOGFILE = "{folder}/log"
PI_LOGLEVEL = 30
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A peer that runs: the program that minds its workers, and what empties its memory of codes."""

    port: int
    pid: int
    peer: Peer
    conn: "asyncpg.Connection[asyncpg.Record]"

    async def forget(self) -> None:
        """Let everybody's last code count as not used."""
        await self.conn.execute(self.peer.forget)


@contextlib.asynccontextmanager
async def served(
    peer: Peer, database: Database, folder: Path, *, people: int, options: Sequence[str], settings: str = ""
) -> AsyncIterator[Served]:
    """Serve *peer* with so many people, numbered from 1, whose secret is that of crowd.py.

    Args:
        peer: what to serve.
        database: on whose server its own database is made.
        folder: where its files go; its database is called like it.
        people: how many.
        options: gunicorn's.
        settings: lines for privacyIDEA's configuration, after ours.
    """
    await asyncio.to_thread(peer.install)
    own = await create(database.server, folder.name)
    configured = folder / "pi.cfg"
    configured.write_text(
        SETTINGS.format(name=own.name, socket=own.server.socket_dir, user=OWNER, folder=folder) + settings
    )
    environ = os.environ | {
        "PRIVACYIDEA_CONFIGFILE": str(configured),
        "PEER_DATABASE": own.name,
        "PEER_USER": OWNER,
        "PEER_SOCKET": str(own.server.socket_dir),
        "PYTHONPATH": str(HERE),
    }

    def run(*command: str) -> None:
        done = subprocess.run(
            [str(peer.programs / command[0]), *command[1:]],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    if peer is PRIVACYIDEA:
        for step in ("create_enckey", "create_audit_keys", "create_tables"):
            await asyncio.to_thread(run, "pi-manage", "setup", step)
    await asyncio.to_thread(run, "python", str(HERE / f"{peer.module}.py"), str(people))
    conn = await asyncpg.connect(own.superuser)
    await conn.execute("VACUUM ANALYZE")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    with (folder / "gunicorn.log").open("wb") as lines:
        child = await asyncio.create_subprocess_exec(
            str(peer.programs / "gunicorn"),
            *("--bind", f"127.0.0.1:{port}", *options, f"{peer.module}:application"),
            cwd=folder,
            env=environ,
            stdout=lines,
            stderr=lines,
        )
    try:
        for _ in range(START_WITHIN_S * 10):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert child.returncode is None, (folder / "gunicorn.log").read_text()
            await asyncio.sleep(0.1)
        yield Served(port, child.pid, peer, conn)
    finally:
        child.terminate()
        await child.wait()
        await conn.close()
