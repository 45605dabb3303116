"""The audit, a page at a time."""

from __future__ import annotations

from bot.core import audit
from bot.core.audit import Event
from bot.services.audit_log import Page
from handlers import ids
from handlers.views.blocks import Blocks, Json, actions, at, button, context, cut, modal, plain, section
from handlers.views.resets import named

_QUIET = frozenset({"reason", "intent"})
"""Details that say nothing to a reader: the hash of a reason, the number of a form."""
CUT = "… cut here; `mfabot audit export` has the whole"


def page(found: Page) -> Json:
    """Return the window with one page of events."""
    blocks: Blocks = [] if found.events else [section("No events.")]
    for _, event in found.events:
        blocks.append({"type": "section", "text": plain(_line(event, found))})
        blocks.append(context(f"{at(event.at)} · {event.surface}"))
    buttons = []
    if found.newer is not None:
        buttons.append(button(ids.AUDIT_NEWER, "Previous", found.newer))
    if found.older is not None:
        buttons.append(button(ids.AUDIT_OLDER, "Next", found.older))
    if buttons:
        blocks.append(actions(*buttons))
    metadata = "" if found.subject_id is None else str(found.subject_id)
    return modal("MFA: audit", blocks, callback_id=ids.AUDIT_WINDOW, metadata=metadata)


def _line(event: Event, found: Page) -> str:
    by = audit.person_of(event.actor)
    actor = named(found.people[by]) if by in found.people else event.actor
    subject = f" about {named(found.people[event.subject_id])}" if event.subject_id in found.people else ""
    told = ", ".join(f"{name} {value}" for name, value in sorted(event.detail.items()) if name not in _QUIET)
    line = f"{event.kind.value} by {actor}{subject}{f': {told}' if told else ''}"
    return cut(line, says=CUT)
