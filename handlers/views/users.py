"""The list of people: a search, a page of rows, and where to go on."""

from __future__ import annotations

from bot.core.users import TEXT_MOST
from bot.services.users import Page, Row
from handlers import ids
from handlers.views.blocks import Blocks, Json, actions, button, context, modal, plain, some
from handlers.views.resets import named

ROLES_MOST = 10
"""Roles named in a row."""


def page(found: Page) -> Json:
    """Return the window with one page of people; a search is submitted, the rest are buttons."""
    searched: Json = {"type": "plain_text_input", "action_id": ids.SEARCH, "max_length": TEXT_MOST}
    if found.search.text:
        searched["initial_value"] = found.search.text
    blocks: Blocks = [
        {
            "type": "input",
            "block_id": ids.SEARCH,
            "optional": True,
            "label": plain("Search"),
            "hint": plain("The beginning of a name or an e-mail address, or three letters of any part of it."),
            "element": searched,
        }
    ]
    if not found.rows:
        blocks.append(context("Nobody matches."))
    blocks.extend(_row(row) for row in found.rows)
    if found.cut:
        blocks.append(context("More people match than are searched. A longer text finds them."))
    turns = []
    if found.previous is not None:
        turns.append(button(ids.USERS_BEFORE, "Previous", found.previous))
    if found.next is not None:
        turns.append(button(ids.USERS_AFTER, "Next", found.next))
    if turns:
        blocks.append(actions(*turns))
    return modal("MFA: users", blocks, callback_id=ids.USERS_WINDOW, submit="Search", metadata=found.search.text)


def _row(row: Row) -> Json:
    if row.person.suspended:
        state = "suspended"
    elif row.locked:
        state = "MFA on, codes locked"
    else:
        state = "MFA on" if row.enrolled else "MFA off"
    verified = f", last code accepted {row.last_verified_at:%Y-%m-%d}" if row.last_verified_at else ""
    roles = f" · {some(row.roles, count=ROLES_MOST)}" if row.roles else ""
    return {
        "type": "section",
        "text": plain(f"{named(row.person)}\n{state}{verified}{roles}"),
        "accessory": button(ids.OPEN_PERSON, "Open", row.person.person_id),
    }
