"""The command line, as its users type it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage import schema
from tests.support.commands import run
from tests.support.database import Database
from tests.support.settings import environment

pytestmark = pytest.mark.usefixtures("logging_restored")
ROOT = Path(__file__).resolve().parent.parent


def test_a_keyring_is_written_for_this_user_alone_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "keyring"

    first, _, _ = run("keys", "new", environ={"MFABOT_KEYRING": str(file)})
    text = file.read_text()
    second, _, why = run("keys", "new", environ={"MFABOT_KEYRING": str(file)})

    assert (first, second) == (0, 1)
    assert "not overwritten" in why
    assert file.read_text() == text
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(text)["keys"]) == 1


def test_a_keyring_without_a_place_is_a_usage_error() -> None:
    assert run("keys", "new")[0] == 2


def test_all_faults_of_the_environment_are_told_and_nothing_starts() -> None:
    code, _, why = run("serve", environ={"MFABOT_ISUER": "Acme"})

    assert code == 1
    assert "MFABOT_ISUER is no setting; did you mean MFABOT_ISSUER?" in why
    assert "SLACK_BOT_TOKEN is missing." in why


def test_migrate_says_what_it_did_also_to_scripts(bare_database: Database) -> None:
    environ = {"DATABASE_URL": bare_database.program, "MFABOT_OWNER_DATABASE_URL": bare_database.owner}
    of_its_own = environ | {"MFABOT_WORKER_DATABASE_URL": bare_database.worker}

    code, first, _ = run("migrate", "--json", environ=environ)
    again, second, _ = run("migrate", environ=environ)
    _, third, _ = run("migrate", environ=of_its_own)

    assert (code, again) == (0, 0)
    assert json.loads(first) == {"before": None, "after": schema.newest(), "granted": "mfabot", "linking": None}
    assert second == f"The schema is at {schema.newest()} already. mfabot has its rights."
    assert third == f"{second} mfabot_worker links the audit."


def test_migrate_without_a_database_is_a_sentence_without_its_url() -> None:
    code, _, why = run("migrate", environ={"DATABASE_URL": "postgresql://mfabot:hunter2@127.0.0.1:1/mfabot"})

    assert code == 1
    assert why.startswith("The database cannot be reached")
    assert "hunter2" not in why


def test_doctor_tells_scripts_of_a_bad_environment_in_json_too() -> None:
    code, told, _ = run("doctor", "--json")

    answer = json.loads(told)
    assert (code, answer["ok"], answer["team_id"]) == (1, False, None)
    assert "SLACK_BOT_TOKEN is missing." in answer["problems"]


def test_doctor_says_what_is_wrong(database: Database, tmp_path: Path) -> None:
    code, told, _ = run("doctor", "--json", environ=environment(database, tmp_path))

    assert code == 1
    assert json.loads(told)["problems"] == ["Slack does not answer, or does not accept SLACK_BOT_TOKEN."]


def test_doctor_warns_of_a_keyring_that_others_can_read_and_of_apps_that_name_people_by_address(
    database: Database, tmp_path: Path
) -> None:
    environ = environment(database, tmp_path)
    (tmp_path / "keyring").chmod(0o640)
    run("apps", "create", "wiki", "--lookup", "both", environ=environ)

    _, told, _ = run("doctor", "--json", environ=environ)

    by_address, readable = json.loads(told)["warnings"]
    assert by_address.startswith("May name people by e-mail address, which can pass to somebody else: wiki.")
    assert readable.startswith("MFABOT_KEYRING is a file that other accounts can read or change (mode 0640)")


def test_a_served_bot_warns_at_its_start(database: Database, tmp_path: Path) -> None:
    environ = environment(database, tmp_path, MFABOT_OWNER_DATABASE_URL="postgresql://owner:hunter2@db.internal/x")
    (tmp_path / "keyring").chmod(0o644)
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        stderr=subprocess.PIPE,
        text=True,
    ) as bot:
        assert bot.stderr is not None
        first, second = (json.loads(bot.stderr.readline()) for _ in range(2))
        bot.send_signal(signal.SIGTERM)
        rest = bot.stderr.read()

    assert (first["level"], second["level"]) == ("warning", "warning")
    assert first["event"].startswith("MFABOT_KEYRING is a file that other accounts can read")
    assert second["event"].startswith("MFABOT_OWNER_DATABASE_URL reaches its database without verified TLS")
    assert "hunter2" not in rest


def test_a_served_bot_logs_json_and_ends_with_zero_when_asked_to(database: Database, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment(database, tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as bot:
        assert bot.stderr is not None
        first = json.loads(bot.stderr.readline())
        bot.send_signal(signal.SIGTERM)
        rest = [json.loads(line) for line in bot.stderr]

    assert bot.returncode == 0
    assert first["event"] == "listening"
    assert rest[-1]["event"] == "ended"


def test_help_loads_no_slack_and_no_web() -> None:
    probe = "import sys, bot.cli; print([name for name in ('slack_bolt', 'aiohttp', 'alembic') if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_what_serves_loads_neither_migrations_nor_the_sandbox() -> None:
    probe = (
        "import sys, bot.app; print([name for name in ('alembic', 'sqlalchemy', 'bot.sandbox') if name in sys.modules])"
    )

    printed = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
