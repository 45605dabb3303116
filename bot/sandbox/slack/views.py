"""Modals and Home tabs: how a view comes to be, changes and goes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.validation import checked_view, elements, kept_state
from bot.sandbox.slack.workspace import APP, BOT, HOME_TEAM, View, new_id

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Blocks, Json, State

STACK_LIMIT = 3
"""SR29."""
_STATE = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
}
"""SR34: the key under which an element's state is told, and the key of what is filled in before."""
_CONTENT = ("type", "blocks", "title", "submit", "close", "callback_id", "private_metadata", "external_id")


def opened(inside: Inside, user: str, content: Json) -> View:
    """Show *user* a modal, as the only one of its stack."""
    view = _new(inside, user, checked_view(content, "modal"))
    inside.workspace.modals[user] = [view]
    inside.changed()
    return view


def pushed(inside: Inside, user: str, content: Json) -> View:
    """Show *user* a modal above those that are open (SR29)."""
    content = checked_view(content, "modal")
    stack = inside.workspace.stack(user)
    if len(stack) >= STACK_LIMIT:
        raise SlackError("push_limit_reached", bug=True)
    view = _new(inside, user, content)
    if stack:
        view.root, view.previous = stack[0].root, stack[-1].id
    stack.append(view)
    inside.changed()
    return view


def replaced(inside: Inside, view: View, content: Json) -> View:
    """Give *view* another content and a new hash; what was typed stays where its field stays (SR30, SR33)."""
    content = checked_view(content, "home" if view.content["type"] == "home" else "modal")
    _check_external_id(inside, content, view)
    view.state = {**initial_state(content["blocks"]), **kept_state(view, content["blocks"])}
    view.content = content
    view.hash = _new_hash(inside.now())
    view.errors = {}
    inside.changed()
    return view


def published(inside: Inside, user: str, content: Json, hash_: str | None) -> View:
    """Set the Home tab of *user* (SR30)."""
    home = inside.workspace.homes.get(user)
    if hash_ is not None and home is not None and hash_ != home.hash:
        raise SlackError("hash_conflict")
    if home is not None:
        return replaced(inside, home, content)
    home = _new(inside, user, checked_view(content, "home"))
    inside.workspace.homes[user] = home
    inside.changed()
    return home


def find(inside: Inside, view_id: str | None, external_id: str | None) -> View:
    """Return the view by one of its ids; raise SlackError `not_found` once it is closed (SR31)."""
    for view in inside.workspace.views():
        if view_id is not None and view.id == view_id:
            return view
        if view_id is None and external_id is not None and view.content.get("external_id") == external_id:
            return view
    raise SlackError("not_found")


def described(view: View) -> Json:
    """Return the view as Slack shows it to the app, in answers and payloads."""
    content = {key: view.content[key] for key in _CONTENT if key in view.content}
    described: Json = {
        "id": view.id,
        "team_id": HOME_TEAM,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "state": {"values": view.state},
        "hash": view.hash,
        "title": {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": view.content.get("clear_on_close", False),
        "notify_on_close": view.content.get("notify_on_close", False),
        "close": None,
        "submit": None,
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": APP,
        "app_installed_team_id": HOME_TEAM,
        "bot_id": BOT,
    }
    return {**described, **content}


def initial_state(blocks: Blocks) -> State:
    """Return what is filled in before anybody types (SR34)."""
    state: State = {}
    for block in blocks:
        for element in elements(block):
            empty = empty_value(element)
            if empty is not None:
                state.setdefault(block["block_id"], {})[element["action_id"]] = empty
    return state


def empty_value(element: Json) -> Json | None:
    """Return the element's state before anybody touches it; None for what has no state (SR34)."""
    place = _STATE.get(element["type"])
    if place is None:
        return None
    held, initial = place
    nothing: object = [] if held.endswith("s") else None
    return {"type": element["type"], held: element.get(initial, nothing)}


def _new(inside: Inside, user: str, content: Json) -> View:
    _check_external_id(inside, content, None)
    view_id = new_id("V")
    return View(
        id=view_id,
        user=user,
        content=content,
        hash=_new_hash(inside.now()),
        state=initial_state(content["blocks"]),
        root=view_id,
    )


def _check_external_id(inside: Inside, content: Json, mine: View | None) -> None:
    """SR31: an external_id is unique over all views that are open."""
    external_id = content.get("external_id")
    if not external_id:
        return
    for view in inside.workspace.views():
        if view is not mine and view.content.get("external_id") == external_id:
            raise SlackError("duplicate_external_id", bug=True)


def _new_hash(now: datetime) -> str:
    return f"{int(now.timestamp())}.{secrets.token_hex(4)}"
