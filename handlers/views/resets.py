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
from bot.core.resets import REASON_MOST, Happened, Reset, State
from bot.services.cards import Card, Facts
from handlers import ids
from handlers.views import identity_check, reset_ends, stolen
from handlers.views.blocks import Blocks, Json, actions, at, button, clean, context, plain_section, section
from handlers.views.reset_ends import Reader

NAME_MOST = 80
REASON_SHOWN = REASON_MOST
_FIELDS = {"email": "e-mail", "name": "name", "tz": "time zone"}


def sentence(kind: Kind, card: Card, reader: Reader) -> str:
    """Return what a message says first, as things stand."""
    state = card.reset.state
    match kind:
        case Kind.STOLEN_REPORTED:
            return "Somebody's phone was reported stolen, and they were suspended."
        case Kind.STOLEN_VETOED:
            return "A reset for a stolen phone was stopped with the Slack account of the person it is about."
        case Kind.RIGHTS_DORMANT if card.dormant:
            return "Somebody who holds rights had their MFA reset. Those rights sleep until another admin wakes them."
        case Kind.RIGHTS_DORMANT:
            return "Somebody who holds rights had their MFA reset. No rights of theirs sleep any more."
        case Kind.RESET_OPENED if card.reset.open:
            asked = (
                "Somebody asked to disable your MFA. If you can still use your codes, or do not know of it, stop it."
            )
            return " ".join([asked, *stolen.to_subject(card)])
        case Kind.RESET_OPENED:
            return f"Somebody asked to disable your MFA. {reset_ends.mine(state)}"
        case Kind.RESET_MINE if card.reset.open:
            return "Your request to disable somebody's MFA."
        case Kind.RESET_MINE:
            return f"Your request to disable somebody's MFA {reset_ends.of_another(state)}"
        case Kind.RESET_CARD if state is State.AWAITING_APPROVAL:
            return "A reset of somebody's MFA waits for your answer."
        case Kind.RESET_REMINDER if state is State.AWAITING_APPROVAL:
            return "A reset of somebody's MFA still waits for your answer: see the message further up."
        case Kind.RESET_CARD | Kind.RESET_REMINDER if card.reset.open:
            return "A reset of somebody's MFA was approved, and can still be denied."
        case Kind.RESET_CARD | Kind.RESET_REMINDER:
            return f"A reset of somebody's MFA needs no answer any more: it {reset_ends.of_another(state)}"
        case Kind.RESET_DONE | Kind.RESET_OUTCOME | Kind.RESET_STOPPED:
            suspended, asks_word = card.subject.suspended, card.asks_word
            step = reset_ends.next_step(card.reset, reader, suspended=suspended, asks_word=asks_word)
            return f"{_ended(state, reader)} {step}"
        case _:
            raise ValueError(f"{kind.value} is about no request")


def _ended(state: State, reader: Reader) -> str:
    match reader:
        case Reader.SUBJECT:
            return reset_ends.mine(state)
        case Reader.REQUESTER:
            return f"Your request to disable somebody's MFA {reset_ends.of_another(state)}"
        case Reader.APPROVER:
            return f"The reset of somebody's MFA {reset_ends.of_another(state)}"
        case _:
            assert_never(reader)


def blocks(kind: Kind, card: Card, reader: Reader, *, stop: Json | None) -> Blocks:
    """Return the blocks of a message as things stand; *stop* is the subject's button while it may be pressed."""
    shown: Blocks = [section(sentence(kind, card, reader)), plain_section(_who(card))]
    if kind in (Kind.RESET_CARD, Kind.RESET_MINE):
        shown.append(plain_section(f"{happened(card)} Reason: {clean(card.reset.reason, REASON_SHOWN)}"))
    if kind in (Kind.RESET_CARD, Kind.RESET_MINE):
        shown.extend(context(line) for line in identity_check.lines(card.reset.identity_check))
    if kind is Kind.RESET_CARD and card.reset.open:
        shown.extend(context(line) for line in facts(card.facts, privileged=card.reset.privileged))
    if kind in (Kind.RESET_CARD, Kind.RESET_MINE, Kind.STOLEN_REPORTED, Kind.STOLEN_VETOED):
        shown.extend(context(line) for line in stolen.to_staff(card))
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
    if known.vetoed_at is not None:
        lines.append(f":warning: This person stopped the last request about them, {at(known.vetoed_at)}.")
    if privileged:
        lines.append(":warning: This person holds rights over other people's MFA, or is protected by an operator.")
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
    told = [f"Whom: {named(card.subject)}."]
    told.append(f"{'Disabled directly' if _at_once(card.reset) else 'Asked'} by {named(card.requester)}.")
    if card.approver is not None:
        told.append(f"Approved by {named(card.approver)}.")
    through = reset_ends.through(card.reset.state)
    if through is not None and card.ended_by is not None:
        told.append(f"{through} {named(card.ended_by)}.")
    return " ".join(told)


def _at_once(reset: Reset) -> bool:
    return reset.direct and reset.state is State.EXECUTED


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
            approved = "" if reset.direct else "Approved. "
            return f"{approved}It takes effect {until} unless somebody stops it."
        case State.EXECUTED:
            return f"Done {_when(reset)}."
        case _:
            return f"Ended {_when(reset)}. Nothing was changed by it."


def _when(reset: Reset) -> str:
    return at(reset.ended_at or reset.opened_at)


def _buttons(kind: Kind, card: Card, stop: Json | None) -> list[Json]:
    reset = card.reset
    match kind:
        case Kind.RESET_OPENED | Kind.RESET_DONE | Kind.RESET_STOPPED:
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
