"""The schema of blocks and views: made by its script, from pinned packages, never by hand."""

import json
import os
import subprocess
from pathlib import Path

import fastjsonschema
import pytest

from tests.support.tools import find_tool

FOLDER = Path(__file__).resolve().parents[2] / "bot" / "sandbox" / "blocks"
NO_PACKAGES = 3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what make_schema.mjs makes now."""
    find_tool("npm")
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    script = [find_tool("node"), str(FOLDER / "make_schema.mjs"), str(file)]
    run = subprocess.run(script, capture_output=True, text=True, timeout=100, check=False)
    if run.returncode == NO_PACKAGES and os.environ.get("REQUIRE_TEST_TOOLS") != "1":
        pytest.skip("npm cannot install what make_schema.mjs needs")
    assert run.returncode == 0, run.stderr
    return file.read_text(encoding="utf-8")


def test_the_committed_schema_is_what_the_script_makes(made: str) -> None:
    committed = (FOLDER / "schema.json").read_text(encoding="utf-8")

    assert made == committed


def test_the_schema_is_valid_draft_7_and_leaves_no_object_open() -> None:
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))

    fastjsonschema.compile({"definitions": schema["definitions"], "$ref": "#/definitions/ModalView"})
    opened = [
        name
        for name, definition in schema["definitions"].items()
        if "properties" in definition and "allOf" not in definition and definition["additionalProperties"] is not False
    ]

    assert opened == []


def test_the_packages_are_pinned_exactly_and_the_lock_names_no_host_to_fetch_from() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert all(version[0].isdigit() for version in wanted.values())
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package and "resolved" not in package for name, package in lock.items() if name)
