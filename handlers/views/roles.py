"""The windows of roles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import assert_never

from bot.core.permissions import SHOWN_AS, Permission, Role
from bot.services.roles import Changed, Overview, RoleRefusal
from handlers import ids
from handlers.views.blocks import (
    Blocks,
    Json,
    actions,
    button,
    code_input,
    context,
    modal,
    plain,
    plain_section,
    said,
    section,
    some,
)
from handlers.views.reset_forms import CODE_HINT, reason_input
from handlers.views.resets import named

HOLDERS_MOST = 30
"""Holders named of one role; the command line lists them all."""
ROLES_MOST = 49
"""Roles in one window, of two blocks each, beside the buttons and a line that counts the rest: Slack takes 100."""
OPTIONS_MOST = 100
"""Options of a select or of one of its groups."""
ELSEWHERE = ": `mfabot roles list` names them"


def overview(found: Overview) -> Json:
    """Return all roles, what they carry, and who holds them."""
    holders = {name: list(grants) for name, grants in groupby(found.grants, key=lambda grant: grant.role.name)}
    blocks: Blocks = [actions(button(ids.GRANT, "Grant"), button(ids.REVOKE, "Revoke"))]
    for role in found.roles[:ROLES_MOST]:
        grants = holders.get(role.name, [])
        blocks.append(section(f"*{role.name}*: {_carries(role)}"))
        names = [named(found.people[grant.person_id]) + (" - asleep" if grant.dormant_at else "") for grant in grants]
        holding = some(names, between="\n", where=ELSEWHERE, count=HOLDERS_MOST)
        blocks.append(plain_section(holding or "Nobody holds it."))
    if len(found.roles) > ROLES_MOST:
        blocks.append(context(f"{len(found.roles) - ROLES_MOST} more roles{ELSEWHERE}"))
    return modal("MFA: roles", blocks)


def grant_form(roles: Sequence[Role]) -> Json:
    """Return the form that grants a role."""
    return modal(
        "MFA: grant a role",
        [
            section("This code grants the role. The person needs MFA, and everybody who manages roles is told."),
            _whom(),
            _which(roles),
            reason_input(),
            code_input(CODE_HINT, focus=False),
        ],
        callback_id=ids.GRANT_FORM,
        submit="Grant",
        close="Not now",
    )


def revoke_form(roles: Sequence[Role]) -> Json:
    """Return the form that takes a role away."""
    return modal(
        "MFA: revoke a role",
        [
            section("This code takes the role away, and closes the requests that the person has open."),
            _whom(),
            _which(roles),
            reason_input(),
            code_input(CODE_HINT, focus=False),
        ],
        callback_id=ids.REVOKE_FORM,
        submit="Revoke",
        close="Not now",
    )


def wake_form(subject_id: int) -> Json:
    """Return the form that wakes rights."""
    return modal(
        "MFA: wake rights",
        [
            section(
                "This code makes the rights count again that sleep since the person's MFA was off. Do it only if you "
                "know that it is really they who enrolled again."
            ),
            code_input(CODE_HINT),
        ],
        callback_id=ids.WAKE_FORM,
        submit="Wake rights",
        close="Not now",
        metadata=str(subject_id),
    )


def granted(done: Changed | RoleRefusal) -> Json:
    """Return what granting did."""
    return _outcome(
        done,
        now="*Granted.* The person and everybody who manages roles were told.",
        before="It is held, awake or asleep.",
    )


def revoked(done: Changed | RoleRefusal) -> Json:
    """Return what revoking did."""
    return _outcome(done, now="*Revoked.* The person and everybody who manages roles were told.", before="It is gone.")


def woken(done: Changed | RoleRefusal) -> Json:
    """Return what waking did."""
    return _outcome(done, now="*Awake.* The person's rights count again.", before="No rights of theirs sleep any more.")


def _outcome(done: Changed | RoleRefusal, *, now: str, before: str) -> Json:
    match done:
        case Changed.NOW:
            return said(now)
        case Changed.BEFORE:
            return said(f"{before} Nothing was to be done.")
        case RoleRefusal.UNKNOWN_ROLE:
            return said("There is no such role. Whoever runs the bot defines roles with `mfabot roles define`.")
        case _:
            assert_never(done)


def _carries(role: Role) -> str:
    if role.permissions == frozenset(Permission):
        return "every permission"
    return ", ".join(SHOWN_AS[one].removeprefix("Utilities > Security > ") for one in sorted(role.permissions)).replace(
        ">", "&gt;"
    )


def _whom() -> Json:
    return {
        "type": "input",
        "block_id": ids.WHOM,
        "label": plain("Whom"),
        "element": {"type": "users_select", "action_id": ids.WHOM},
    }


def _which(roles: Sequence[Role]) -> Json:
    options = [{"text": plain(role.name), "value": role.name} for role in roles]
    parts = [options[start : start + OPTIONS_MOST] for start in range(0, len(options), OPTIONS_MOST)]
    if len(parts) > 1:
        groups = [{"label": plain(f"From {part[0]['value']}"), "options": part} for part in parts]
        choice: Json = {"option_groups": groups}
    else:
        choice = {"options": options}
    return {
        "type": "input",
        "block_id": ids.ROLE,
        "label": plain("Role"),
        "element": {"type": "static_select", "action_id": ids.ROLE, **choice},
    }
