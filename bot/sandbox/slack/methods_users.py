"""auth.test, apps.connections.open, users.info, users.list."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.workspace import APP, BOT, BOT_USER, HOME_TEAM

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Json, Person

PAGE_LIMIT = 1000


async def auth_test(inside: Inside, _: Json) -> Json:
    """Say who the app is."""
    return {
        "url": inside.base_url + "/",
        "team": inside.workspace.name,
        "user": "mfabot",
        "team_id": HOME_TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "app_id": APP,
        "is_enterprise_install": False,
    }


async def open_connection(inside: Inside, _: Json) -> Json:
    """Say where the app may open a websocket (SR54, SR55)."""
    return {"url": inside.sockets.issue()}


async def info(inside: Inside, arguments: Json) -> Json:
    """Describe one person, of this workspace or another."""
    person = inside.person(arguments["user"])
    if person is None:
        raise SlackError("user_not_found")
    return {"user": described(person, email="users:read.email" in inside.settings.scopes)}


async def list_(inside: Inside, arguments: Json) -> Json:
    """Describe the members of this workspace, deactivated ones and bots too, page by page (SR9)."""
    limit = arguments.get("limit") or PAGE_LIMIT
    if limit > PAGE_LIMIT:
        raise SlackError("invalid_limit", bug=True)
    members = sorted((p for p in inside.workspace.people.values() if p.team_id == HOME_TEAM), key=lambda p: p.id)
    first = _read_cursor(arguments.get("cursor", ""))
    if first:
        members = [person for person in members if person.id >= first]
    page, rest = members[:limit], members[limit:]
    email = "users:read.email" in inside.settings.scopes
    return {
        "members": [described(person, email=email) for person in page],
        "cache_ts": int(inside.now().timestamp()),
        "response_metadata": {"next_cursor": _cursor(rest[0].id) if rest else ""},
    }


def described(person: Person, *, email: bool) -> Json:
    """Return a user object as Slack gives it; the e-mail only with its scope (SR6, SR8)."""
    profile: Json = {
        "title": "",
        "phone": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "team": person.team_id,
        "status_text": "",
        "status_emoji": "",
    }
    if email and person.email:
        profile["email"] = person.email
    user: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": person.updated,
    }
    if not person.deleted:
        # SR8: Slack leaves these out for deactivated people.
        user |= {
            "color": person.color,
            "real_name": person.real_name,
            "tz": person.tz,
            "tz_label": "Central European Time",
            "tz_offset": 3600,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": person.is_restricted,
            "is_ultra_restricted": person.is_ultra_restricted,
        }
    if person.is_stranger:
        user["is_stranger"] = True
    if person.enterprise_user is not None:
        user["enterprise_user"] = person.enterprise_user
    return user


def _cursor(user: str) -> str:
    return base64.b64encode(f"user:{user}".encode()).decode()


def _read_cursor(cursor: str) -> str:
    if not cursor:
        return ""
    try:
        kind, _, user = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        kind, user = "", ""
    if kind != "user" or not user:
        raise SlackError("invalid_cursor", bug=True)
    return user
