"""The least that a payload of Slack's must be, so that nothing behind the edge meets a surprise of type.

Slack adds fields at any time: what is not named here is let through, and trusted by nobody (X5).
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

MOST_FIELDS = 50  # of a form; Slack's commands have about 15
MOST_DEPTH = 60  # Slack's deepest blocks nest about 15

Id = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,64}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Text = Annotated[str, StringConstraints(max_length=40_000)]


class Senseless(Exception):  # noqa: N818  reads as what the request is
    """Bytes, or a payload, that Slack would never send; it carries none of them."""


class Team(BaseModel):
    """The workspace, where it is told."""

    id: Id
    enterprise_id: Id | None = None


class User(BaseModel):
    """Who acts."""

    id: Id
    team_id: Id | None = None
    enterprise_id: Id | None = None


class Chosen(BaseModel):
    """An option of a select."""

    value: Text


class Element(BaseModel):
    """What an input holds."""

    type: Name
    value: Text | None = None
    selected_option: Chosen | None = None
    selected_user: Id | None = None


class Action(Element):
    """What was clicked."""

    action_id: Name
    block_id: Name | None = None


class ViewState(BaseModel):
    """What stands in the inputs of a view, by block id and action id."""

    values: dict[str, dict[str, Element]] = {}


class View(BaseModel):
    """The modal or the Home that was used."""

    id: Id
    type: Literal["modal", "home"]
    callback_id: Annotated[str, StringConstraints(max_length=255)] = ""
    private_metadata: Annotated[str, StringConstraints(max_length=3000)] = ""
    hash: Text = ""
    state: ViewState = ViewState()
    root_view_id: Id | None = None


class Message(BaseModel):
    """The message that holds the button."""

    ts: Name


class Channel(BaseModel):
    """Where the message is."""

    id: Id


class Interaction(BaseModel):
    """What all interactions have."""

    user: User
    team: Team | None = None
    enterprise: Channel | None = None
    trigger_id: Name | None = None
    response_url: Text | None = None


class Click(Interaction):
    """Somebody used a button, a menu or an input that reports at once."""

    type: Literal["block_actions"]
    actions: Annotated[list[Action], Field(min_length=1)]
    view: View | None = None
    message: Message | None = None
    channel: Channel | None = None


class Submission(Interaction):
    """Somebody submitted or closed a modal."""

    type: Literal["view_submission", "view_closed"]
    view: View


class Command(BaseModel):
    """Somebody typed a slash command."""

    command: Annotated[str, StringConstraints(pattern=r"^/\S{1,64}$")]
    text: Text = ""
    user_id: Id
    team_id: Id
    enterprise_id: Id | None = None
    channel_id: Id | None = None
    trigger_id: Name | None = None
    response_url: Text | None = None


class Inner(BaseModel):
    """The event itself; what else it holds is for its listener to judge."""

    type: Name
    subtype: Name | None = None


class Happening(BaseModel):
    """Something happened in the workspace."""

    type: Literal["event_callback"]
    team_id: Id
    event_id: Name
    event: Inner


class Challenge(BaseModel):
    """Slack asks whether this address is ours."""

    type: Literal["url_verification"]
    challenge: Text


_INTERACTION: TypeAdapter[Click | Submission] = TypeAdapter(Annotated[Click | Submission, Field(discriminator="type")])
_EVENT: TypeAdapter[Happening | Challenge] = TypeAdapter(Annotated[Happening | Challenge, Field(discriminator="type")])
_COMMAND = TypeAdapter(Command)
_BY_ENVELOPE: dict[str, TypeAdapter[Any]] = {
    "interactive": _INTERACTION,
    "slash_commands": _COMMAND,
    "events_api": TypeAdapter(Happening),
}


def read(body: str, content_type: str) -> dict[str, Any]:
    """Return the payload of a signed request, as Slack's libraries see it.

    Raises:
        Senseless: it is none.
    """
    try:
        if content_type == "application/json":
            payload = json.loads(body)
            _EVENT.validate_python(payload, strict=True)
        elif content_type == "application/x-www-form-urlencoded":
            payload = _form(body)
            if "payload" in payload:
                payload = json.loads(payload["payload"])
                _INTERACTION.validate_python(payload, strict=True)
            elif payload.get("ssl_check") != "1":
                _COMMAND.validate_python(payload, strict=True)
        else:
            raise Senseless("a content type that Slack does not send")
    except (ValidationError, ValueError, RecursionError) as error:
        raise Senseless(type(error).__name__) from None
    return _whole(payload)


def unwrap(kind: str, payload: object) -> dict[str, Any]:
    """Return the payload of an envelope of Socket Mode: the same as over HTTP, and parsed already.

    Raises:
        Senseless: it is none.
    """
    shape = _BY_ENVELOPE.get(kind)
    if shape is None:
        raise Senseless("an envelope that Slack does not send")
    try:
        shape.validate_python(payload, strict=True)
    except (ValidationError, ValueError, RecursionError) as error:
        raise Senseless(type(error).__name__) from None
    return _whole(payload)


def _whole(payload: object) -> dict[str, Any]:
    """Return *payload* if it is an object, and its texts are texts."""
    if not isinstance(payload, dict):
        raise Senseless("no object")
    text = "".join(_texts(payload))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Senseless("half a surrogate pair") from None
    if "\0" in text:
        raise Senseless("NUL")
    return payload


def _form(body: str) -> dict[str, Any]:
    fields = [field.partition("=") for field in body.split("&", MOST_FIELDS)]
    form = {_plain(name): _plain(text) for name, _, text in fields}
    if len(fields) > MOST_FIELDS or len(form) != len(fields):
        raise Senseless("too many fields, or one of them twice")
    return form


def _plain(text: str) -> str:
    """Return *text* without its percent signs; one that begins no byte is a ValueError, and so is no UTF-8.

    A click is full of them; read as Python's own escapes they take a fifth of the time that `urllib.parse` takes.
    """
    escaped = text.replace("+", " ").replace("\\", "\\\\").replace("%", "\\x")
    return escaped.encode().decode("unicode_escape").encode("latin-1").decode()


def _texts(payload: dict[str, Any]) -> list[str]:
    """Return every key and text in *payload*, level by level."""
    found: list[str] = []
    level: list[Any] = [payload]
    for _ in range(MOST_DEPTH):
        held: list[Any] = []
        for outer in level:
            if isinstance(outer, dict):
                found.extend(outer)
                held.extend(outer.values())
            else:
                held.extend(outer)
        found.extend(inner for inner in held if isinstance(inner, str))
        level = [inner for inner in held if isinstance(inner, dict | list)]
        if not level:
            return found
    raise Senseless("too deep")
