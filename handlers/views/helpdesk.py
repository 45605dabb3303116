"""The windows of unlocking and releasing."""

from __future__ import annotations

from typing import Final, assert_never
from uuid import UUID

from bot.core.people import Person
from bot.core.throttle import UNLOCKS_A_DAY, UNLOCKS_A_MONTH, UnlockLimit
from bot.services.helpdesk import Helped, UnlockRefusal
from handlers import ids
from handlers.views import words
from handlers.views.blocks import Json, code_input, modal, plain_section, said, section
from handlers.views.reset_forms import CODE_HINT, reason_input
from handlers.views.resets import named

_NO_MORE: Final = "If they have a recovery code left, it works. Otherwise reset their MFA."


def unlock_form(subject: Person, intent: UUID) -> Json:
    """Return the window that unlocks somebody's codes."""
    return _form(
        subject,
        intent,
        "This code makes that person's codes count again after too many wrong ones. First make sure who asks you.",
        callback_id=ids.UNLOCK_FORM,
        submit="Unlock",
        title="MFA: unlock",
    )


def release_form(subject: Person, intent: UUID) -> Json:
    """Return the window that releases a suspended person."""
    return _form(
        subject,
        intent,
        "This code releases that person. If they have MFA, one current code of their own has to follow. If a reset "
        "left them suspended, you are shown a new word for them instead.",
        callback_id=ids.RELEASE_OTHER_FORM,
        submit="Release",
        title="MFA: release",
    )


def outcome(done: Helped | UnlockRefusal | UnlockLimit) -> Json:
    """Return what was done, or why not."""
    match done:
        case Helped.UNLOCKED:
            return said(
                "*Unlocked.* That person's codes are checked again, and they were told. "
                "More wrong codes make them wait again."
            )
        case Helped.RELEASED:
            return said("*Released.* That person had no MFA, so the suspension is over; they were told.")
        case Helped.WORD:
            return said("*A new word was made,* and shown once. If it is lost, release them again for another.")
        case Helped.OFFERED:
            return said("*Released.* One current code of that person ends the suspension; they were told.")
        case UnlockRefusal.NOTHING_TO_UNLOCK:
            return said("That person's codes are neither locked nor waiting: there is nothing to unlock.")
        case UnlockLimit.DAY:
            return said(f"That person was unlocked {UNLOCKS_A_DAY} times within 24 hours already. {_NO_MORE}")
        case UnlockLimit.MONTH:
            return said(f"That person was unlocked {UNLOCKS_A_MONTH} times within 30 days already. {_NO_MORE}")
        case UnlockRefusal.ONLY_A_RESET:
            return said("There were too many wrong codes for an unlock: only a reset helps.")
        case _:
            assert_never(done)


def new_word(word: str) -> Json:
    """Return the word that the next enrollment of somebody asks for, shown this once."""
    return said("*A new word was made.* Any word before it no longer works.", *words.spoken(word))


def _form(subject: Person, intent: UUID, does: str, *, callback_id: str, submit: str, title: str) -> Json:
    return modal(
        title,
        [
            plain_section(f"Whom: {named(subject)}"),
            section(does),
            reason_input(),
            code_input(CODE_HINT, focus=False),
        ],
        callback_id=callback_id,
        submit=submit,
        close="Not now",
        metadata=f"{subject.person_id}.{intent}",
    )
