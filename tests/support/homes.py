"""Where the tests' servers keep their data: in memory where that can be, since they make files by the thousand."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  mkdtemp makes the name
DISK = Path("/tmp")  # noqa: S108  likewise
ROOM = 2 * 1024**3  # bytes; a server takes about 0.2 GiB, and there is one a core
PREFIX = "mfabot-test-"


def make(place: Path | None = None) -> Path:
    """Make a folder that everybody can pass through, under a short name; in memory unless told otherwise."""
    place = place or (MEMORY if _will_do(MEMORY) else DISK)
    _remove_those_of_the_dead(place)
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    home.chmod(0o711)
    return home


def _will_do(place: Path) -> bool:
    # A container's may hold next to nothing, or run no programs: root's server needs a copy of them.
    if not place.is_dir() or not os.access(place, os.W_OK):
        return False
    return not os.statvfs(place).f_flag & os.ST_NOEXEC and shutil.disk_usage(place).free > ROOM


def _remove_those_of_the_dead(place: Path) -> None:
    """Remove what test runs that were killed have left; where the system tells of no processes, nothing."""
    for left in place.glob(f"{PREFIX}*") if Path("/proc/self").exists() else ():
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)
