"""Notices in the DM: what was done to one's MFA, and the way to stop it (E6)."""

from __future__ import annotations

from typing import assert_never

from bot.core.host import BreakGlass
from bot.core.messages import SUPERSEDES, Kind, Message, Settled
from bot.services.cards import Card
from bot.services.messages import Notice
from bot.services.suspension import Stopped
from handlers import ids
from handlers.views import resets, words
from handlers.views.blocks import (
    Blocks,
    Json,
    actions,
    at,
    button,
    confirmation,
    context,
    plain_section,
    section,
    span,
)
from handlers.views.disable import REMOVE_ACCOUNT
from handlers.views.reset_ends import Reader

BLOCK = "Block my sign-in"
STOP = "Stop this request"
_ALARMING = frozenset({Kind.RESET_OPENED, Kind.RESET_DONE})
"""Somebody else's doing: their button is red. On routine notices it is not."""
_GLASS: dict[str, str] = {
    BreakGlass.RESET: "somebody's MFA was disabled, without anybody's approval.",
    BreakGlass.UNLOCK: "somebody's codes were unlocked.",
    BreakGlass.RELEASE: "somebody's suspension was ended, or a new word made for their enrollment.",
    BreakGlass.WAKE: "somebody's sleeping rights were woken.",
    BreakGlass.LIFT_LOCKDOWN: "the lockdown was lifted.",
}


_TELL = "Tell your helpdesk what happened."
_BLOCKED: dict[str, str] = {Stopped.DISPUTED: words.DISPUTED, Stopped.AWAITS_WORD: words.NO_WORD}


def sentence(notice: Notice) -> str:
    """Return what the notice says, without markup or anything secret."""
    message = notice.message
    where = f"the application {notice.app}" if notice.app else "Slack"
    left = message.detail.get("left")
    match message.kind:
        case Kind.ENABLED:
            return f"Your MFA is on. Applications now ask for a code from your authenticator app.{_shown(message)}"
        case Kind.REPLACED:
            return (
                f"Your MFA has moved to a new authenticator app. Remove the account from the old one.{_shown(message)}"
            )
        case Kind.DISABLED:
            return f"Your MFA is off. {REMOVE_ACCOUNT}"
        case Kind.RECOVERY_CODES_MADE:
            return "New recovery codes were made for you. The old ones have stopped working."
        case Kind.RECOVERY_CODE_USED:
            return f"One of your recovery codes was used in {where}. Left: {left}."
        case Kind.RECOVERY_CODE_PASTED:
            return f"Recovery codes that were typed into a message are void now. Left: {left}."
        case Kind.CODE_PASTED:
            return "Codes belong into the windows that this app opens, never into a message. Please delete yours."
        case Kind.SLOWED_DOWN:
            return f"Several wrong codes were typed for you in {where}. Further tries have to wait there."
        case Kind.LOCKED:
            return "Your codes are locked after too many wrong ones. A recovery code works, or ask your helpdesk."
        case Kind.UNLOCKED:
            return "Your codes were unlocked. More wrong codes make them wait again."
        case Kind.SUSPENDED:
            return f"Your sign-in is blocked everywhere. {_BLOCKED.get(str(message.detail.get('as')), _TELL)}"
        case Kind.RELEASED:
            return "Your MFA is no longer suspended. Applications let you in again."
        case Kind.RIGHTS_DORMANT if notice.card is None:
            until = "Those rights sleep until another admin wakes them." if notice.dormant else "They sleep no more."
            return f"Somebody who holds rights set MFA up anew, after it was off. {until}"
        case (
            Kind.RESET_OPENED
            | Kind.RESET_MINE
            | Kind.RESET_CARD
            | Kind.RESET_REMINDER
            | Kind.RESET_OUTCOME
            | Kind.RESET_DONE
            | Kind.STOLEN_REPORTED
            | Kind.STOLEN_VETOED
            | Kind.RESET_STOPPED
            | Kind.RIGHTS_DORMANT
        ):
            if notice.card is None:
                raise ValueError("a message about a request needs the request")
            return resets.sentence(message.kind, notice.card, _reader(notice, notice.card))
        case Kind.ADDRESS_CHANGED:
            return _address_changed(removed=message.detail.get("removed") is True)
        case Kind.RIGHTS_WOKEN:
            return "Rights that slept count again."
        case Kind.ROLE_GRANTED:
            return f"The role “{message.detail.get('role')}” was granted."
        case Kind.ROLE_REVOKED:
            return f"The role “{message.detail.get('role')}” was taken away."
        case Kind.LOCKDOWN_STARTED:
            return "A lockdown is on: nothing that weakens anybody's MFA is done until another person lifts it."
        case Kind.LOCKDOWN_LIFTED:
            return "The lockdown is over."
        case Kind.RELEASE_OFFERED:
            return "Your helpdesk has released you. One current code from your authenticator app ends the suspension."
        case Kind.WORD_MADE:
            return (
                "A new word was made for you. The person who made it tells you by phone or in person: never ask for it "
                "in a message. Then type `/mfa enable`."
            )
        case Kind.WORD_ENDED:
            return (
                "The word for setting up your MFA was entered wrongly too often, and no longer works. If that was not "
                "you, tell your helpdesk at once. They can make a new one."
            )
        case Kind.ROLE_DEFINED:
            return f"The role “{message.detail.get('role')}” was defined anew on the host."
        case Kind.PROTECTED:
            return "An operator protected somebody's MFA: a reset of it needs a second person's approval, and waits."
        case Kind.UNPROTECTED:
            return (
                "An operator ended the protection of somebody's MFA: a reset of it needs a second person's approval "
                "only if they hold rights."
            )
        case Kind.MANAGER_SET:
            return "On the host it was set anew who manages somebody, and may approve a reset of their MFA."
        case Kind.MANAGERS_SET:
            count = message.detail.get("count")
            return f"On the host it was set anew who manages {count} people, and may approve resets of their MFA."
        case Kind.GLASS_BROKEN:
            return f"The glass was broken on the host: {_GLASS.get(str(message.detail.get('act')), 'see the audit.')}"
        case Kind.ENROLLMENT | Kind.REPORT:
            raise ValueError("a message with a picture is no notice")
        case _:
            assert_never(message.kind)


def blocks(notice: Notice) -> tuple[str, Blocks]:
    """Return text and blocks; the button as long as the question is open, then who answered and when."""
    text = sentence(notice)
    message = notice.message
    if notice.card is not None:
        stop = _stop(notice) if message.asks else None
        return text, resets.blocks(message.kind, notice.card, _reader(notice, notice.card), stop=stop)
    shown: Blocks = [section(text), context(at(message.created_at))]
    if notice.about is not None:
        shown.append(plain_section(resets.named(notice.about)))
    if message.kind is Kind.RELEASE_OFFERED and message.settled is None:
        shown.append(actions(button(ids.WAS_ME, "Enter the code")))
    if message.kind is Kind.RIGHTS_DORMANT and notice.dormant and notice.about is not None:
        shown.append(actions(button(ids.WAKE_RIGHTS_OF, "Wake rights", notice.about.person_id)))
    if message.asks:
        shown.append(actions(_stop(notice)))
    elif message.settled is not None and message.settled_at is not None:
        shown.append(context(f"{_settled(message.settled)} {at(message.settled_at)}"))
    return text, shown


def _stop(notice: Notice) -> Json:
    """Return the button of a notice: of a request it stops that, of everything else it blocks the sign-in (E6)."""
    message = notice.message
    style = "danger" if message.kind in _ALARMING else None
    if message.kind is Kind.RESET_OPENED:
        return button(ids.NOT_ME, STOP, message.message_id, style=style)
    what = (
        "The authenticator and recovery codes on your account no longer count then. Only a reset by your helpdesk ends "
        "this."
        if message.kind in SUPERSEDES
        else f"If MFA was set up, moved or given new recovery codes in the last {span(notice.block_ttl)}, only a reset "
        "by your helpdesk ends this. Otherwise “It was me” does, with both of your codes."
    )
    asked = confirmation(
        "Block your sign-in?", f"No one can sign in as you, and neither can you. {what}", confirm=BLOCK, deny="Not now"
    )
    return button(ids.NOT_ME, BLOCK, message.message_id, style=style, confirm=asked)


def _reader(notice: Notice, card: Card) -> Reader:
    if notice.in_channel is not None:
        return Reader.APPROVER
    readers = {card.subject.person_id: Reader.SUBJECT, card.reset.requester_id: Reader.REQUESTER}
    return readers.get(notice.message.person_id, Reader.APPROVER)


def _shown(message: Message) -> str:
    """Say how often the secret was sent and shown, so that a copy that somebody else made leaves a trace (E11)."""
    qr_sent, key_shown = message.detail.get("qr_sent"), message.detail.get("key_shown")
    if not isinstance(qr_sent, int) or not isinstance(key_shown, int):
        return ""  # of a notice made by an older version
    return f" The QR code was sent {_times(qr_sent)}; the key was shown {_times(key_shown)}."


def _times(count: int) -> str:
    return {0: "0 times", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _address_changed(*, removed: bool) -> str:
    if removed:
        return "Your Slack profile no longer has a confirmed e-mail address. Applications can't find you by it."
    return "Your e-mail address in Slack changed. Applications that find people by address use the new one."


def _settled(settled: Settled) -> str:
    match settled:
        case Settled.STOPPED:
            return "You blocked your sign-in:"
        case Settled.ENDED:
            return "Settled:"
        case Settled.OUTDATED:
            return "See the newer notice of"
        case _:
            assert_never(settled)
