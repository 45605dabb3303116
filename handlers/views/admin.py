"""`/mfa-admin`: its help, `why`, and what Home offers to who may."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.actions import Action
from bot.services.looking import Why
from handlers.views import refusals
from handlers.views.blocks import Blocks, Json, context, modal, plain_section, section
from handlers.views.resets import named

HELP = (
    "*`/mfa-admin users [text]`* lists people, or finds them by name or e-mail.\n"
    "*`/mfa-admin show @person`* shows a person's status.\n"
    "*`/mfa-admin disable @person`* disables somebody's MFA, or asks for it.\n"
    "*`/mfa-admin requests`* lists what waits for an answer.\n"
    "*`/mfa-admin unlock @person`* makes codes count again after too many wrong ones.\n"
    "*`/mfa-admin release @person`* releases a suspended person.\n"
    "*`/mfa-admin why @person`* says which rule would refuse what.\n"
    "*`/mfa-admin roles`* shows, grants and revokes roles.\n"
    "*`/mfa-admin audit [@person]`* shows what happened.\n"
    "*`/mfa-admin lockdown on|off`* stops everything that weakens anybody's MFA.\n"
    "What loosens anything asks for a fresh code of your own, in a window."
)
_ACTS = {
    Action.DISABLE_OTHER: "Disable directly",
    Action.ASK: "Ask for a reset",
    Action.APPROVE: "Approve a reset",
    Action.UNLOCK: "Unlock",
    Action.RELEASE: "Release",
    Action.GRANT: "Grant a role",
    Action.REVOKE: "Revoke a role",
    Action.WAKE: "Wake rights",
}


def window(title: str, blocks: Sequence[Json]) -> Json:
    """Return blocks as a window of their own."""
    return modal(title, blocks)


def why(found: Why) -> Json:
    """Return each guard's verdict on each act."""
    blocks: Blocks = [plain_section(f"Whom: {named(found.subject.person)}")]
    for action, verdicts in found.acts:
        failed = [verdict for verdict in verdicts if not verdict.passed]
        blocks.append(section(f"{':x:' if failed else ':white_check_mark:'} *{_ACTS[action]}*"))
        told = [f"{'yes' if verdict.passed else 'no'}: {verdict.guard.value.replace('_', ' ')}" for verdict in verdicts]
        blocks.append(context(" · ".join(told)))
        if failed:
            blocks.append(context(refusals.guard(failed[0].guard)))
    return modal("MFA: why", blocks)
