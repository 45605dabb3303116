"""Disable: the modal, and what it says afterwards."""

from __future__ import annotations

from typing import assert_never

from bot.core.actions import Guard
from bot.services.disable import Disabled, OtherFactor
from handlers import ids
from handlers.views import refusals
from handlers.views.blocks import Json, code_input, modal, said, section

REMOVE_ACCOUNT = "Now remove the account from your authenticator app: its codes are worth nothing any more."


SLEEP = (
    "Your rights over other people's MFA then do not count. Once you have set MFA up again they sleep, until somebody "
    "else who manages roles wakes them."
)


def form(factor_id: int, *, privileged: bool = False) -> Json:
    """Return the modal that asks for a code (S7); who is *privileged* learns what becomes of their rights."""
    return modal(
        "MFA: disable",
        [
            section("This code turns MFA *off* for your account: you then sign in with your password only."),
            *([section(SLEEP)] if privileged else []),
            code_input("From your authenticator app. A recovery code will do as well."),
        ],
        callback_id=ids.DISABLE_FORM,
        submit="Disable",
        close="Keep MFA on",
        metadata=str(factor_id),
    )


def nothing_to_disable() -> Json:
    """Return what somebody reads whose MFA is off."""
    return said("Your MFA is off already. Type `/mfa enable` to turn it on.")


def outcome(done: Disabled | OtherFactor | Guard) -> Json:
    """Return what the modal says then (S8)."""
    match done:
        case Disabled.NOW | Disabled.BEFORE:
            return said(f"*MFA is off.* {REMOVE_ACCOUNT}")
        case OtherFactor.CHANGED:
            return said("Your MFA has changed since this window was opened; nothing was done. Open it anew from Home.")
        case Guard():
            return said(refusals.guard(done))
        case _:
            assert_never(done)
