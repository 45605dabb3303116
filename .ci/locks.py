"""Make the three lock files from pyproject.toml, or (``--check``) say whether they are up to date and name no host.

One lock serves uv and pip: hashes for every platform, no index or host lines. Each later lock is a superset of the
one before it, at the same versions. With ``--upgrade`` the newest versions that pyproject.toml allows are taken.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
# name of the lock -> the extras it adds, and the lock whose versions bind it
LOCKS = {
    "requirements.lock": ([], None),
    "requirements-sandbox.lock": (["sandbox"], "requirements.lock"),
    "requirements-dev.lock": (["sandbox", "dev"], "requirements-sandbox.lock"),
}
HOST = re.compile(r"://|^\s*(-i|--index|--extra-index|--find-links|--trusted-host)", re.MULTILINE)
ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*==[^\s;\\]+)", re.MULTILINE)


def compile_lock(folder: Path, name: str, *, upgrade: bool) -> str | None:
    """Write *folder*/*name*, keeping the versions already in it; return uv's complaint, or None."""
    extras, bound = LOCKS[name]
    command = [str(UV), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
    command += ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    command += [part for extra in extras for part in ("--extra", extra)]
    command += ["--constraints", str(folder / bound)] if bound else []
    command += ["--upgrade"] if upgrade else []
    command += ["--output-file", str(folder / name), "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    return None if done.returncode == 0 else done.stderr


def faults(folder: Path) -> list[str]:
    """Return what is wrong with the locks as they stand, without asking an index."""
    found = []
    smaller: set[str] = set()
    for name in LOCKS:
        text = (folder / name).read_text()
        entries = set(ENTRY.findall(text))
        if HOST.search(text):
            found.append(f"{name} names a host or an index")
        if missing := sorted(smaller - entries):
            found.append(f"{name} lacks what the smaller lock has: {', '.join(missing)}")
        smaller = entries
    return found


def check() -> int:
    """Compile into a copy and compare; return an exit code."""
    found = faults(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in LOCKS:
            shutil.copy(ROOT / name, folder / name)
        for name in LOCKS:
            if complaint := compile_lock(folder, name, upgrade=False):
                print(f"The locks were not compared with pyproject.toml, because uv failed:\n{complaint}")
                return 1 if found or os.environ.get("CI") or "no solution" in complaint.lower() else 0
            if (folder / name).read_text() != (ROOT / name).read_text():
                found.append(f"{name} is out of date: run `make lock`")
    print("\n".join(found) or "The locks are up to date.")
    return 1 if found else 0


def main() -> int:
    """Return an exit code."""
    if "--check" in sys.argv:
        return check()
    for name in LOCKS:
        if complaint := compile_lock(ROOT, name, upgrade="--upgrade" in sys.argv):
            print(complaint)
            return 1
    print("\n".join(faults(ROOT)) or "The locks are made.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
