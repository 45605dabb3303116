"""`make mutants`: put small defects into a copy of the program, one at a time, and see whether a test fails.

Usage: python -m tests.support.mutants [--list-survivors FILE] [--every N] [FILE OR FOLDER ...]

First the tests run once, and note for each line which tests it runs in. Then each mutant of a file (mutations.py) is
written into the copy, and the tests of its line run in a process of their own until one fails: the mutant is killed.
So it is if they do not end in time. It survived if all pass, or if no test runs its line. A line that runs when its
file is imported is tried with the tests that name its module. For bot/core alone the pure tests are run.
"""

from __future__ import annotations

import argparse
import asyncio
import compileall
import os
import py_compile
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from coverage import CoverageData

from bot.sandbox import postgres
from tests.support import database, homes
from tests.support.database import QUICK, TEMPLATE
from tests.support.lent import VARIABLE, lend
from tests.support.mutations import Mutant, mutants
from tests.support.prefork import LIBRARIES, Prefork, TooLongError, prefork

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "pictures", "defects")
CORE = "bot/core"
PLACES = (CORE, "bot/services", "storage")
PURE = ["tests/core"]
WITH_DATABASE = ["tests/core", "tests/storage", "tests/flows"]
OPTIONS = ["-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin"]
OPTIONS += ["-p", "pytest_timeout", "-p", "no:unraisableexception", "--assert=plain"]
LOADED = (*LIBRARIES, "pytest_asyncio.plugin", "pytest_timeout")
"""Plugins too, since nothing is rewritten."""
BASELINE_S = 3600.0
LONGEST_S = 60.0
FEW = 200
"""Tests at a time: more ids do not fit on a command line that a person can read."""


@dataclass
class Tally:
    """What became of the mutants of one file."""

    killed: int = 0
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """How many there were."""
        return self.killed + len(self.survivors)

    def __str__(self) -> str:
        share = 100 * self.killed / self.tried if self.tried else 100
        return f"{self.killed:>5} of {self.tried:>5} killed  {share:5.1f}%"


class Laboratory:
    """A copy of the program, and which tests run each of its lines."""

    def __init__(self, folder: Path, forking: Prefork, environ: dict[str, str], *, pure: bool) -> None:
        self._folder = folder
        self._forking = forking
        self._environ = environ
        self._options = [*OPTIONS, *(["--noconftest"] if pure else [])]
        self._tests = PURE if pure else WITH_DATABASE
        self._lines: dict[str, dict[int, list[str]]] = {}
        self._all: set[str] = set()

    def look(self) -> None:
        """Run all tests once, and note which lines each of them runs."""
        data = self._folder / ".coverage"
        noting = ["-p", "pytest_cov.plugin", "--cov=bot", "--cov=storage", "--cov-context=test", "--cov-report="]
        left_out = ["--deselect", "tests/core/test_logs.py", "--continue-on-collection-errors"]
        options = [one for one in self._options if one != "-x"]
        environ = self._environ | {"COVERAGE_FILE": str(data)}
        ran = self._forking.pytest(
            [*options, *noting, *left_out, *self._tests], folder=self._folder, environ=environ, within_s=BASELINE_S
        )
        _say(ran.output.strip().rpartition("\n")[2])
        failed = set(re.findall(r"^(?:FAILED|ERROR) (\S+)", ran.output, re.MULTILINE))
        listed = self._forking.pytest(
            [*options, *left_out, "--collect-only", *self._tests],
            folder=self._folder,
            environ=self._environ,
            within_s=BASELINE_S,
        )
        self._all = set(re.findall(r"^tests/\S+::.+$", listed.output, re.MULTILINE)) - failed
        told = CoverageData(str(data))
        told.read()
        for file in told.measured_files():
            lines = told.contexts_by_lineno(file)
            self._lines[os.path.relpath(file, self._folder)] = {
                line: sorted({context.rpartition("|")[0] for context in contexts} & self._all)
                for line, contexts in lines.items()
            }

    def passes(self, file: str) -> bool:
        """Whether the tests of *file* pass while nothing is changed; else what they say of mutants is worth nothing."""
        tests = sorted({test for tests in self._lines.get(file, {}).values() for test in tests})
        return not any(self._fails(tests[at : at + FEW]) for at in range(0, len(tests), FEW))

    def kills(self, file: str, mutant: Mutant) -> bool:
        """Whether a test fails on *mutant*."""
        path = self._folder / file
        right = path.read_text()
        tests = self._tests_of(file, mutant)
        path.write_text(mutant.source)
        try:
            return any(self._fails(tests[at : at + FEW]) for at in range(0, len(tests), FEW))
        finally:
            path.write_text(right)

    def _fails(self, tests: list[str]) -> bool:
        try:
            ran = self._forking.pytest(
                [*self._options, *tests], folder=self._folder, environ=self._environ, within_s=LONGEST_S
            )
        except TooLongError:
            return True
        return ran.exit_code != 0

    def _tests_of(self, file: str, mutant: Mutant) -> list[str]:
        """Return the tests that run the line, those of the module's own name first; a statement may begin above it.

        What runs when the file is imported counts as run by whichever test came first: there it is all that name it.
        """
        lines = self._lines.get(file, {})
        stem = Path(file).stem
        if mutant.at_import:
            found = [test for test in sorted(self._all) if self._names(test.partition("::")[0], stem)]
        else:
            found = lines.get(mutant.line) or next(
                (lines[line] for line in range(mutant.line, 0, -1) if line in lines), []
            )
        return sorted(found, key=lambda test: (stem not in test.partition("::")[0], test))

    @cache  # noqa: B019  a laboratory lives as long as the program
    def _names(self, test_file: str, stem: str) -> bool:
        return bool(re.search(rf"\b{stem}\b", (self._folder / test_file).read_text()))


@contextmanager
def _lent_server() -> Iterator[dict[str, str]]:
    """Yield the variable by which tests find a server with the template."""
    home = homes.make()
    server = postgres.start(home, programs=postgres.find(os.environ.get("TEST_POSTGRES")), settings=QUICK)
    try:
        asyncio.run(database.migrated(server, TEMPLATE))
        yield dict(lend(server))
    finally:
        server.stop()
        shutil.rmtree(home)


def _files(places: list[str]) -> Iterator[str]:
    for place in places:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.glob("*.py")):
            yield str(file.relative_to(ROOT))


def run(places: list[str], *, every: int, survivors: Path | None) -> int:
    """Print killed and survived per file; return how many survived."""
    files = list(_files(places))
    pure = all(file.startswith(CORE) for file in files)
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as made, prefork(LOADED) as forking:
        folder = Path(made) / "copy"
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        environ = {name: value for name, value in os.environ.items() if name != VARIABLE}
        environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        with _lent_server() as server:
            laboratory = Laboratory(folder, forking, environ | server, pure=pure)
            laboratory.look()
            for file in files:
                began, tally = time.monotonic(), tallies.setdefault(file, Tally())
                if not laboratory.passes(file):
                    _say(f"  the tests of {file} fail on the program as it is: nothing is said of it")
                    continue
                for mutant in list(mutants((folder / file).read_text()))[::every]:
                    if laboratory.kills(file, mutant):
                        tally.killed += 1
                    else:
                        tally.survivors.append(mutant)
                        _note(survivors, f"{file}:{mutant.line}: {mutant.was} -> {mutant.became}")
                _say(f"{tally}  {file}  ({time.monotonic() - began:.0f} s)")
    whole = Tally(sum(one.killed for one in tallies.values()), [m for one in tallies.values() for m in one.survivors])
    _say(f"{whole}  in all")
    return len(whole.survivors)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _note(survivors: Path | None, line: str) -> None:
    _say(f"  survived: {line}")
    if survivors:
        with survivors.open("a") as page:
            page.write(line + "\n")


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("places", nargs="*", default=list(PLACES))
    parser.add_argument("--every", type=int, default=1, help="try each Nth mutant alone")
    parser.add_argument("--list-survivors", type=Path, default=None)
    told = parser.parse_args()
    return run(told.places, every=told.every, survivors=told.list_survivors)


if __name__ == "__main__":
    main()
    sys.exit(0)
