"""`Block my sign-in`, `Stop this request`, and `It was me`."""

from __future__ import annotations

from typing import assert_never

from bot.core.people import SuspendedWhy
from bot.core.suspension import ReleaseRefusal, needs_recovery_code
from bot.services.suspension import Stopped
from handlers import ids
from handlers.people import Turned
from handlers.views import home, words
from handlers.views.blocks import Json, code_input, modal, said, section

BOTH = "These codes do not work together. Check the recovery code, and wait for the next verification code."


def stopped(done: Stopped) -> str:
    """Return what the button did."""
    match done:
        case Stopped.NOW:
            return (
                "*Blocked.* No one can sign in as you now, and neither can you. Contact your helpdesk. "
                "Pressed by mistake? Type `/mfa` to see what ends that."
            )
        case Stopped.DISPUTED:
            return f"*Blocked.* {words.DISPUTED}"
        case Stopped.AWAITS_WORD:
            return f"*Blocked.* No one can sign in as you now, and neither can you. {words.NO_WORD}"
        case Stopped.TOO_LATE:
            return "This notice is too old to block your sign-in. If something is wrong, contact your helpdesk at once."
        case Stopped.VETOED:
            return "*Stopped.* Your MFA stays as it is, and whoever asked for the reset is told."
        case Stopped.VETOED_SUSPENDED:
            return (
                "*Stopped.* Your MFA stays as it is, and whoever asked for the reset is told. You are still suspended: "
                "type `/mfa` to see what ends that."
            )
        case Stopped.BEFORE:
            return "This was answered before. Type `/mfa` to see how things stand."
        case Stopped.NOT_YOURS:
            return "This message is not yours. Type `/mfa` to see your own MFA."
        case _:
            assert_never(done)


def form(why: SuspendedWhy, *, offered: bool = False) -> Json:
    """Return the modal that lifts one's own suspension: both codes, or the current one where that is enough.

    *offered*: helpdesk has released them already.
    """
    both = needs_recovery_code(why) and not offered
    blocks = [section("This lifts the suspension: applications let you in again, with your codes as before.")]
    if both:
        blocks.append(
            code_input(
                "24 letters and digits, one of those you saved.", label="Recovery code", block_id=ids.RECOVERY_CODE
            )
        )
    blocks.append(code_input("Six digits from your authenticator app.", focus=not both))
    return modal("MFA: it was me", blocks, callback_id=ids.RELEASE_FORM, submit="Release", close="Not now")


def released() -> Json:
    """Return what the owner reads whose suspension is over."""
    return said("*Released.* Applications let you in again.")


def refused(why: ReleaseRefusal) -> Json:
    """Return why no code is looked at, and what to do."""
    match why:
        case ReleaseRefusal.NOT_SUSPENDED:
            return said("You are not suspended. Type `/mfa` to see how things stand.")
        case ReleaseRefusal.STRANGER | ReleaseRefusal.GUEST | ReleaseRefusal.BOT | ReleaseRefusal.DELETED:
            return said(home.turned_away(Turned(why.value)))
        case ReleaseRefusal.NO_FACTOR:
            return said("There is no factor that could prove it is you. Ask your helpdesk to release you.")
        case ReleaseRefusal.DISPUTED:
            return said(words.DISPUTED)
        case ReleaseRefusal.AWAITS_WORD:
            return said("Codes do not end this: set up MFA again, with the word from your approver. Type `/mfa`.")
        case _:
            assert_never(why)
