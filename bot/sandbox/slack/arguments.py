"""What an app may ask: every method with its arguments, and how they arrive (GET, query, form, JSON)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import SlackError

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.slack.workspace import Json


@dataclass(frozen=True, slots=True)
class Signature:
    """A method's arguments, the scope it takes, whether it reads JSON bodies, and whose token it takes (SR54)."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    scope: str | None = None
    reads_json: bool = True
    app_level: bool = False


def _takes(required: str = "", optional: str = "", scope: str | None = None, *, reads_json: bool = True) -> Signature:
    return Signature(frozenset(required.split()), frozenset(optional.split()), scope, reads_json)


SIGNATURES = {
    "auth.test": _takes(),
    "apps.connections.open": Signature(frozenset(), app_level=True),
    "conversations.open": _takes("", "users channel return_im prevent_creation", "im:write"),
    "chat.postMessage": _takes("channel", "text blocks mrkdwn unfurl_links unfurl_media", "chat:write"),
    "chat.update": _takes("channel ts", "text blocks", "chat:write"),
    "chat.delete": _takes("channel ts", "", "chat:write"),
    "chat.postEphemeral": _takes("channel user", "text blocks", "chat:write"),
    "files.getUploadURLExternal": _takes("filename length", "alt_txt", "files:write", reads_json=False),
    "files.completeUploadExternal": _takes("files", "channel_id", "files:write"),
    "files.delete": _takes("file", "", "files:write"),
    "files.info": _takes("file", "", "files:read", reads_json=False),
    "views.open": _takes("view trigger_id"),
    "views.push": _takes("view trigger_id"),
    "views.update": _takes("view", "view_id external_id hash"),
    "views.publish": _takes("view user_id", "hash"),
    "users.info": _takes("user", "include_locale", "users:read", reads_json=False),
    "users.list": _takes("", "cursor limit include_locale", "users:read", reads_json=False),
}
"""SR2, SR3, SR6. Left out on purpose: attachments, threads, metadata, as_user, username, icons, parse."""

_PASSED_OVER = frozenset({"team_id"})
"""SR3: Bolt adds it to every call, and Slack passes it over where the token is of one workspace."""
_LISTS = frozenset({"blocks", "files"})
_OBJECTS = frozenset({"view"})
_NUMBERS = frozenset({"length", "limit"})
_TRUTHS = frozenset({"return_im", "prevent_creation", "mrkdwn", "unfurl_links", "unfurl_media", "include_locale"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request carries: token, arguments, whether they came as a JSON body and the token in the header."""

    token: str | None
    arguments: Json
    as_json: bool
    bearer: bool = False


async def read(request: web.Request) -> Asked:
    """Return what the request carries, from query and body together (SR4, SR5)."""
    arguments: Json = dict(request.query)
    as_json = request.content_type == "application/json"
    if request.method == "POST" and request.can_read_body:
        if as_json:
            arguments |= _json_object(await request.read())
        elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            arguments |= dict(await request.post())
        else:
            raise SlackError("invalid_post_type", bug=True)
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    as_argument = arguments.pop("token", None)
    if scheme.lower() == "bearer":
        return Asked(bearer, arguments, as_json, bearer=True)
    # SR5: a token inside a JSON body counts for nothing.
    return Asked(None if as_json else as_argument, arguments, as_json)


def checked(signature: Signature, asked: Asked) -> Json:
    """Return the arguments in their types; raise SlackError where one is unknown, missing or malformed (SR3)."""
    if asked.as_json and not signature.reads_json:
        raise SlackError("invalid_arguments", ["this method reads no JSON body"], bug=True)
    unknown = sorted(set(asked.arguments) - signature.required - signature.optional - _PASSED_OVER)
    missing = sorted(signature.required - set(asked.arguments))
    messages = [f"no such argument: {name}" for name in unknown]
    messages += [f"missing required field: {name}" for name in missing]
    if messages:
        raise SlackError("invalid_arguments", messages, bug=True)
    used = {name: value for name, value in asked.arguments.items() if name not in _PASSED_OVER}
    return {name: _typed(name, value, as_json=asked.as_json) for name, value in used.items()}


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body)
    except ValueError:
        raise SlackError("invalid_json", bug=True) from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object", bug=True)
    return value


def _typed(name: str, value: object, *, as_json: bool) -> object:
    if name in _LISTS or name in _OBJECTS:
        return _structure(name, value)
    if name in _NUMBERS:
        return _number(name, value)
    if name in _TRUTHS:
        return _truth(name, value)
    if not isinstance(value, str):
        raise _malformed(name, "a string")
    if as_json and "\x00" in value:
        raise _malformed(name, "a string without NUL")
    return value


def _structure(name: str, value: object) -> object:
    """SR4: in forms, queries and even inside JSON bodies these may be JSON strings."""
    kind = list if name in _LISTS else dict
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if isinstance(value, kind):
        return value
    if name == "blocks":
        raise SlackError("invalid_blocks_format", bug=True)
    raise _malformed(name, "an array" if kind is list else "an object")


def _number(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise _malformed(name, "a number")


def _truth(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"1", "true"}:
        return True
    if value in {"0", "false"}:
        return False
    raise _malformed(name, "a boolean")


def _malformed(name: str, expected: str) -> SlackError:
    return SlackError("invalid_arguments", [f"must be {expected} [json-pointer:/{name}]"], bug=True)
