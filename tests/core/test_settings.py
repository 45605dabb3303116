"""The environment, as whoever runs the bot writes it."""

from pathlib import Path

import pytest

from bot.core.sealing import Keyring, write_keyring
from bot.settings import AUTHENTICATOR_APPS, DatabaseSettings, Settings, SettingsError, load

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    keyring = tmp_path / "keyring"
    keyring.write_text(write_keyring(Keyring("k1", {"k1": bytes(range(32))})))
    return {
        "SLACK_BOT_TOKEN": "xoxb-1234567890-abcdefghij",
        "SLACK_SIGNING_SECRET": SECRET,
        "DATABASE_URL": "postgresql://mfabot:pw@db/mfabot",
        "MFABOT_KEYRING": str(keyring),
        "MFABOT_ISSUER": "Acme",
        "PATH": "/bin",
    }


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(Settings, environ)
    return caught.value.faults


def test_what_is_needed_suffices_and_the_rest_has_its_default(environ: dict[str, str]) -> None:
    settings, ignored = load(Settings, environ)

    assert ignored == []
    assert settings.keyring.primary == "k1"
    assert (settings.host, settings.port) == ("0.0.0.0", 8080)  # noqa: S104  the documented default
    assert (settings.internal_host, settings.internal_port) == ("127.0.0.1", 9090)
    assert (settings.enrollment_ttl_s, settings.wrong_per_day, settings.lock_after) == (600, 20, 100)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.privileged_need_approval
    assert settings.authenticator_apps == AUTHENTICATOR_APPS
    assert {app.name for app in AUTHENTICATOR_APPS} >= {"Google Authenticator", "Aegis", "Bitwarden"}


def test_all_faults_are_told_at_once_and_without_their_values(environ: dict[str, str]) -> None:
    del environ["SLACK_BOT_TOKEN"]
    environ |= {
        "SLACK_SIGNING_SECRET": "hunter2",
        "MFABOT_PORT": "many",
        "MFABOT_ISSUER": "Acme: Inc",
        "MFABOT_ISUER": "Acme",
        "MFABOT_LOCK_AFTER": "0",
        "MFABOT_KEYRING": "/nowhere/keyring",
    }

    found = faults(environ)

    assert [fault.split()[0] for fault in found] == [
        "MFABOT_ISUER",
        "MFABOT_LOCK_AFTER",
        "MFABOT_KEYRING",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "MFABOT_ISSUER",
        "MFABOT_PORT",
    ]
    assert "MFABOT_ISUER is no setting; did you mean MFABOT_ISSUER?" in found
    assert "SLACK_BOT_TOKEN is missing." in found
    assert not any(value in " ".join(found) for value in ("hunter2", "many", "Acme: Inc", "/nowhere"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1234567890-abcdefghij"),
        ("SLACK_BOT_TOKEN", "xoxb-1"),
        ("SLACK_SIGNING_SECRET", "0" * 32),
        ("SLACK_SIGNING_SECRET", "ä" * 32),
        ("SLACK_APP_TOKEN", "xoxb-1234567890-abcdefghij"),
        ("SLACK_APP_TOKEN", "xapp-1"),
        ("SLACK_API_URL", "https://slack.example.com/api/"),
        ("SLACK_API_URL", "http://slack.com/api/"),
        ("SLACK_API_URL", "http://127.0.0.1.example.com/api/"),
        ("DATABASE_URL", "mysql://db/mfabot"),
        ("MFABOT_ISSUER", " Acme"),
        ("MFABOT_PORT", "65536"),
        ("MFABOT_LOG_LEVEL", "LOUD"),
        ("MFABOT_HOLD_S", "-1"),
        ("MFABOT_THROTTLE_AFTER", "-5"),
        ("MFABOT_APPROVERS_CHANNEL", "#security"),
        ("MFABOT_PRIVILEGED_NEED_APPROVAL", "perhaps"),
        ("MFABOT_AUTHENTICATOR_APPS", "Aegis"),
        ("MFABOT_AUTHENTICATOR_APPS", "[]"),
        ("MFABOT_AUTHENTICATOR_APPS", '[{"name": "Aegis", "url": "javascript:alert(1)"}]'),
    ],
)
def test_a_value_that_will_not_do_is_refused_by_name(environ: dict[str, str], name: str, value: str) -> None:
    found = faults(environ | {name: value})

    assert len(found) == 1
    assert found[0].startswith(f"{name} ")
    assert value not in found[0]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8765/api", "http://localhost:1/api/", "http://[::1]:80/api", "https://slack.com/api"]
)
def test_slack_may_be_on_this_machine_with_or_without_the_final_slash(environ: dict[str, str], url: str) -> None:
    settings, _ = load(Settings, environ | {"SLACK_API_URL": url})

    assert settings.slack_api_url == url.rstrip("/") + "/"


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "DATABASE_URL"])
def test_a_secret_can_stand_in_a_file(environ: dict[str, str], tmp_path: Path, name: str) -> None:
    environ["SLACK_APP_TOKEN"] = "xapp-1-A0-1234567890-abcdef"
    file = tmp_path / "secret"
    file.write_text(environ.pop(name) + "\n")

    load(Settings, environ | {f"{name}_FILE": str(file)})


def test_a_secret_file_that_is_missing_or_one_too_many_is_one_sentence(environ: dict[str, str]) -> None:
    with_both = environ | {"SLACK_BOT_TOKEN_FILE": "/nowhere"}
    del environ["SLACK_BOT_TOKEN"]
    with_none = environ | {"SLACK_BOT_TOKEN_FILE": "/nowhere"}

    assert faults(with_both) == ["SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: keep one of them."]
    assert faults(with_none) == ["SLACK_BOT_TOKEN_FILE names a file that cannot be read."]


def test_what_kubernetes_adds_for_a_service_of_that_name_is_ignored(environ: dict[str, str]) -> None:
    injected = {
        "MFABOT_PORT": "tcp://10.0.0.11:8080",
        "MFABOT_INTERNAL_PORT": "tcp://10.0.0.12:9090",
        "MFABOT_SERVICE_HOST": "10.0.0.11",
        "MFABOT_SERVICE_PORT": "8080",
        "MFABOT_SERVICE_PORT_HTTP": "8080",
        "MFABOT_PORT_8080_TCP": "tcp://10.0.0.11:8080",
        "MFABOT_PORT_8080_TCP_PROTO": "tcp",
        "MFABOT_PORT_8080_TCP_PORT": "8080",
        "MFABOT_PORT_8080_TCP_ADDR": "10.0.0.11",
    }

    settings, ignored = load(Settings, environ | injected)

    assert ignored == sorted(injected)
    assert (settings.port, settings.internal_port) == (8080, 9090)


def test_a_command_on_the_database_needs_no_more_than_the_database() -> None:
    settings, _ = load(DatabaseSettings, {"DATABASE_URL": "postgresql://a,b/mfabot?target_session_attrs=primary"})

    assert settings.owner_database_url is None


def test_no_secret_shows_in_what_is_printed_of_the_settings(environ: dict[str, str]) -> None:
    settings, _ = load(Settings, environ)

    assert not any(secret in repr(settings) for secret in (SECRET, "xoxb-", ":pw@", "\\x01"))
