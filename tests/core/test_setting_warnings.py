"""Settings that are accepted and unsafe are warned about, without their values."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.core.sealing import write_keyring
from bot.setting_warnings import verified, warnings
from bot.settings import Settings, load
from tests.support.settings import KEYRING, TOKEN
from tests.support.signed import SECRET

KEYRING_SAYS = "MFABOT_KEYRING is a file that other accounts can read or change (mode {}): set mode 0600."


def environment(folder: Path, **changes: str) -> dict[str, str]:
    keyring = folder / "keyring"
    keyring.write_text(write_keyring(KEYRING))
    keyring.chmod(0o600)
    return {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "DATABASE_URL": "postgresql://mfabot@db.internal/mfabot?sslmode=verify-full",
        "MFABOT_KEYRING": str(keyring),
        "MFABOT_ISSUER": "Acme",
    } | changes


@pytest.mark.parametrize(
    ("mode", "warned"),
    [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o620, True), (0o601, True), (0o644, True)],
)
def test_a_keyring_that_others_can_read_is_warned_about(tmp_path: Path, mode: int, *, warned: bool) -> None:
    environ = environment(tmp_path)
    (tmp_path / "keyring").chmod(mode)
    settings, _ = load(Settings, environ)

    assert warnings(settings, environ) == ([KEYRING_SAYS.format(f"{mode:04o}")] if warned else [])


@pytest.mark.parametrize(
    ("url", "variables", "safe"),
    [
        ("postgresql://u@db.internal/x", {}, False),
        ("postgresql://u:p%40ss@10.0.0.7:5432/x", {}, False),
        ("postgresql://u@db.internal/x?sslmode=prefer", {}, False),
        ("postgresql://u@db.internal/x?sslmode=require", {}, False),
        ("postgresql://u@db.internal/x?sslmode=verify-ca", {}, True),
        ("postgresql://u@db.internal/x?sslmode=verify-full&sslrootcert=/ca.pem", {}, True),
        ("postgresql://u@db.internal/x?sslmode=disable", {"PGSSLMODE": "verify-full"}, False),
        ("postgresql://u@db.internal/x", {"PGSSLMODE": "verify-full"}, True),
        ("postgresql://u@localhost/x", {}, True),
        ("postgresql://u@localhost.evil.example/x", {}, False),
        ("postgresql://u@127.0.0.1:5433/x", {}, True),
        ("postgresql://u@[::1]:5433/x", {}, True),
        ("postgresql://u@[2001:db8::1]:5433/x", {}, False),
        ("postgresql://u@127.0.0.1,db2.internal:5433/x", {}, False),
        ("postgresql://u@db1.internal,127.0.0.1/x", {}, False),
        ("postgresql://u@%2Fvar%2Frun%2Fpostgresql/x", {}, True),
        ("postgresql:///x?host=/var/run/postgresql&user=u", {}, True),
        ("postgresql:///x?host=db.internal&user=u", {}, False),
        ("postgresql:///x", {}, True),
        ("postgresql:///x", {"PGHOST": "db.internal"}, False),
    ],
)
def test_a_database_over_the_network_needs_verified_tls(url: str, variables: dict[str, str], *, safe: bool) -> None:
    assert verified(SecretStr(url), variables) is safe


def test_each_database_is_warned_about_by_name_and_without_its_url(tmp_path: Path) -> None:
    plain = {
        "DATABASE_URL": "postgresql://mfabot:hunter2@db.internal/x",
        "MFABOT_OWNER_DATABASE_URL": "postgresql://owner:hunter2@db.internal/x",
    }
    environ = environment(tmp_path, **plain)
    settings, _ = load(Settings, environ)

    said = warnings(settings, environ)

    assert [one.partition(" ")[0] for one in said] == ["DATABASE_URL", "MFABOT_OWNER_DATABASE_URL"]
    assert not any(word in "".join(said) for word in ("hunter2", "db.internal"))
