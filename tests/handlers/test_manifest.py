"""The manifest asks Slack for what the code uses, and for nothing else."""

import ast
import secrets
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import enrollment, throttle
from bot.core.people import Home
from bot.core.sealing import Keyring
from bot.services.means import Means
from handlers import Services, edge, features
from storage.pool import Pool

ROOT = Path(__file__).resolve().parent.parent.parent
# Slack's pages on the methods and events: which bot scope each asks for.
SCOPE_OF_METHOD = {
    "auth_test": None,
    "apps_connections_open": None,  # its token is the app's, with connections:write
    "views_open": None,
    "views_push": None,
    "views_update": None,
    "views_publish": None,
    "chat_postMessage": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_update": "chat:write",
    "chat_delete": "chat:write",
    "conversations_open": "im:write",
    "files_getUploadURLExternal": "files:write",
    "files_completeUploadExternal": "files:write",
    "files_delete": "files:write",
    "users_info": "users:read",
    "users_list": "users:read",
}
SCOPE_OF_EVENT = {
    "app_home_opened": None,
    "team_join": "users:read",
    "user_change": "users:read",
    "message": "im:history",
}
EVENT_OF_MANIFEST = {"message.im": "message"}
# Fields that a payload or an answer has only with the scope.
SCOPE_OF_FIELD = {"email": "users:read.email"}


class Ear(AsyncApp):
    """Takes down what the features listen to."""

    def __init__(self) -> None:
        self.commands: set[str] = set()
        self.events: set[str] = set()
        super().__init__(
            name="ear",
            client=AsyncWebClient(),
            authorize=authorize,
            signing_secret="none",
            request_verification_enabled=False,
        )

    def command(self, command: Any, *more: Any, **options: Any) -> Any:  # noqa: ANN401  Bolt's own signature
        self.commands.add(command)
        return super().command(command, *more, **options)

    def event(self, event: Any, *more: Any, **options: Any) -> Any:  # noqa: ANN401  likewise
        self.events.add(event["type"] if isinstance(event, dict) else event)
        return super().event(event, *more, **options)


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=None)


class Nowhere:
    """Installed in no workspace."""

    home: Home | None = None


@pytest.fixture
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return read


@pytest.fixture
def ear() -> Ear:
    made = Ear()
    means = Means(
        pool=Pool("postgresql://nowhere"),
        keyring=Keyring("k1", {"k1": b"k" * 32}),
        now=lambda: datetime.now(UTC),
        random=secrets.token_bytes,
        throttle=throttle.Limits(),
        enrollment=enrollment.Limits(),
        issuer="Acme",
    )
    for feature in features(Services.of(means), Nowhere(), apps=[], new_intent=uuid.uuid4):
        feature.register(made)
    return made


def called_methods() -> set[str]:
    """Return the Web API methods whose names the code mentions as attributes."""
    known = {name for name in dir(AsyncWebClient) if "_" in name.strip("_") and not name.startswith("_")}
    found = set()
    for folder in ("bot", "handlers"):
        for file in (ROOT / folder).rglob("*.py"):
            if "sandbox" not in file.parts:
                nodes = ast.walk(ast.parse(file.read_text()))
                found |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr in known}
    return found - {"api_call", "base_url", "retry_handlers", "trust_env_in_session"}


def test_every_command_of_the_code_is_in_the_manifest_and_the_other_way_round(
    manifest: dict[str, Any], ear: Ear
) -> None:
    listed = {one["command"] for one in manifest["features"]["slash_commands"]}

    assert listed == ear.commands
    assert {one["should_escape"] for one in manifest["features"]["slash_commands"] if one["command"] != "/mfa"} <= {
        True
    }


def test_every_event_of_the_code_is_in_the_manifest_and_the_other_way_round(manifest: dict[str, Any], ear: Ear) -> None:
    listed = manifest["settings"].get("event_subscriptions", {}).get("bot_events", [])

    assert {EVENT_OF_MANIFEST.get(event, event) for event in listed} == ear.events


def test_the_scopes_are_those_that_the_codes_methods_and_events_ask_for(manifest: dict[str, Any], ear: Ear) -> None:
    needed = {SCOPE_OF_METHOD[method] for method in called_methods()} | {SCOPE_OF_EVENT[event] for event in ear.events}
    needed |= {"commands"} if ear.commands else set()
    if "users:read" in needed:
        needed.add(SCOPE_OF_FIELD["email"])

    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed - {None}


def test_everything_comes_to_the_one_address(manifest: dict[str, Any]) -> None:
    settings = manifest["settings"]
    urls = [one["url"] for one in manifest["features"]["slash_commands"]]
    urls += [settings[part]["request_url"] for part in ("interactivity", "event_subscriptions") if part in settings]

    assert {url.partition("://")[2].partition("/")[2] for url in urls} == {edge.PATH.lstrip("/")}
    assert manifest["features"]["app_home"]["messages_tab_enabled"]
