"""What a request for a stolen phone does to its subject's sign-in, and what ends that (A15)."""

from __future__ import annotations

from typing import Final

from bot.core.actions import Action
from bot.core.resets import Happened, State
from bot.services.cards import Card
from bot.services.looking import Shown
from handlers.views.blocks import Json, at, code_input
from handlers.views.reset_ends import STAYS_SUSPENDED

ENDS: Final = "It ends with the reset and their new enrollment, or with a release."
LIFTS: Final = "Only to lift the suspension that the request caused: six digits from your own app. Empty: it stays."


def to_subject(card: Card) -> list[str]:
    """Return what the subject reads of their own suspension, while the request is open."""
    if card.reset.happened is not Happened.STOLEN:
        return []
    if card.subject.suspended:
        return ["They said that your phone is stolen, so you are suspended. Type `/mfa` to see what ends that."]
    if card.reset.state is State.AWAITING_APPROVAL and card.reset.privileged:
        return ["They said that your phone is stolen: you are suspended if it is approved."]
    return []


def to_staff(card: Card) -> list[str]:
    """Return what requester, approvers and admins read of it, a line each."""
    if card.reset.happened is not Happened.STOLEN:
        return []
    if not card.reset.open:
        return [STAYS_SUSPENDED] if card.subject.suspended and card.reset.state is not State.EXECUTED else []
    lines = []
    if card.subject.suspended:
        lifted = " Whoever cancels or denies it with a code can lift it." if card.lifts else ""
        lines.append(f":no_entry: This person is suspended: no application lets them in. {ENDS}{lifted}")
    elif card.reset.state is State.AWAITING_APPROVAL and card.reset.privileged:
        lines.append(f"This person is suspended from the approval on. {ENDS}")
    if card.reset.code_accepted_at is not None:
        lines.append(
            f":warning: A code of this person was accepted {at(card.reset.code_accepted_at)}, after it was asked for. "
            "They can produce codes, or somebody has their phone."
        )
    return lines


def in_form(shown: Shown) -> str:
    """Return what the form says before anything is sent."""
    at_once = shown.route is Action.DISABLE_OTHER or not shown.party.privileged
    when = "at once" if at_once else "once it is approved"
    return f"If it is stolen, they are suspended {when}: no application lets them in. {ENDS}"


def input_to_lift(card: Card) -> list[Json]:
    """Return the input for the code that lifts what the request caused, where there is anything to lift."""
    return [code_input(LIFTS, focus=False, optional=True)] if card.lifts else []
