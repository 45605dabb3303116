"""Programs of the system that tests use as independent witnesses."""

import os
import shutil
import subprocess
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test because *what* says so, or fail where REQUIRE_TEST_TOOLS=1 is set."""
    if os.environ.get("REQUIRE_TEST_TOOLS") == "1":
        pytest.fail(what)
    pytest.skip(what)


def find_tool(*names: str) -> str:
    """Return the path of the first of *names* found; else skip, or fail where REQUIRE_TEST_TOOLS=1 is set."""
    for name in names:
        if path := shutil.which(name):
            return path
    missing(f"{' or '.join(names)} is not installed")


def run_tool(name: str, *arguments: str) -> str:
    """Return what the program *name* prints for *arguments*."""
    return subprocess.run([find_tool(name), *arguments], check=True, capture_output=True, text=True, timeout=10).stdout
