"""Messages about a reset request: to the subject, the requester, and whoever may approve.

Names and reasons are somebody else's words: they stand in plain text only, cleaned (X6). What a message says first, in
the bare sentence and in the notification, names nobody.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.messages import Kind
from bot.core.people import Person
from bot.core.resets import REASON_MOST, Happened, State
from bot.services.cards import Card, Facts
from handlers import ids
from handlers.views.blocks import Blocks, Json, actions, at, button, clean, context, plain_section, section

NAME_MOST = 80
REASON_SHOWN = REASON_MOST
_FIELDS = {"email": "e-mail", "name": "name", "tz": "time zone"}


def sentence(kind: Kind, card: Card, *, mine: bool) -> str:
    """Return what a message says first; *mine*: its reader is the subject."""
    match kind:
        case Kind.RESET_OPENED:
            return "Somebody asked to disable your MFA. If you can still use your codes, or do not know of it, stop it."
        case Kind.RESET_DONE:
            return "Your MFA was disabled by somebody else. Type `/mfa enable` to set it up again now."
        case Kind.RESET_MINE:
            return "Your request to disable somebody's MFA."
        case Kind.RESET_CARD:
            return "A reset of somebody's MFA waits for your answer."
        case Kind.RESET_REMINDER:
            return "A reset of somebody's MFA still waits for your answer: see the message further up."
        case Kind.RESET_OUTCOME:
            whose = "your MFA" if mine else "somebody's MFA"
            return f"The reset of {whose}: {outcome(card.reset.state)}"
        case Kind.RIGHTS_DORMANT:
            return "Somebody who holds rights had their MFA reset. Those rights sleep until another admin wakes them."
        case _:
            raise ValueError(f"{kind.value} is about no request")


def blocks(kind: Kind, card: Card, *, mine: bool, stop: Json | None) -> Blocks:
    """Return the blocks of a message as things stand; *stop* is the subject's button while it may be pressed."""
    shown: Blocks = [section(sentence(kind, card, mine=mine)), plain_section(_who(card))]
    if kind in (Kind.RESET_CARD, Kind.RESET_MINE):
        shown.append(plain_section(f"{happened(card)} Reason: {clean(card.reset.reason, REASON_SHOWN)}"))
    if kind is Kind.RESET_CARD and card.reset.open:
        shown.extend(context(line) for line in facts(card.facts, privileged=card.reset.privileged))
    shown.append(context(_stand(card)))
    if card.reset.denial is not None:
        shown.append(plain_section(f"Denied, since: {clean(card.reset.denial, REASON_SHOWN)}"))
    buttons = _buttons(kind, card, stop)
    return [*shown, actions(*buttons)] if buttons else shown


def facts(known: Facts, *, privileged: bool) -> list[str]:
    """Return what an approver should know, a line each."""
    verified = at(known.last_verified_at) if known.last_verified_at else "never"
    since = at(known.factor_since) if known.factor_since else "never"
    lines = [
        f"Last code accepted: {verified}. Authenticator app bound: {since}. Recovery codes left: {known.codes_left}.",
        f"Resets of this person in 90 days: {known.resets_lately}.",
        f"Requests by this requester in 30 days: {known.asked_lately}.",
    ]
    if local := local_time(known.tz, known.now):
        lines.append(f"Local time there: {local}.")
    if known.profile_changed:
        changed = ", ".join(_FIELDS[name] for name in known.profile_changed)
        lines.append(f":warning: Changed in the Slack profile within 7 days: {changed}.")
    if privileged:
        lines.append(":warning: This person holds rights over other people's MFA.")
    return lines


def local_time(tz: str | None, now: datetime) -> str | None:
    """Return the time of day somewhere, or None where the place is unknown."""
    try:
        return None if tz is None else now.astimezone(ZoneInfo(tz)).strftime("%H:%M")
    except (ZoneInfoNotFoundError, ValueError):
        return None


def named(person: Person | None) -> str:
    """Return how a person is called in plain text, with the id that says who it really is."""
    return "the host" if person is None else f"{clean(person.name, NAME_MOST)} ({person.slack_user_id})"


def _who(card: Card) -> str:
    approver = "" if card.approver is None else f" Approved by {named(card.approver)}."
    return f"Whom: {named(card.subject)}. Asked by {named(card.requester)}.{approver}"


def happened(card: Card) -> str:
    """Return what the requester says has happened, as a sentence."""
    match card.reset.happened:
        case Happened.LOST:
            return "The phone is lost or broken."
        case Happened.STOLEN:
            return "The phone is stolen, or somebody else may have it."
        case _:
            assert_never(card.reset.happened)


def _stand(card: Card) -> str:
    reset = card.reset
    match reset.state:
        case State.AWAITING_APPROVAL:
            return f"Waits for an approval until {at(reset.expires_at)}."
        case State.HOLDING:
            until = at(reset.hold_until) if reset.hold_until else "later"
            return f"Approved; it takes effect {until} unless somebody stops it."
        case _:
            when = f" {at(reset.ended_at)}" if reset.ended_at else ""
            ended = outcome(reset.state)
            return f"{ended[0].upper()}{ended[1:]}{when}"


def outcome(state: State) -> str:
    """Return how a request ended, as the end of a sentence."""
    match state:
        case State.EXECUTED:
            return "done."
        case State.DENIED:
            return "denied."
        case State.VETOED:
            return "stopped by the person it is about."
        case State.SELF_CANCELLED:
            return "void, since a code of that person was accepted meanwhile."
        case State.CANCELLED:
            return "cancelled by whoever asked."
        case State.EXPIRED:
            return "expired without an answer."
        case State.SUPERSEDED:
            return "void, since that person's MFA has changed."
        case State.REFUSED:
            return "void, since somebody concerned may no longer do this."
        case State.AWAITING_APPROVAL | State.HOLDING:
            return "open."
        case _:
            assert_never(state)


def _buttons(kind: Kind, card: Card, stop: Json | None) -> list[Json]:
    reset = card.reset
    match kind:
        case Kind.RESET_OPENED | Kind.RESET_DONE:
            return [stop] if stop is not None else []
        case Kind.RESET_MINE if reset.open:
            return [button(ids.CANCEL_RESET, "Cancel request", reset.request_id)]
        case Kind.RESET_CARD if reset.state is State.AWAITING_APPROVAL:
            return [
                button(ids.APPROVE_RESET, "Approve", reset.request_id, style="primary"),
                button(ids.DENY_RESET, "Deny", reset.request_id, style="danger"),
            ]
        case Kind.RESET_CARD if reset.state is State.HOLDING:
            return [button(ids.DENY_RESET, "Deny", reset.request_id, style="danger")]
        case Kind.RIGHTS_DORMANT if card.dormant:
            return [button(ids.WAKE_RIGHTS, "Wake rights", reset.request_id)]
        case _:
            return []
