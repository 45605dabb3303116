"""A forked run of pytest is what `python -m pytest` is: its folder, its environment, its modules, its end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.prefork import Prefork, TooLongError, prefork

ENVIRON = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
PLAIN = ["-q", "-p", "no:cacheprovider"]
WITHIN_S = 60.0


@pytest.fixture(scope="module")
def forking() -> Iterator[Prefork]:
    with prefork(["pytest"]) as process:
        yield process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "rule.py").write_text("LIMIT = 5\n")
    (tmp_path / "test_rule.py").write_text(
        "import os, sys\nfrom rule import LIMIT\n\n"
        "def test_rule():\n"
        "    assert LIMIT == 5\n"
        "    assert sorted(set(os.environ) - {'PYTEST_CURRENT_TEST', 'PYTEST_VERSION', 'LC_CTYPE'}) == "
        f"{sorted(ENVIRON)!r}\n"
        "    assert os.getcwd() == os.path.dirname(__file__)\n"
        "    assert 'tests' not in sys.modules and 'bot' not in sys.modules\n"
    )
    return tmp_path


def test_a_run_has_the_modules_the_folder_and_the_environment_that_it_is_given(forking: Prefork, folder: Path) -> None:
    right = forking.pytest(PLAIN, folder=folder, environ=ENVIRON, within_s=WITHIN_S)
    (folder / "rule.py").write_text("LIMIT = 6\n")
    wrong = forking.pytest(PLAIN, folder=folder, environ=ENVIRON, within_s=WITHIN_S)
    (folder / "rule.py").write_text("LIMIT = 5\n")
    right_again = forking.pytest(PLAIN, folder=folder, environ=ENVIRON, within_s=WITHIN_S)

    assert (right.exit_code, wrong.exit_code, right_again.exit_code) == (0, 1, 0), right.output
    assert "assert 6 == 5" in wrong.output
    assert not list(folder.rglob("*.pyc"))


def test_a_run_that_takes_too_long_ends_and_so_does_what_it_started(forking: Prefork, folder: Path) -> None:
    (folder / "test_slow.py").write_text(
        "import pathlib, subprocess, sys\n\n"
        "def test_slow():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "    pathlib.Path('pids').write_text(str(child.pid))\n"
        "    child.wait()\n"
    )

    with pytest.raises(TooLongError):
        forking.pytest([*PLAIN, "test_slow.py"], folder=folder, environ=ENVIRON, within_s=8.0)
    after = forking.pytest([*PLAIN, "test_rule.py"], folder=folder, environ=ENVIRON, within_s=WITHIN_S)

    assert after.exit_code == 0, after.output
    state = Path(f"/proc/{(folder / 'pids').read_text()}/stat")
    assert not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z"
