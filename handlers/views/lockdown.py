"""The windows of the lockdown."""

from __future__ import annotations

from bot.services.roles import Changed
from handlers import ids
from handlers.views.blocks import Json, code_input, modal, said, section
from handlers.views.reset_forms import CODE_HINT, reason_input


def start_form() -> Json:
    """Return the window that locks down."""
    return modal(
        "MFA: lockdown",
        [
            section(
                "Until another person lifts it, nobody's MFA is reset, disabled, replaced or unlocked, no role is "
                "granted, and what is being held waits. Sign-in and enrollment go on."
            ),
            reason_input(),
        ],
        callback_id=ids.LOCKDOWN_FORM,
        submit="Lock down",
        close="Not now",
    )


def lift_form() -> Json:
    """Return the window that lifts it."""
    return modal(
        "MFA: lift lockdown",
        [section("This code lifts the lockdown: MFA can be reset and disabled again."), code_input(CODE_HINT)],
        callback_id=ids.LIFT_FORM,
        submit="Lift",
        close="Not now",
    )


def started(done: Changed) -> Json:
    """Return what is read once it stands: since now, or since somebody, perhaps the reader, had started it."""
    if done is Changed.BEFORE:
        return said("*The lockdown is on* already. Whoever did not start it can lift it: `/mfa-admin lockdown off`.")
    return said("*The lockdown is on.* Everybody who could lift it was told. Somebody else than you has to.")


def lifted() -> Json:
    """Return what is read once it is over."""
    return said("*The lockdown is over.* Everybody concerned was told.")
