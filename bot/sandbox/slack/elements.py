"""What a person can do to an interactive element, and what the app hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import NotOnScreenError
from bot.sandbox.slack.validation import elements
from bot.sandbox.slack.views import empty_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.sandbox.slack.workspace import Blocks, Json, State, View

REQUIRED = "Please complete this required field."
TYPED = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})


def find(blocks: Blocks, action_id: str, block_id: str | None = None) -> tuple[str, Json] | None:
    """Return the block_id and the element of *action_id*, or None."""
    for block in blocks:
        for element in elements(block):
            if element.get("action_id") == action_id and block_id in (None, block["block_id"]):
                return block["block_id"], element
    return None


def block_of_button(blocks: Blocks, action_id: str, value: str | None) -> str | None:
    """Return the block_id of the button of *action_id* that carries *value* (None: that carries nothing), or None."""
    for block in blocks:
        for element in elements(block):
            same = (element.get("action_id"), element.get("value")) == (action_id, value)
            if same and element["type"] == "button":
                return str(block["block_id"])
    return None


def used(block_id: str, element: Json, value: str | None, ts: str) -> Json:
    """Return the entry of `actions` for using *element*; *value* is what is chosen or typed in it."""
    action: Json = {"action_id": element["action_id"], "block_id": block_id, "type": element["type"], "action_ts": ts}
    if element["type"] == "button":
        return action | {key: element[key] for key in ("text", "value", "style") if key in element}
    if element["type"] == "overflow":
        return action | {"selected_option": _option(element, value or "")}
    return action | filled(element, value)


def filled(element: Json, value: str | None) -> Json:
    """Return the element's state with *value* in it (SR34); None or empty empties it."""
    kind = element["type"]
    state = empty_value(element)
    if state is None:
        raise NotOnScreenError(f"nothing can be filled in at {element['action_id']}")
    key = next(key for key in state if key != "type")
    if not value:
        return {"type": kind, key: [] if key == "selected_options" else None}
    if key == "selected_option":
        return {"type": kind, key: _option(element, value)}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, part) for part in value.split(",")]}
    return {"type": kind, key: value}


def fill(view: View, values: Mapping[str, Mapping[str, str]]) -> None:
    """Type *values* (block_id -> action_id -> value) into the view; an empty block_id stands for any block."""
    for block_id, typed in values.items():
        for action_id, value in typed.items():
            place = find(view.blocks, action_id, block_id or None)
            if place is None:
                raise NotOnScreenError(f"the modal has no field {action_id}")
            store(view.state, place[0], place[1], value)


def store(state: State, block_id: str, element: Json, value: str | None) -> None:
    """Remember *value* as what stands in *element*; elements without a state are passed over."""
    if empty_value(element) is not None:
        state.setdefault(block_id, {})[element["action_id"]] = filled(element, value)


def faults_of(view: View) -> dict[str, str]:
    """Return what the client itself refuses to send, by block_id (SR51)."""
    faults: dict[str, str] = {}
    for block_id, block in view.inputs.items():
        element = block["element"]
        state = view.state.get(block_id, {}).get(element["action_id"], {})
        value = next((value for key, value in state.items() if key != "type"), None)
        if not value:
            if not block.get("optional", False):
                faults[block_id] = REQUIRED
        elif element["type"] in TYPED:
            fault = _misfit(element, str(value))
            if fault:
                faults[block_id] = fault
    return faults


def _misfit(element: Json, value: str) -> str | None:
    shortest, longest = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < shortest:
        return f"Must be at least {shortest} characters."
    if len(value) > longest:
        return f"Must be at most {longest} characters."
    return None


def _option(element: Json, value: str) -> Json:
    for option in _options(element):
        if option.get("value") == value:
            return option
    raise NotOnScreenError(f"{element['action_id']} offers no {value}")


def _options(element: Json) -> Iterable[Json]:
    yield from element.get("options", [])
    for group in element.get("option_groups", []):
        yield from group["options"]
