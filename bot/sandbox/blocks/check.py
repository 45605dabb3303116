"""What Slack would refuse in a message, a modal or a Home tab, and a little more, as sentences.

schema.json (made by make_schema.mjs) says what each block may hold; rules.py says what a JSON Schema cannot.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Literal

from bot.sandbox.blocks import rules, schema

Surface = Literal["message", "modal", "home"]
Found = Iterable[str]

LONGEST_TEXT = 40_000
"""Characters; Slack cuts a message's text there. Source: https://docs.slack.dev/reference/methods/chat.postMessage"""

LARGEST_VIEW = 250_000
"""Bytes; `view_too_large` beyond. Source: https://docs.slack.dev/reference/methods/views.open"""


def problems(surface: Surface, payload: Mapping[str, object]) -> list[str]:
    """Return a sentence, which begins with the place, for each fault of *payload*; none where Slack would take it.

    For a message *payload* holds `text` and `blocks`, decoded, among whatever else is sent; for a modal and the Home
    tab it is the view. Sentences quote keys, ids and types only, never a text, which may be secret.
    """
    envelope = _message(payload) if surface == "message" else _view(surface, payload)
    blocks = payload.get("blocks")
    if blocks is None:
        return list(envelope)
    if not isinstance(blocks, list):
        return [*envelope, "blocks must be a list"]
    most = schema.block_count(surface)
    too_many = (
        [f"blocks has {len(blocks)} items; at most {most} go into a {rules.SPOKEN[surface]}"]
        if len(blocks) > most
        else []
    )
    in_blocks = chain.from_iterable(
        schema.faults("KnownBlock", block, f"blocks[{i}]") for i, block in enumerate(blocks)
    )
    known = [(f"blocks[{i}]", block) for i, block in enumerate(blocks) if isinstance(block, dict)]
    placed = list(rules.with_children(known))
    beyond = chain(
        rules.wrong_surface(surface, placed),
        chain.from_iterable(rule(placed) for rule in _ON_BLOCKS),
        rules.inputs_without_submit(payload, placed) if surface == "modal" else (),
    )
    return list(dict.fromkeys(chain(envelope, too_many, in_blocks, beyond)))


def prepare() -> None:
    """Compile the schema now (about 0.4 s of CPU), so that the first call of `problems` need not."""
    for definition in ("KnownBlock", "ModalView", "HomeView"):
        list(schema.faults(definition, {}, ""))


_ON_BLOCKS: tuple[Callable[[list[rules.Placed]], Found], ...] = (
    rules.duplicate_block_ids,
    rules.duplicate_action_ids,
    rules.several_focused,
    rules.lengths_that_exclude_each_other,
    rules.foreign_initial_options,
    rules.links_outside_overflow_menus,
    rules.dispatching_file_inputs,
    rules.tables_beyond_the_message,
)


def _message(payload: Mapping[str, object]) -> Found:
    text, blocks = payload.get("text"), payload.get("blocks")
    if "attachments" in payload:
        yield "attachments are legacy and not checked: send blocks"
    if text is not None and not isinstance(text, str):
        yield "text must be a string"
    elif not text and not blocks:
        yield "the message has neither text nor blocks (no_text)"
    elif not text:
        # Slack takes it, and its SDK warns: a notification and a screen reader then have nothing to say.
        yield "text is missing: notifications and screen readers show it in place of the blocks"
    elif len(text) > LONGEST_TEXT:
        yield f"text has {len(text)} characters; at most {LONGEST_TEXT} are allowed"


def _view(surface: Surface, view: Mapping[str, object]) -> Found:
    yield from schema.faults("ModalView" if surface == "modal" else "HomeView", view, "")
    size = schema.size(view)
    if size > LARGEST_VIEW:
        yield f"the view has {size} bytes; at most {LARGEST_VIEW} are allowed (view_too_large)"
