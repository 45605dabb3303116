"""The supervisor of the sandbox's Postgres."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.sandbox import leash, postgres
from tests.support import homes

START_AND_WAIT = """
import pathlib, sys
from bot.sandbox import postgres
server = postgres.start(pathlib.Path(sys.argv[1]), programs=pathlib.Path(sys.argv[2]), settings={"fsync": "off"})
print((server.data / "postmaster.pid").read_text().split()[0], flush=True)
sys.stdin.read()
"""
WITHIN_S = 20


@pytest.fixture
def home() -> Iterator[Path]:
    made = homes.make()
    yield made
    shutil.rmtree(made)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ended(pid: int) -> bool:
    deadline = time.monotonic() + WITHIN_S
    while runs(pid) and time.monotonic() < deadline:
        os.sched_yield()
    return not runs(pid)


def test_postgres_ends_when_its_starter_is_killed(home: Path, postgres_programs: Path) -> None:
    command = [sys.executable, "-c", START_AND_WAIT, str(home), str(postgres_programs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert runs(pid)

        starter.send_signal(signal.SIGKILL)
        starter.wait()

    assert ended(pid)


def test_postgres_starts_right_after_its_starter_was_killed_and_keeps_its_data(
    home: Path, postgres_programs: Path
) -> None:
    command = [sys.executable, "-c", START_AND_WAIT, str(home), str(postgres_programs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        starter.stdout.readline()
        made = (home / f"pg{postgres._major(postgres_programs)}").stat().st_ino
        starter.send_signal(signal.SIGKILL)
        starter.wait()

    server = postgres.start(home, programs=postgres_programs)

    assert server.data.stat().st_ino == made
    server.stop()


async def test_the_data_folder_is_named_by_the_version_and_the_server_has_no_port(
    server: postgres.Postgres,
) -> None:
    conn = await asyncpg.connect(server.dsn(postgres.SUPERUSER, "postgres"))

    version = await conn.fetchval("SHOW server_version_num")
    port = await conn.fetchval("SHOW listen_addresses")
    await conn.close()

    assert server.data.name == f"pg{int(version) // 10000}"
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert port == ""


def test_programs_out_of_the_servers_reach_are_copied_for_it(home: Path) -> None:
    wheel = postgres.find("wheel").parent.parent
    private = home / "private"
    private.mkdir(mode=0o700)
    shutil.copytree(wheel, private / wheel.name)
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, private / libraries.name)

    server = postgres.start(home, programs=private / wheel.name / "pginstall" / "bin", settings={"fsync": "off"})

    assert server.process.poll() is None
    server.stop()


def test_a_folder_out_of_the_servers_reach_is_replaced_and_can_be_erased(home: Path, postgres_programs: Path) -> None:
    private = home / "private"
    private.mkdir(mode=0o700)
    server = postgres.start(private / "home", programs=postgres_programs, settings={"fsync": "off"})
    server.stop()

    postgres.erase(private / "home")

    assert not server.data.exists()
    assert not (private / "home").exists()


def test_a_folder_that_was_removed_by_hand_starts_anew(home: Path, postgres_programs: Path) -> None:
    private = home / "private"
    private.mkdir(mode=0o700)
    first = postgres.start(private / "home", programs=postgres_programs, settings={"fsync": "off"})
    made = (first.data / "PG_VERSION").stat().st_mtime_ns
    first.stop()
    shutil.rmtree(private / "home")

    second = postgres.start(private / "home", programs=postgres_programs, settings={"fsync": "off"})

    assert (second.data / "PG_VERSION").stat().st_mtime_ns != made
    second.stop()
    postgres.erase(private / "home")


def test_a_server_that_does_not_start_is_a_sentence_with_its_reason(home: Path, postgres_programs: Path) -> None:
    with pytest.raises(postgres.PostgresError, match=r"(?s)did not start.*no_such_setting"):
        postgres.start(home, programs=postgres_programs, settings={"no_such_setting": "1"})


@pytest.mark.parametrize(("choice", "says"), [("7", "postgresql-7"), ("/nowhere", "holds no program named postgres")])
def test_a_postgres_that_is_not_there_is_a_sentence(choice: str, says: str) -> None:
    with pytest.raises(postgres.PostgresError, match=says):
        postgres.find(choice)


def test_a_program_on_the_leash_gives_its_exit_code() -> None:
    assert leash.start([sys.executable, "-c", "raise SystemExit(7)"]).wait(WITHIN_S) == 7


def test_a_program_that_ignores_the_polite_signal_is_killed_after_the_grace_period() -> None:
    deaf = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    with tempfile.TemporaryFile() as output:
        program = leash.start([sys.executable, "-c", deaf], output=output, grace_s=0.2)
        while not os.fstat(output.fileno()).st_size:
            assert program.poll() is None

        assert program.stop() == 128 + signal.SIGKILL
