"""Refusals: which rule refused, and what to do next. Shown to the actor alone."""

from __future__ import annotations

from typing import assert_never

from bot.core.actions import Guard
from bot.core.permissions import SHOWN_AS, Permission
from bot.core.reset_opening import STOLEN_AT_MOST, OpenRefusal, VetoedLately
from bot.core.resets import REASON_LEAST, REASON_MOST, AnswerRefusal, ReasonFault
from bot.services.looking import LookRefusal
from bot.services.report import AskRefusal
from handlers.views.blocks import at

STALE = "This window is too old. Please open it anew."


def guard(refused: Guard) -> str:
    """Return the sentence of one guard of the policy."""
    match refused:
        case Guard.ACTOR_IS_MEMBER:
            return "Only full members of this workspace may do this."
        case Guard.ACTOR_NOT_SUSPENDED:
            return "Your own MFA is suspended, so your rights do not count. Type `/mfa` to see what ends that."
        case Guard.RIGHT:
            return (
                "You do not have the permission for this. Whoever manages roles can grant it, or wake it where it "
                "sleeps since your MFA was off."
            )
        case Guard.OWN_MFA:
            return "Your own MFA is off, so your rights do not count. Type `/mfa enable` first."
        case Guard.ACTOR_CONFIRMED | Guard.SUBJECT_CONFIRMED:
            return "Slack did not confirm just now who is concerned, so nothing was done. Please try again in a minute."
        case Guard.SUBJECT_KNOWN:
            return "There is no such person here. Pick somebody from Slack's list of members."
        case Guard.NOT_ONESELF:
            return "This is for other people's MFA. For your own, type `/mfa`."
        case Guard.SUBJECT_IS_MEMBER:
            return (
                "That account is no full member of this workspace (a guest, a bot, deactivated, or another company's)."
            )
        case Guard.SUBJECT_NOT_SUSPENDED:
            return "That person's MFA is suspended. Release them, or reset their MFA."
        case Guard.SUBJECT_SUSPENDED:
            return "That person's MFA is not suspended."
        case Guard.SUBJECT_HAS_MFA:
            return "That person's MFA is off: there is nothing to reset, to unlock, or to grant rights on."
        case Guard.SUBJECT_HAS_DORMANT_RIGHTS:
            return "That person has no rights that wait to be woken."
        case Guard.NO_LOCKDOWN:
            return "A lockdown is on: nothing that weakens anybody's MFA is done until it is lifted."
        case Guard.LOCKDOWN_ON:
            return "No lockdown is on."
        case Guard.LOCKDOWN_BY_ANOTHER:
            return "You started this lockdown, so somebody else has to lift it."
        case Guard.NOT_THE_REQUESTER:
            return "You asked for this reset, so somebody else has to approve it."
        case Guard.OWN_REQUEST:
            return "This is somebody else's request."
        case Guard.ABOUT_ONESELF:
            return "This is not about your MFA."
        case Guard.NOT_THE_CAUSE:
            return "You had this person suspended, so somebody else has to release them."
        case Guard.NOT_DISPUTED:
            return (
                "This person blocked their sign-in after a change to their MFA. Whoever made that change may hold the "
                "codes, so only a reset ends this."
            )
        case Guard.RELEASE_IN_REACH:
            return (
                "This person's phone was reported stolen, or their MFA is off: only someone with "
                f"“{SHOWN_AS[Permission.DISABLE_TWO_FACTOR]}” can release them."
            )
        case Guard.RIGHT_OLD_ENOUGH:
            return (
                f"Your right “{SHOWN_AS[Permission.APPROVE_RESETS]}” is too new to approve for somebody who holds "
                "rights. Ask another approver."
            )
        case Guard.FACTOR_OLD_ENOUGH:
            return (
                "Your own MFA was set up too recently to approve for somebody else. Ask another approver, or wait: "
                "replacing your authenticator with a current code does not start the wait again."
            )
        case Guard.ANOTHER_ADMIN:
            return (
                f"This would leave nobody who can use “{SHOWN_AS[Permission.MANAGE_ROLES]}”. "
                "Grant it to somebody else with MFA first."
            )
        case _:
            assert_never(refused)


def look(refused: Guard | LookRefusal) -> str:
    """Return why nothing is shown."""
    match refused:
        case LookRefusal.TOO_FAST:
            return "You look faster than a person reads. Please wait a few seconds."
        case Guard():
            return guard(refused)
        case _:
            assert_never(refused)


def report(refused: AskRefusal | Guard | LookRefusal) -> str:
    """Return why no report is sent."""
    if isinstance(refused, AskRefusal):
        return "You asked for a report less than a minute ago: see the Messages tab of this app."
    return look(refused)


def not_opened(refused: OpenRefusal | VetoedLately) -> str:
    """Return why no reset was asked for."""
    match refused:
        case VetoedLately():
            return (
                "That person stopped your last request about them. You can't open another one about them until "
                f"{at(refused.until)}. Somebody else can, if the person confirms that they asked for it."
            )
        case OpenRefusal.TOO_MANY_STOLEN:
            return (
                f"You have reported {STOLEN_AT_MOST} stolen phones within a day, and each report suspends somebody. "
                "Ask somebody else to report this one."
            )
        case OpenRefusal.ALREADY_OPEN:
            return "A reset of this person's MFA is open already. See `/mfa-admin requests`."
        case OpenRefusal.TOO_MANY_OPEN:
            return "You have three open requests. Wait for an answer, or cancel one."
        case OpenRefusal.NO_APPROVER:
            return (
                "Nobody could approve this: there is no able manager, and nobody else who may approve, or their own "
                "MFA was set up too recently. Whoever runs the bot can help with `mfabot people manager`, `mfabot "
                "roles grant approver`, or `mfabot break-glass`."
            )
        case _:
            assert_never(refused)


def not_answered(refused: AnswerRefusal) -> str:
    """Return why an answer came to nothing."""
    match refused:
        case AnswerRefusal.ENDED:
            return "This request is over already; nothing was done."
        case AnswerRefusal.HOLDING:
            return "This request was approved already and is being held; nothing was done."
        case AnswerRefusal.EXPIRED:
            return "This request has expired; nothing was done. It can be asked for anew."
        case AnswerRefusal.OTHER_FACTOR:
            return "This person's MFA has changed since the request was made, so it is void."
        case AnswerRefusal.REQUESTER:
            return "Whoever asked for this reset may no longer ask for one, so it is void."
        case _:
            assert_never(refused)


def reason(fault: ReasonFault) -> str:
    """Return why a reason is none."""
    match fault:
        case ReasonFault.TOO_SHORT:
            return f"Please write at least {REASON_LEAST} characters."
        case ReasonFault.TOO_LONG:
            return f"Please write at most {REASON_MOST} characters."
        case _:
            assert_never(fault)
