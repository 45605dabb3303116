"""`/mfa-admin`: its help, `why`, and what Home offers to who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.core.actions import Action, Guard
from bot.core.policy import Verdict
from bot.core.reset_opening import OpenRefusal
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
    "*`/mfa-admin report`* sends you how many have MFA, and what happened in 30 days.\n"
    "*`/mfa-admin lockdown on|off`* stops everything that weakens anybody's MFA.\n"
    "What loosens anything asks for a fresh code of your own, in a window."
)
_ACTS = {
    Action.DISABLE_OTHER: "Disable directly",
    Action.ASK: "Ask for a reset",
    Action.APPROVE: "Approve the reset",
    Action.DENY: "Deny the reset",
    Action.UNLOCK: "Unlock",
    Action.RELEASE: "Release",
    Action.GRANT: "Grant a role",
    Action.REVOKE: "Revoke a role",
    Action.WAKE: "Wake rights",
}
HOLDS: Final[Mapping[Guard, str]] = {
    Guard.ACTOR_IS_MEMBER: "you are a full member",
    Guard.ACTOR_NOT_SUSPENDED: "you are not suspended",
    Guard.RIGHT: "you have the right",
    Guard.OWN_MFA: "your own MFA is on",
    Guard.ACTOR_CONFIRMED: "Slack confirms you",
    Guard.SUBJECT_KNOWN: "that person is known here",
    Guard.NOT_ONESELF: "that person is not you",
    Guard.SUBJECT_IS_MEMBER: "that person is a full member",
    Guard.SUBJECT_CONFIRMED: "Slack confirms that person",
    Guard.SUBJECT_NOT_SUSPENDED: "that person is not suspended",
    Guard.SUBJECT_SUSPENDED: "that person is suspended",
    Guard.SUBJECT_HAS_MFA: "that person's MFA is on",
    Guard.SUBJECT_HAS_DORMANT_RIGHTS: "rights of that person sleep",
    Guard.NO_LOCKDOWN: "no lockdown is on",
    Guard.LOCKDOWN_ON: "a lockdown is on",
    Guard.LOCKDOWN_BY_ANOTHER: "somebody else started the lockdown",
    Guard.NOT_THE_REQUESTER: "somebody else asked for it",
    Guard.OWN_REQUEST: "you asked for it",
    Guard.ABOUT_ONESELF: "it is about you",
    Guard.NOT_THE_CAUSE: "somebody else had that person suspended",
    Guard.NOT_DISPUTED: "that person's authenticator is not disputed",
    Guard.RELEASE_IN_REACH: "your right reaches this suspension",
    Guard.RIGHT_OLD_ENOUGH: "your right is old enough",
    Guard.FACTOR_OLD_ENOUGH: "your own MFA is old enough",
    Guard.ANOTHER_ADMIN: "somebody who can manage roles is left",
}
"""What each guard asks for, to be read after "yes" or "no"."""
ASKED_LATER = frozenset({Guard.ACTOR_CONFIRMED, Guard.SUBJECT_CONFIRMED})
"""What Slack says is asked when somebody acts, and never for an explanation."""


def window(title: str, blocks: Sequence[Json]) -> Json:
    """Return blocks as a window of their own."""
    return modal(title, blocks)


def why(found: Why) -> Json:
    """Return each guard's verdict on each act."""
    blocks: Blocks = [plain_section(f"Whom: {named(found.subject.person)}")]
    for action, verdicts in found.acts:
        failed = [verdict for verdict in verdicts if not verdict.passed]
        stops = [refusals.guard(failed[0].guard)] if failed else _stops(found, action)
        blocks.append(section(f"{':x:' if stops else ':white_check_mark:'} *{_ACTS[action]}*"))
        blocks.append(context(" · ".join(_told(verdicts))))
        blocks.extend(context(sentence) for sentence in stops)
    if not found.request_open:
        blocks.append(section(":heavy_minus_sign: *Approve or deny a reset*"))
        blocks.append(context("No request about this person is open."))
    return modal("MFA: why", blocks)


def _told(verdicts: Sequence[Verdict]) -> list[str]:
    told = [
        f"{'yes' if verdict.passed else 'no'}: {HOLDS[verdict.guard]}"
        for verdict in verdicts
        if verdict.guard not in ASKED_LATER
    ]
    later = any(verdict.guard in ASKED_LATER for verdict in verdicts)
    return [*told, "then: Slack is asked about you both"] if later else told


def _stops(found: Why, action: Action) -> list[str]:
    """Return what stops an act that every guard lets pass."""
    if action not in (Action.DISABLE_OTHER, Action.ASK):
        return []
    if action is Action.DISABLE_OTHER and found.needs_approval:
        return ["That person holds rights over other people's MFA, or is protected: somebody else has to approve it."]
    if found.not_opened is not None:
        return [refusals.not_opened(found.not_opened)]
    return [refusals.not_opened(OpenRefusal.NO_APPROVER)] if action is Action.ASK and found.no_approver else []
