"""What Slack refuses and a JSON Schema cannot say: what two places of a message or view must not do together.

Each rule takes blocks with their places and yields sentences; values of the wrong type are the schema's affair.
Source, where a rule names none: the block's or element's page under https://docs.slack.dev/reference/block-kit/
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.sandbox.blocks import schema

Object = Mapping[str, Any]
Placed = tuple[str, Object]
"""Where an object stands, like `blocks[2].elements[0]`, and the object."""

SPOKEN = {"message": "message", "modal": "modal", "home": "Home tab"}
CHILDREN = {"container": "child_blocks", "carousel": "elements"}
LONGEST_TABLES = 10_000
"""Characters in the cells of a message's tables together."""


def with_children(blocks: Iterable[Placed]) -> Iterator[Placed]:
    """Yield *blocks* and the blocks inside them."""
    for at, block in blocks:
        yield at, block
        key = CHILDREN.get(str(block.get("type")), "")
        if isinstance(children := block.get(key), list):
            yield from ((f"{at}.{key}[{i}]", child) for i, child in enumerate(children) if isinstance(child, dict))


def wrong_surface(surface: str, blocks: Iterable[Placed]) -> Iterator[str]:
    """Slack's page of each block and element lists the surfaces that take it."""
    for at, block in blocks:
        kind = str(block.get("type"))
        surfaces = schema.surfaces_of_block(kind)
        if surfaces is not None and surface not in surfaces:
            yield f"{at} is a `{kind}` block, which a {SPOKEN[surface]} does not take ({_places(surfaces)})"
        for place, element in _elements(at, block):
            kind = str(element.get("type"))
            surfaces = schema.surfaces_of_element(kind)
            if surfaces is not None and surface not in surfaces:
                yield f"{place} is a `{kind}` element, which a {SPOKEN[surface]} does not take ({_places(surfaces)})"


def inputs_without_submit(view: Object, blocks: Iterable[Placed]) -> Iterator[str]:
    """Slack answers "must define `submit` to use `input` block"."""
    if view.get("submit") is None:
        for at, block in blocks:
            if block.get("type") == "input":
                yield f"{at} is an input block, but the modal has no `submit`"


def duplicate_block_ids(blocks: Iterable[Placed]) -> Iterator[str]:
    """A block_id is unique in its message or view."""
    for block_id, count in Counter(_strings("block_id", blocks)).items():
        if count > 1:
            yield f"blocks has the block_id `{block_id}` {count} times"


def duplicate_action_ids(blocks: Iterable[Placed]) -> Iterator[str]:
    """An action_id is unique in its block."""
    for at, block in blocks:
        for action_id, count in Counter(_strings("action_id", _elements(at, block))).items():
            if count > 1:
                yield f"{at} has the action_id `{action_id}` {count} times"


def several_focused(blocks: Iterable[Placed]) -> Iterator[str]:
    """At most one element has `focus_on_load`."""
    focused = [at for at, element in _all_elements(blocks) if element.get("focus_on_load") is True]
    if len(focused) > 1:
        yield f"focus_on_load is set {len(focused)} times: {', '.join(focused)}"


def lengths_that_exclude_each_other(blocks: Iterable[Placed]) -> Iterator[str]:
    """No text is at least `min_length` and at most `max_length` long where the former is the greater."""
    for at, element in _all_elements(blocks):
        least, most = element.get("min_length"), element.get("max_length")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield f"{at} has a min_length of {least} above its max_length of {most}"


def foreign_initial_options(blocks: Iterable[Placed]) -> Iterator[str]:
    """An initial option "exactly matches" one of the options."""
    for at, element in _all_elements(blocks):
        if element.get("type") in {"external_select", "multi_external_select"}:
            continue  # these have no options of their own
        options = [option for _, option in _options(at, element)]
        initial = [element["initial_option"]] if "initial_option" in element else element.get("initial_options")
        if isinstance(initial, list) and any(option not in options for option in initial):
            yield f"{at} has an initial option that is none of its options"


def links_outside_overflow_menus(blocks: Iterable[Placed]) -> Iterator[str]:
    """An option's `url` is "only available in overflow menus"."""
    for at, element in _all_elements(blocks):
        if element.get("type") != "overflow":
            for place, option in _options(at, element):
                if "url" in option:
                    yield f"{place} has the key `url`, which only an overflow menu's option may have"


def dispatching_file_inputs(blocks: Iterable[Placed]) -> Iterator[str]:
    """`dispatch_action` with a file_input is "an unsupported type"."""
    for at, block in blocks:
        element = block.get("element")
        if block.get("dispatch_action") is True and isinstance(element, dict) and element.get("type") == "file_input":
            yield f"{at} sets dispatch_action, which a file_input does not support"


def tables_beyond_the_message(blocks: Iterable[Placed]) -> Iterator[str]:
    """A message takes one `table` (only_one_table_allowed), and so many characters in all cells."""
    tables = [(at, block) for at, block in blocks if block.get("type") in {"table", "data_table"}]
    plain = [at for at, block in tables if block.get("type") == "table"]
    if len(plain) > 1:
        yield f"the message has {len(plain)} tables, {', '.join(plain)}; one is allowed (only_one_table_allowed)"
    characters = sum(_characters(block.get("rows")) for _, block in tables)
    if characters > LONGEST_TABLES:
        yield f"the cells of the message's tables have {characters} characters; at most {LONGEST_TABLES} are allowed"


def _elements(at: str, block: Object) -> Iterator[Placed]:
    """Yield the elements of one block."""
    for key in ("accessory", "element"):
        if isinstance(element := block.get(key), dict):
            yield f"{at}.{key}", element
    for key in ("elements", "actions"):
        if block.get("type") not in CHILDREN and isinstance(elements := block.get(key), list):
            yield from (
                (f"{at}.{key}[{i}]", element) for i, element in enumerate(elements) if isinstance(element, dict)
            )


def _all_elements(blocks: Iterable[Placed]) -> Iterator[Placed]:
    for at, block in blocks:
        yield from _elements(at, block)


def _options(at: str, element: Object) -> Iterator[Placed]:
    """Yield the options of an element, also those in groups."""
    if isinstance(options := element.get("options"), list):
        yield from ((f"{at}.options[{i}]", option) for i, option in enumerate(options) if isinstance(option, dict))
    if isinstance(groups := element.get("option_groups"), list):
        for i, group in enumerate(groups):
            if isinstance(group, dict):
                yield from _options(f"{at}.option_groups[{i}]", group)


def _strings(key: str, objects: Iterable[Placed]) -> Iterator[str]:
    return (value for _, item in objects if isinstance(value := item.get(key), str))


def _characters(cells: object) -> int:
    """Count the characters of every `text` string below *cells*."""
    if isinstance(cells, list):
        return sum(map(_characters, cells))
    if isinstance(cells, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _characters(v) for k, v in cells.items())
    return 0


def _places(surfaces: list[str]) -> str:
    return f"only a {' or a '.join(SPOKEN[surface] for surface in surfaces)}" if surfaces else "an app cannot send it"
