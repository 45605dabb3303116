"""The payloads that Slack sends to an app, in Slack's shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.slack import views
from bot.sandbox.slack.methods_chat import described as described_message
from bot.sandbox.slack.methods_users import described as described_person
from bot.sandbox.slack.workspace import APP, BOT_USER, HOME_TEAM, new_id

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Channel, Command, Json, Message, Person, View


def command(inside: Inside, person: Person, channel: Channel, command: Command, text: str) -> dict[str, str]:
    """Return the form of a slash command (SR42)."""
    return {
        "team_id": person.team_id,
        "team_domain": inside.workspace.domain if person.team_id == HOME_TEAM else "foreign",
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command.command,
        "text": escaped(inside, text, mentions=command.should_escape),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url(inside, person, channel),
        "trigger_id": inside.triggers.issue(person.id),
    }


def escaped(inside: Inside, text: str, *, mentions: bool) -> str:
    """Return what a person typed as an app receives it: `&`, `<`, `>` escaped (SR43), mentions resolved (SR44)."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not mentions:
        return text
    by_name = {person.name: person for person in inside.workspace.people.values()}

    def resolved(match: re.Match[str]) -> str:
        person = by_name.get(match[1])
        return match[0] if person is None else f"<@{person.id}|{person.name}>"

    return re.sub(r"(?<![\w@])@([a-z0-9._-]+)", resolved, text)


def response_url(inside: Inside, person: Person, channel: Channel, ts: str | None = None) -> str:
    """Return a new response_url."""
    return f"{inside.base_url}/response/{inside.response_urls.issue(person.id, channel.id, ts)}"


def click_on_message(inside: Inside, person: Person, channel: Channel, message: Message, action: Json) -> Json:
    """Return block_actions about a message."""
    return {
        **_interaction("block_actions", inside, person),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        },
        "trigger_id": inside.triggers.issue(person.id),
        "channel": {"id": channel.id, "name": channel.name},
        # SR41: of an ephemeral message the app gets no content.
        **({} if message.only_for else {"message": described_message(message)}),
        "state": {"values": message.state},
        "response_url": response_url(inside, person, channel, message.ts),
        "actions": [action],
    }


def click_in_view(inside: Inside, person: Person, view: View, action: Json) -> Json:
    """Return block_actions in a modal or a Home tab."""
    modal = view.content["type"] == "modal"
    return {
        **_interaction("block_actions", inside, person),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": inside.triggers.issue(person.id, view.id if modal else None),
        "view": views.described(view),
        "actions": [action],
    }


def submission(inside: Inside, person: Person, view: View) -> Json:
    """Return view_submission."""
    return {
        **_interaction("view_submission", inside, person),
        "trigger_id": inside.triggers.issue(person.id, view.id),
        "view": views.described(view),
        "response_urls": [],
    }


def closing(inside: Inside, person: Person, view: View, *, cleared: bool) -> Json:
    """Return view_closed."""
    return {
        **_interaction("view_closed", inside, person),
        "view": views.described(view),
        "is_cleared": cleared,
    }


def event(inside: Inside, inner: Json) -> Json:
    """Return an event in its envelope (SR39)."""
    return {
        "team_id": HOME_TEAM,
        "context_team_id": HOME_TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": inner,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(inside.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": HOME_TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": new_id("4-"),
    }


def home_opened(inside: Inside, person: Person, channel: Channel, view: View | None) -> Json:
    """Return app_home_opened of the Home tab; the view only once one was published."""
    inner: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": inside.workspace.next_ts(inside.now()),
    }
    return inner if view is None else {**inner, "view": views.described(view)}


def direct_message(message: Message) -> Json:
    """Return the message event of a DM."""
    return {
        **described_message(message),
        "channel": message.channel,
        "channel_type": "im",
        "event_ts": message.ts,
    }


def about_person(inside: Inside, kind: str, person: Person) -> Json:
    """Return user_change or team_join."""
    email = "users:read.email" in inside.settings.scopes
    now = inside.now()
    return {
        "type": kind,
        "user": described_person(person, email=email),
        "cache_ts": int(now.timestamp()),
        "event_ts": inside.workspace.next_ts(now),
    }


def _interaction(kind: str, inside: Inside, person: Person) -> Json:
    """SR40: `team` is where the app is installed, `user.team_id` where the person belongs."""
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": APP,
        "team": {"id": HOME_TEAM, "domain": inside.workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
