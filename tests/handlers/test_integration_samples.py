"""What docs/integration.md shows is run: each line of the host, of curl, and both programs, against the API itself."""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.core.people import Person, Standing
from storage.pool import Pool
from tests.support.api import api_of
from tests.support.commands import run
from tests.support.database import Database
from tests.support.people import ADA, BEN
from tests.support.services import Authenticator, Services, enroll, make_key, on_this_pool
from tests.support.serving import serving
from tests.support.tools import find_tool

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "integration.md").read_text()
PERSON, CODE = "U012AB3CD", "492039"
AWAY = "Signing in does not work right now. Try again in a moment."
LANGUAGES = ["python", "go"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@dataclass
class Guide:
    """The guide's person, with MFA on, and how its lines reach the API."""

    services: Services
    person: Person
    phone: Authenticator
    environ: dict[str, str]
    folder: Path

    async def run(self, *words: str, **environ: str) -> tuple[int | None, str]:
        """Run a command; return its exit code and what it says on either output."""
        running = await asyncio.create_subprocess_exec(
            *words,
            env={"PATH": os.environ["PATH"], **self.environ, **environ},
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
        return running.returncode, said.decode().strip()


@pytest_asyncio.fixture
async def guide(services: Services, url: str, tmp_path: Path) -> Guide:
    person = await services.people.save(replace(ADA, slack_user_id=PERSON))
    _, phone = await enroll(services, person)
    key = await make_key(services)
    return Guide(services, person, phone, {"MFABOT": url, "KEY": key.spelled}, tmp_path)


@pytest.fixture(scope="module")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Build the guide's Go program when it is first asked for."""
    folder = tmp_path_factory.mktemp("go")
    program = folder / "signin"

    def built() -> Path:
        if not program.exists():
            [source] = blocks("go")
            (folder / "signin.go").write_text(source)
            environ = {"HOME": str(folder), **os.environ, "GOFLAGS": "", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
            command = [find_tool("go"), "build", "-o", str(program), "signin.go"]
            subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, text=True)
        return program

    return built


@pytest.fixture(params=LANGUAGES)
def program(request: pytest.FixtureRequest, guide: Guide, go_program: Callable[[], Path]) -> list[str]:
    """The words that run a program of the guide."""
    if request.param == "go":
        return [str(go_program())]
    [source] = blocks("python")
    (guide.folder / "signin.py").write_text(source)
    return [sys.executable, "signin.py"]


@pytest.mark.usefixtures("logging_restored")
def test_each_line_of_the_host_does_what_it_says(database: Database) -> None:
    [lines] = [block.splitlines() for block in blocks("sh") if block.startswith("mfabot")]

    ran = {
        line: run(*(shlex.split(line, comments=True)[1:]), environ={"DATABASE_URL": database.program})
        for line in lines
        if not line.startswith("mfabot people sync")  # which asks Slack; tests/test_cli_people.py runs it
    }

    assert len(ran) == len(lines) - 1
    assert {line: why for line, (code, _, why) in ran.items() if code} == {}
    assert all(out for _, out, _ in ran.values())


async def test_each_line_of_curl_gets_the_answer_below_it(guide: Guide) -> None:
    find_tool("curl")
    guide.services.clock.forward(minutes=1)
    shown = re.findall(r"^```sh\n(curl .*?)^```\n```json\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)

    answers = [await guide.run("sh", "-c", line.replace(CODE, guide.phone.code())) for line, _ in shown]

    assert len(shown) == 2
    assert [(code, json.loads(said)) for code, said in answers] == [(0, json.loads(below)) for _, below in shown]


def test_the_programs_are_run_as_the_guide_says() -> None:
    [lines] = [block.splitlines() for block in blocks("sh") if block.startswith("python")]

    assert lines == [
        f"python signin.py {PERSON}",
        f"python signin.py {PERSON} {CODE}",
        f"go run signin.go {PERSON} {CODE}",
    ]


def test_the_go_program_is_formatted() -> None:
    [source] = blocks("go")

    formatted = subprocess.run([find_tool("gofmt")], input=source, capture_output=True, text=True, check=True).stdout

    assert formatted == source


async def test_a_right_code_signs_in_and_no_code_does_so_twice(guide: Guide, program: list[str]) -> None:
    guide.services.clock.forward(minutes=1)
    code = guide.phone.code()

    owed = await guide.run(*program, PERSON)
    typed = [await guide.run(*program, PERSON, spelling) for spelling in (f"{code[:3]} {code[3:]}", code)]

    assert owed == (0, "A code is owed.")
    assert typed == [(0, "Signed in."), (1, "That code does not work. Wait for the next one and try again.")]


async def test_what_is_no_yes_is_a_sentence_and_exit_code_1(guide: Guide, program: list[str]) -> None:
    guide.services.clock.forward(minutes=1)
    wrong = guide.phone.wrong_code()

    unknown = await guide.run(*program, "U0NOBODY")
    no_code = await guide.run(*program, PERSON, "x" * 100)
    guesses = [await guide.run(*program, PERSON, wrong) for _ in range(6)]
    of_nobody = await guide.run(*program, "U0NOBODY", wrong)
    await guide.services.people.save(replace(ADA, slack_user_id=PERSON, standing=Standing.DELETED))
    suspended = [await guide.run(*program, PERSON), await guide.run(*program, PERSON, wrong)]

    assert {code for code, _ in (unknown, no_code, *guesses, *suspended)} == {1}
    assert "does not know your account" in unknown[1]
    assert "six digits" in no_code[1]
    assert of_nobody == guesses[0]
    assert ["does not work" in said for _, said in guesses] == [True] * 5 + [False]
    assert guesses[-1][1] == "Too many wrong codes. Wait 30 seconds, or use a recovery code."
    assert len(set(suspended)) == 1
    assert "is suspended" in suspended[0][1]


async def test_who_has_no_mfa_signs_in_with_the_password_and_by_no_code(guide: Guide, program: list[str]) -> None:
    await guide.services.people.save(BEN)

    assert await guide.run(*program, BEN.slack_user_id) == (0, "The password alone is enough.")
    assert await guide.run(*program, BEN.slack_user_id, CODE) == (1, "Please sign in once more.")


@pytest_asyncio.fixture
async def away(services: Services) -> AsyncIterator[str]:
    """The address of a process whose database is away."""
    async with serving(api_of(on_this_pool(services, Pool("postgresql://mfabot@127.0.0.1:1/mfabot")))) as url:
        yield url


async def test_while_nothing_can_be_said_nobody_signs_in(guide: Guide, program: list[str], away: str) -> None:
    for elsewhere in ({"MFABOT": away}, {"MFABOT": "http://127.0.0.1:1"}, {"KEY": "mfabot_none"}):
        assert await guide.run(*program, PERSON, **elsewhere) == (1, AWAY)
        assert await guide.run(*program, PERSON, guide.phone.code(), **elsewhere) == (1, AWAY)
