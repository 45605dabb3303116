"""views.open, views.push, views.update, views.publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack import views
from bot.sandbox.slack.errors import SlackError

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.triggers import Trigger
    from bot.sandbox.slack.workspace import Json


async def open_(inside: Inside, arguments: Json) -> Json:
    """Open a modal; a refused view leaves the trigger unspent (SR28)."""
    trigger = _trigger(inside, arguments)
    view = views.opened(inside, trigger.user, arguments["view"])
    trigger.spent = True
    return {"view": views.described(view)}


async def push(inside: Inside, arguments: Json) -> Json:
    """Open a modal above the one in which the trigger arose (SR29)."""
    trigger = _trigger(inside, arguments)
    if trigger.view_id not in {view.id for view in inside.workspace.stack(trigger.user)}:
        raise SlackError("not_found")
    view = views.pushed(inside, trigger.user, arguments["view"])
    trigger.spent = True
    return {"view": views.described(view)}


async def update(inside: Inside, arguments: Json) -> Json:
    """Change an open modal, of one state only where a hash is given (SR30)."""
    if ("view_id" in arguments) == ("external_id" in arguments):
        raise SlackError("invalid_arguments", ["one of view_id and external_id is needed"], bug=True)
    view = views.find(inside, arguments.get("view_id"), arguments.get("external_id"))
    if view.content["type"] != "modal":
        raise SlackError("invalid_arguments", ["a Home tab is set by views.publish"], bug=True)
    if "hash" in arguments and arguments["hash"] != view.hash:
        raise SlackError("hash_conflict")
    return {"view": views.described(views.replaced(inside, view, arguments["view"]))}


async def publish(inside: Inside, arguments: Json) -> Json:
    """Set somebody's Home tab."""
    person = inside.person(arguments["user_id"])
    if person is None or person.is_bot:
        raise SlackError("invalid_arguments", ["user_not_found [json-pointer:/user_id]"])
    view = views.published(inside, person.id, arguments["view"], arguments.get("hash"))
    return {"view": views.described(view)}


def _trigger(inside: Inside, arguments: Json) -> Trigger:
    if "trigger_id" not in arguments:
        raise SlackError("invalid_arguments", ["missing required field: trigger_id"], bug=True)
    return inside.triggers.look(arguments["trigger_id"])
