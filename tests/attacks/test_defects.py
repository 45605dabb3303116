"""Each security rule is held by a test: a patch that takes the rule out of a copy of the program makes that test fail.

A patch is named after its rule, `C7.patch`, or `C7-window.patch` if the rule has several. Its first lines name the rule
that it breaks and the tests that must then fail. It is applied with git; when the lines around it change, whoever
changes them makes the patch again.
"""

import compileall
import os
import py_compile
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.database import Database
from tests.support.lent import lend
from tests.support.prefork import Prefork, prefork
from tests.support.tools import find_tool

ROOT = Path(__file__).resolve().parent.parent.parent
DEFECTS = sorted((Path(__file__).parent / "defects").glob("*.patch"))
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "pictures", "defects")
LONGEST_S = 180


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, with bytecode that counts for the very source it was made of.

    By the times of files a patch and its reverse within one second would leave bytecode that looks fresh and is not.
    """
    made = tmp_path_factory.mktemp("defects") / "copy"
    shutil.copytree(ROOT, made, ignore=LEFT_OUT)
    for folder in ("bot", "handlers", "storage", "tests/support"):
        compileall.compile_dir(made / folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return made


@pytest.fixture(scope="module")
def forking() -> Iterator[Prefork]:
    with prefork() as process:
        yield process


@pytest.fixture(params=DEFECTS, ids=lambda patch: patch.stem)
def defect(request: pytest.FixtureRequest, copy: Path) -> Iterator[Path]:
    """A patch, applied to the copy as long as the test runs."""
    patch: Path = request.param
    apply = [find_tool("git"), "apply", "--whitespace=nowarn"]
    subprocess.run([*apply, patch], cwd=copy, check=True)
    yield patch
    subprocess.run([*apply, "--reverse", patch], cwd=copy, check=True)


def named_tests(patch: Path) -> list[str]:
    return re.findall(r"^Fails: (\S+)$", patch.read_text(), re.MULTILINE)


@pytest.mark.timeout(LONGEST_S + 20)
def test_without_its_rule_a_test_fails(defect: Path, copy: Path, forking: Prefork, template: Database) -> None:
    tests = named_tests(defect)
    environ = {
        **os.environ,
        **lend(template.server),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # to load those that no test here needs takes longer than the test
        "REQUIRE_TEST_TOOLS": "1",
    }
    plugins = ("-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout")
    arguments = ["-q", "-rfE", "--no-header", *plugins, *tests]

    ran = forking.pytest(arguments, folder=copy, environ=environ, within_s=LONGEST_S)

    failed = set(re.findall(r"^FAILED ([^\s\[]+)", ran.output, re.MULTILINE))
    assert failed == set(tests), ran.output
    assert not re.search(r"^ERROR tests/", ran.output, re.MULTILINE), ran.output


def test_every_patch_names_its_rule_and_its_tests() -> None:
    assert DEFECTS
    for patch in DEFECTS:
        assert patch.read_text().startswith(f"Rule: {patch.stem.partition('-')[0]}. ")
        assert named_tests(patch)
