"""Requests as Slack signs them, written out from Slack's documentation and not with its SDK."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_BY_ADA: dict[str, Any] = {
    "api_app_id": "A0MFA",
    "team": {"id": "T0MFA", "domain": "mfa"},
    "enterprise": None,
    "is_enterprise_install": False,
    "user": {"id": "U0ADA", "username": "ada", "name": "ada", "team_id": "T0MFA"},
    "trigger_id": "1.2.abc",
}


def headers(body: bytes, *, at: float, content_type: str = FORM, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of a request with *body* that was signed at *at*, seconds since 1970."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": content_type}


def interaction(payload: dict[str, Any]) -> bytes:
    """Return the body of a click, a submission or a closing."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def command(**fields: str) -> bytes:
    """Return the body of `/mfa`, or of what *fields* say."""
    return urlencode(
        {
            "command": "/mfa",
            "text": "",
            "user_id": "U0ADA",
            "user_name": "ada",
            "team_id": "T0MFA",
            "team_domain": "mfa",
            "channel_id": "D0ADA",
            "channel_name": "directmessage",
            "trigger_id": "1.2.abc",
            "response_url": "http://127.0.0.1:1/respond",
            "api_app_id": "A0MFA",
            "is_enterprise_install": "false",
        }
        | fields
    ).encode()


def click(**fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """Return a block_actions payload."""
    return {
        "type": "block_actions",
        **_BY_ADA,
        "response_url": "http://127.0.0.1:1/respond",
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "D0ADA", "is_ephemeral": False},
        "channel": {"id": "D0ADA", "name": "directmessage"},
        "message": {"type": "message", "ts": "1.2", "user": "U0BOT", "text": "..."},
        "state": {"values": {}},
        "actions": [
            {
                "type": "button",
                "action_id": "any",
                "block_id": "row",
                "value": "1",
                "action_ts": "1.2",
                "text": {"type": "plain_text", "text": "Any"},
            }
        ],
    } | fields


def submission(**fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """Return a view_submission payload."""
    return {
        "type": "view_submission",
        **_BY_ADA,
        "response_urls": [],
        "view": {
            "id": "V0VIEW",
            "team_id": "T0MFA",
            "app_installed_team_id": "T0MFA",
            "type": "modal",
            "callback_id": "any",
            "private_metadata": "1",
            "hash": "1.abc",
            "blocks": [],
            "root_view_id": "V0VIEW",
            "previous_view_id": None,
            "state": {"values": {"code": {"typed": {"type": "plain_text_input", "value": "1"}}}},
        },
    } | fields


def event(**fields: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON
    """Return an event_callback payload for a message in the bot's DM."""
    inner = {"type": "message", "channel_type": "im", "channel": "D0ADA", "user": "U0ADA", "text": "hi", "ts": "1.2"}
    return {
        "type": "event_callback",
        "team_id": "T0MFA",
        "api_app_id": "A0MFA",
        "event_id": "Ev1",
        "event_time": 1,
        "authorizations": [{"team_id": "T0MFA", "user_id": "U0BOT", "is_bot": True, "enterprise_id": None}],
        "event": inner,
    } | fields
