"""Recovery codes: the modal that asks for a code, and the one that shows the ten, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never
from uuid import UUID

from bot.core.actions import Guard
from bot.services.recovery import MakeRefusal
from handlers import ids
from handlers.views import refusals
from handlers.views.blocks import Json, actions, button, code_input, context, modal, plain_section, said, section


def form(intent: UUID) -> Json:
    """Return the modal that asks for a current code; a recovery code will not do."""
    return modal(
        "MFA: recovery codes",
        [
            section("This code makes *ten new recovery codes*. The old ones stop working at once."),
            code_input("Six digits from your authenticator app."),
        ],
        callback_id=ids.RENEW_FORM,
        submit="Verify Code",
        close="Keep the old ones",
        metadata=str(intent),
    )


def shown(codes: Sequence[str], set_id: int, *, enabled: bool) -> Json:
    """Return the modal that shows the codes; it has one button, and no notice of its closing."""
    first = "*MFA is on.* " if enabled else ""
    return modal(
        "MFA: recovery codes",
        [
            section(
                f"{first}*Save these recovery codes now*, on paper or in a password manager. Each works once in place "
                "of a code when your phone is not at hand. They are shown only here, only now."
            ),
            plain_section("\n".join(codes)),
            context("Never send one to anybody, and never type one into a message."),
        ],
        callback_id=ids.CODES_SHOWN,
        submit="I saved them",
        close="Later",
        metadata=str(set_id),
    )


def not_made(why: MakeRefusal | Guard) -> Json:
    """Return what is read where no new codes were made; a second submission of the same form is one such case."""
    match why:
        case MakeRefusal.ALREADY_DONE:
            return said(
                "Done: new recovery codes were made, and shown once. If you did not see them, make others:",
                actions(button(ids.RECOVERY_CODES, "Recovery codes")),
            )
        case Guard():
            return said(refusals.guard(why))
        case _:
            assert_never(why)


def outdated() -> Json:
    """Return what somebody reads who saved codes that were void already."""
    return said(
        "*These recovery codes have stopped working*: newer ones were made, or your MFA was turned off. "
        "Type `/mfa` to see how things stand."
    )
