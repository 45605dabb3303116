"""Enable and Replace: the modals, and the message with the QR code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from bot.core import otpauth
from bot.core.actions import Guard
from bot.core.enrollment import ConfirmRefusal, StartRefusal, State
from bot.services.delivery import Delivery, Leftovers
from bot.services.enrollment import InvalidFormat, PendingKey, Started, WrongCode
from bot.services.words import WrongWord
from handlers import ids
from handlers.people import Turned
from handlers.views import codes, home, refusals, words
from handlers.views.blocks import (
    Blocks,
    Json,
    actions,
    at,
    button,
    code_input,
    context,
    links,
    modal,
    plain_section,
    said,
    section,
)

TITLE = "MFA: set up"
QR_ALT = "QR code for your authenticator app"
EXPIRED = "Its time is over. Nothing was changed; type `/mfa` to start again."
DM_SENTENCE = "Your QR code for MFA is on its way."
TURNS_ON = "It turns MFA on for your account."
UNDELIVERED = "Slack did not take the QR code. Ask your helpdesk why, then type `/mfa` to start again."
NOT_YOURS = "This QR code is not yours. Type `/mfa` to see your own MFA."
STARTS = "You started too often within an hour. Please wait an hour, or ask your helpdesk for help."


def before_you_start(apps: Iterable[tuple[str, str]], intent: UUID, *, asks_word: bool = False) -> Json:
    """Return the first modal: install an app, then have the QR code sent (S3); *asks_word*: and have the word ready."""
    return modal(
        TITLE,
        [
            section("*Before you start*\nInstall an authenticator app on your phone, if you have none yet:"),
            section(links(apps)),
            section(
                "Then press *Send QR code*. It comes to you as a message from this bot; scan it with the app, "
                "and type the code that the app shows."
            ),
            *([section(f"*Have the word ready*\n{words.WITH_WORD}")] if asks_word else []),
        ],
        callback_id=ids.START_FORM,
        submit="Send QR code",
        close="Not now",
        metadata=str(intent),
    )


def replace_form(intent: UUID) -> Json:
    """Return the modal that asks for a code of the present authenticator app first."""
    return modal(
        "MFA: replace",
        [
            section(
                "This code starts the move to *another authenticator app*: a new QR code comes to you as a message. "
                "Your present app keeps working until you have confirmed the new one."
            ),
            code_input("From your present authenticator app. A recovery code will do as well."),
        ],
        callback_id=ids.REPLACE_FORM,
        submit="Send QR code",
        close="Not now",
        metadata=str(intent),
    )


def started(outcome: Started) -> Json:
    """Return what the modal says once the QR code is on its way."""
    return modal(
        TITLE,
        [
            section(
                "*Look into the Messages tab of this app.* A QR code comes there in a moment. "
                "Scan it with your authenticator app, then press *Enter the code* under it."
            ),
            context(f"It is good until {at(outcome.expires_at)}."),
        ],
    )


def start_refused(why: StartRefusal) -> Json:
    """Return why no QR code comes, and what to do."""
    match why:
        case StartRefusal.STRANGER | StartRefusal.GUEST | StartRefusal.BOT | StartRefusal.DELETED:
            return said(home.turned_away(Turned(why.value)))
        case StartRefusal.SUSPENDED:
            return said(codes.SUSPENDED)
        case StartRefusal.ALREADY_ON:
            return said("Your MFA is on already. To move it to another app, press “Replace authenticator” in Home.")
        case StartRefusal.NOTHING_TO_REPLACE:
            return said("Your MFA is off, so there is nothing to replace. Type `/mfa enable` to turn it on.")
        case StartRefusal.TOO_MANY_STARTS:
            return said(STARTS)
        case StartRefusal.LOCKDOWN:
            return said(refusals.guard(Guard.NO_LOCKDOWN))
        case StartRefusal.NO_WORD:
            return said(words.NO_WORD)
        case _:
            assert_never(why)


def confirm_form(enrollment_id: int, *, replacing: bool, asks_word: bool = False) -> Json:
    """Return the modal that takes the first code of the new authenticator app (S6), and the word where asked (E10)."""
    does = "It moves your MFA to this app: the one before stops working." if replacing else TURNS_ON
    return modal(
        "MFA: verify",
        [
            section(f"Type the code that your {'new ' if replacing else ''}authenticator app shows now. {does}"),
            code_input("Six digits; the app makes new ones every 30 seconds."),
            *([words.word_input()] if asks_word else []),
        ],
        callback_id=ids.CONFIRM_FORM,
        submit="Verify Code",
        close="Not now",
        metadata=str(enrollment_id),
    )


def wrong(outcome: WrongCode | InvalidFormat | WrongWord) -> dict[str, str]:
    """Return the sentence under the input that it is about, while confirming."""
    match outcome:
        case InvalidFormat():
            return {ids.CODE: codes.FORMAT}
        case WrongCode(left, None):
            return {ids.CODE: f"{codes.WRONG} {_tries(left)}"}
        case WrongCode(left, minutes):
            about = f"about {minutes} minute{'s' if minutes != 1 else ''}"
            off = f"Your phone's clock is {about} off. Set it to automatic time, then try again."
            return {ids.CODE: f"{off} {_tries(left)}"}
        case WrongWord(tries):
            return {ids.WORD: _wrong_word(tries)}
        case _:
            assert_never(outcome)


def confirm_refused(why: ConfirmRefusal) -> Json:
    """Return why no code is looked at any more, and what to do."""
    match why:
        case ConfirmRefusal.CONFIRMED:
            return mfa_is_on()
        case ConfirmRefusal.NOT_YOURS:
            return said(NOT_YOURS)
        case ConfirmRefusal.SUSPENDED:
            return said(codes.SUSPENDED)
        case ConfirmRefusal.STRANGER | ConfirmRefusal.GUEST | ConfirmRefusal.BOT | ConfirmRefusal.DELETED:
            return said(home.turned_away(Turned(why.value)))
        case ConfirmRefusal.EXPIRED:
            return said(EXPIRED)
        case ConfirmRefusal.CANCELLED:
            return said("It was cancelled. Nothing was changed; type `/mfa` to start again.")
        case ConfirmRefusal.SUPERSEDED:
            return said("A newer QR code has taken its place. Use the newest one in the Messages tab.")
        case ConfirmRefusal.EXHAUSTED:
            return said("Too many wrong codes; this QR code is void. Type `/mfa` to start again with a new one.")
        case ConfirmRefusal.LOCKDOWN:
            return said(refusals.guard(Guard.NO_LOCKDOWN))
        case ConfirmRefusal.UNDELIVERED:
            return said(UNDELIVERED)
        case ConfirmRefusal.NO_WORD:
            return said(f"The word no longer works. {words.NO_WORD}")
        case _:
            assert_never(why)


def mfa_is_on() -> Json:
    """Return what a second submission of the right code reads; the codes were shown to the first alone."""
    return said(
        "*MFA is on.* Your recovery codes were shown once. If you did not see them, make new ones:",
        actions(button(ids.RECOVERY_CODES, "Recovery codes")),
    )


def key_by_hand(key: PendingKey) -> Json:
    """Return the modal that shows the key to type by hand: no input, no button of ours."""
    shown = modal(
        "MFA: key",
        [
            section("In your authenticator app choose to enter a key by hand, *time based*, and type:"),
            plain_section(otpauth.grouped(key.secret)),
            context("Then close this window and press *Enter the code* under the QR code."),
        ],
        close="Done",
    )
    return named(shown, key.view)


def key_end(leftovers: Leftovers, view: UUID) -> Json:
    """Return what that modal says once the enrollment has ended: no key."""
    return named(modal("MFA: key", [section(dm_end(leftovers)[0])]), view)


def named(view: Json, external_id: UUID) -> Json:
    """Return a modal under a name of ours, by which it can be changed without knowing what Slack calls it."""
    return {**view, "external_id": str(external_id)}


def dm_blocks(delivery: Delivery, file_id: str) -> tuple[str, Blocks]:
    """Return text and blocks of the message that shows the QR code (S5)."""
    what = "your new authenticator app" if delivery.replacing else "your authenticator app"
    text = f"Scan this QR code with {what}, then press “Enter the code”."
    enrollment_id = delivery.message.enrollment_id
    return text, [
        section(f"Scan this QR code with {what}, then press *Enter the code*."),
        {"type": "image", "slack_file": {"id": file_id}, "alt_text": QR_ALT},
        actions(
            button(ids.ENTER_CODE, "Enter the code", enrollment_id, style="primary"),
            button(ids.CANT_SCAN, "Can't scan?", enrollment_id),
            button(ids.CANCEL, "Cancel", enrollment_id),
        ),
        context(f"Good until {at(delivery.expires_at)}, for you alone. Never send it to anybody."),
    ]


def dm_end(leftovers: Leftovers) -> tuple[str, Blocks]:
    """Return text and blocks of the same message once the enrollment has ended: no image, no button."""
    when = at(leftovers.ended_at)
    match leftovers.state:
        case State.CONFIRMED:
            text = "You set up your authenticator app."
        case State.EXPIRED:
            text = "This QR code has expired. Type `/mfa` to start again."
        case State.CANCELLED:
            text = "This QR code was cancelled. Type `/mfa` to start again."
        case State.SUPERSEDED:
            text = "A newer QR code has taken the place of this one."
        case State.EXHAUSTED:
            text = "This QR code is void after too many wrong codes. Type `/mfa` to start again."
        case State.UNDELIVERED:
            text = UNDELIVERED
        case State.PENDING:
            text = DM_SENTENCE
        case _:
            assert_never(leftovers.state)
    return text, [section(text), context(when)]


def _wrong_word(left: int | None) -> str:
    if left is None:
        return "It is five English words. Check how they are spelled, and try again."
    return f"That is not the word. Ask the person who told you. {_tries(left)}"


def _tries(left: int) -> str:
    return f"{left} {'try' if left == 1 else 'tries'} left."
