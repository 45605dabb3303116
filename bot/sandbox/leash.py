"""Run a program that ends with whoever started it, also when that one is killed by SIGKILL.

A small watcher (this file, run as a script) stands between the two. It is the program's parent and holds the read end
of a pipe whose write end only the starter has. When the starter ends, however it ends, the kernel closes the write
end, the watcher reads the end of the file and stops the program: first politely, after a grace period by SIGKILL.
That works on Linux and on macOS. On Linux the kernel also ends the program should the watcher itself be killed.

The watcher runs in isolated mode, without site-packages: this file may import nothing but the standard library.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PR_SET_PDEATHSIG = 1  # from linux/prctl.h


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine, by number."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Leashed:
    """A running program and the pipe that it hangs on."""

    watcher: subprocess.Popen[bytes]

    def poll(self) -> int | None:
        """Return the program's exit code (128 + n for signal n), or None while it runs."""
        return self.watcher.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        """Return the exit code once the program has ended.

        Raises:
            subprocess.TimeoutExpired: it still runs after *timeout_s* seconds.
        """
        code = self.watcher.wait(timeout_s)
        self.let_go()
        return code

    def let_go(self) -> None:
        """Ask the program to end, without waiting for it."""
        if self.watcher.stdin is not None:
            self.watcher.stdin.close()

    def stop(self) -> int:
        """Ask the program to end, and return its exit code when it has."""
        self.let_go()
        return self.wait()


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | None = None,
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    grace_s: float = 10.0,
) -> Leashed:
    """Start *command*; its output and errors go to *output*, by default where ours go.

    Args:
        command: The program and its arguments.
        env: The whole environment of the program; by default ours.
        cwd: Where the program runs.
        output: A file for what the program prints.
        account: The user to become, which only root may ask for.
        stop_signal: What asks the program to end.
        grace_s: How long the program may take to end, in seconds, before it is killed.
    """
    watcher = [sys.executable, "-I", "-S", __file__, "--signal", str(int(stop_signal)), "--grace", str(grace_s)]
    if account is not None:
        watcher += ["--uid", str(account.uid), "--gid", str(account.gid)]
    return Leashed(
        subprocess.Popen(  # noqa: S603  the caller's own command
            [*watcher, "--", *command],
            env=None if env is None else dict(env),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            # A Ctrl-C in the terminal goes to the starter alone, who then stops everything in order.
            start_new_session=True,
        )
    )


def _die_with_watcher() -> None:
    """Have the kernel kill this process when its parent ends (Linux only; elsewhere the pipe alone does it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch() -> None:
    """Be the watcher: start the program, and end with it or stop it when the pipe closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--grace", type=float, required=True)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    program = subprocess.Popen(  # noqa: S603  the starter's own command
        asked.command[1:] if asked.command[0] == "--" else asked.command,
        stdin=subprocess.DEVNULL,
        user=asked.uid,
        group=asked.gid,
        extra_groups=None if asked.uid is None else [],
        start_new_session=True,
        preexec_fn=_die_with_watcher,  # noqa: PLW1509  there is one thread yet
    )

    def end_with_it() -> None:
        code = program.wait()
        os._exit(code if code >= 0 else 128 - code)

    threading.Thread(target=end_with_it).start()
    os.read(0, 1)  # nobody ever writes: this returns when the write end is closed
    program.send_signal(asked.signal)
    try:
        program.wait(asked.grace)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)


if __name__ == "__main__":
    _watch()
