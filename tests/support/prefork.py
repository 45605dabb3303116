"""Runs of pytest that are forked from a process with the libraries loaded: to load them takes longer than most tests.

`Prefork` starts this file as a program. It loads libraries and nothing of the project, so that each run loads the
project's modules from the folder that it is given. A run is a process of its own, in a session of its own: folder,
environment, signals, event loops and what it prints are nobody else's, and it ends as any program does.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

LIBRARIES = (
    "pytest",
    "_pytest.assertion.rewrite",
    "aiohttp.web",
    "alembic.command",
    "alembic.config",
    "asyncpg",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.kdf.hkdf",
    "fastjsonschema",
    "hypothesis.stateful",
    "multiprocessing.forkserver",
    "pgqueuer",
    "prometheus_client.aiohttp",
    "pydantic_settings",
    "pyotp",
    "rich.progress",
    "segno",
    "slack_bolt.async_app",
    "slack_bolt.adapter.socket_mode.async_base_handler",
    "slack_sdk.socket_mode.aiohttp",
    "slack_sdk.webhook.async_client",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "structlog",
    "typer.testing",
    "yaml",
    "zxingcpp",
)
"""Not the plugins of pytest that a run names: pytest rewrites them itself when it loads them."""


class TooLongError(Exception):
    """A run was killed because it took too long."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of pytest ended."""

    exit_code: int
    output: str
    """What it printed to stdout and stderr."""


class Prefork:
    """The process that forks; one run at a time."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def pytest(self, arguments: Sequence[str], *, folder: Path, environ: Mapping[str, str], within_s: float) -> Ran:
        """Run pytest in *folder*, with exactly *environ*.

        Raises:
            TooLongError: it took longer than *within_s*, and was killed with everything it had started.
        """
        with tempfile.NamedTemporaryFile(prefix="prefork-") as printed:
            asked = {"arguments": list(arguments), "folder": str(folder), "environ": dict(environ), "to": printed.name}
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
            pid = self._hears(30)
            assert pid is not None, "the process that forks does not answer"
            code = self._hears(within_s)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # or what it started and left
            if code is None:
                self._hears(30)
                raise TooLongError(Path(printed.name).read_text(errors="replace"))
            return Ran(code, Path(printed.name).read_text(errors="replace"))

    def _hears(self, within_s: float) -> int | None:
        """Return the next number that the process says."""
        pipe = self._process.stdout
        assert pipe is not None
        end = time.monotonic() + within_s
        if not select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            return None
        line = pipe.readline()
        assert line, "the process that forks has ended"
        return int(line)


@contextmanager
def prefork(libraries: Sequence[str] = LIBRARIES) -> Iterator[Prefork]:
    """Yield a process that has loaded *libraries*."""
    command = [sys.executable, "-P", __file__, *libraries]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environ) as process:
        try:
            yield Prefork(process)
        finally:
            process.kill()


def _serve(libraries: Sequence[str]) -> int:
    for name in libraries:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the runs share this memory as long as nobody writes to it
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            return _run(asked)
        _say(pid)
        _, status = os.waitpid(pid, 0)
        _say(os.waitstatus_to_exitcode(status))
    return 0


def _say(number: int) -> None:
    try:
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever asked has ended
        os._exit(0)


def _run(asked: dict[str, Any]) -> int:
    """Be what `python -m pytest` is in this folder and environment."""
    os.setsid()
    with open(os.devnull) as nothing, open(asked["to"], "a") as printed:  # noqa: PTH123
        _put(nothing, 0)
        _put(printed, 1)
        _put(printed, 2)
    os.environ.clear()
    os.environ.update(asked["environ"])
    time.tzset()
    os.chdir(asked["folder"])
    sys.path.insert(0, asked["folder"])
    sys.argv = ["pytest", *asked["arguments"]]
    sys.dont_write_bytecode = bool(asked["environ"].get("PYTHONDONTWRITEBYTECODE"))
    gc.unfreeze()
    return int(importlib.import_module("pytest").main(asked["arguments"]))


def _put(file: IO[Any], number: int) -> None:
    os.dup2(file.fileno(), number)


if __name__ == "__main__":
    sys.exit(_serve(sys.argv[1:]))
