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

from tests.benchmarks.answers import ROOT
from tests.support.database import OWNER, Database, create

PLACE = ROOT / ".bench"
HERE = Path(__file__).parent
WORKERS = 2
START_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Peer:
    """What is installed, and which module here serves it."""

    name: str
    packages: Sequence[str]
    module: str

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
        subprocess.run([*pip, *self.packages], check=True)
        done.write_text(wanted)


PRIVACYIDEA = Peer("privacyidea", ("privacyIDEA==3.14", "gunicorn==27.0.1", "psycopg2-binary"), "privacyidea_side")
DJANGO = Peer(
    "django-otp", ("Django==5.2.19", "django-otp==1.7.5", "gunicorn==27.0.1", "psycopg[binary]"), "django_side"
)

SETTINGS = """\
SUPERUSER_REALM = ["super"]
SQLALCHEMY_DATABASE_URI = "postgresql+psycopg2:///{name}?host={socket}&user={user}"
SECRET_KEY = "only for measuring"
PI_PEPPER = "only for measuring"
PI_ENCFILE = "{folder}/enckey"
PI_AUDIT_KEY_PRIVATE = "{folder}/private.pem"
PI_AUDIT_KEY_PUBLIC = "{folder}/public.pem"
PI_LOGFILE = "{folder}/log"
PI_LOGLEVEL = 30
"""


@contextlib.asynccontextmanager
async def served(peer: Peer, database: Database, folder: Path, *, people: int) -> AsyncIterator[int]:
    """Serve *peer* with so many people, numbered from 1, whose secret is that of crowd.py; yield the port."""
    await asyncio.to_thread(peer.install)
    own = await create(database.server, peer.module)
    home = folder / peer.name
    home.mkdir()
    settings = home / "pi.cfg"
    settings.write_text(SETTINGS.format(name=own.name, socket=own.server.socket_dir, user=OWNER, folder=home))
    environ = os.environ | {
        "PRIVACYIDEA_CONFIGFILE": str(settings),
        "PEER_DATABASE": own.name,
        "PEER_USER": OWNER,
        "PEER_SOCKET": str(own.server.socket_dir),
        "PYTHONPATH": str(HERE),
    }

    def run(*command: str) -> None:
        done = subprocess.run(
            [str(peer.programs / command[0]), *command[1:]],
            cwd=home,
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

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    with (home / "gunicorn.log").open("wb") as lines:
        child = await asyncio.create_subprocess_exec(
            str(peer.programs / "gunicorn"),
            *("--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}", f"{peer.module}:application"),
            cwd=home,
            env=environ,
            stdout=lines,
            stderr=lines,
        )
    try:
        for _ in range(START_WITHIN_S * 10):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert child.returncode is None, (home / "gunicorn.log").read_text()
            await asyncio.sleep(0.1)
        yield port
    finally:
        child.terminate()
        await child.wait()
