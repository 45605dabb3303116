"""The windows of a reset: the form, the approval, the denial, and what they say afterwards."""

from __future__ import annotations

from uuid import UUID

from bot.core.actions import Action, Guard
from bot.core.resets import REASON_LEAST, REASON_MOST, Happened, State
from bot.services.cards import Card
from bot.services.looking import SHOWN_AT_MOST, Shown
from handlers import ids
from handlers.views import identity_check, refusals, stolen, words
from handlers.views.blocks import (
    Blocks,
    Json,
    actions,
    at,
    button,
    clean,
    code_input,
    context,
    modal,
    plain,
    plain_section,
    section,
    some,
)
from handlers.views.resets import REASON_SHOWN, facts, happened, named

CARD = "Disable somebody's MFA"
CODE_HINT = "Six digits from your own authenticator app. A recovery code will not do here."


def card(shown: Shown) -> tuple[str, Blocks]:
    """Return the ephemeral answer to `/mfa-admin disable @person`."""
    return CARD, [*status(shown), actions(*_begin(shown), button(ids.DISMISS, "Cancel"))]


def used_card(shown: Shown) -> tuple[str, Blocks]:
    """Return that answer once its button was pressed."""
    opened = f"Opened {at(shown.facts.now)}. To open it once more, type the command again."
    return CARD, [*status(shown), context(opened)]


def person(shown: Shown) -> Json:
    """Return the window of a person: the button at the top for who may, then the status."""
    begin = _begin(shown)
    return modal("MFA: person", [*([actions(*begin)] if begin else []), *status(shown)])


def status(shown: Shown) -> Blocks:
    """Return what who may look sees of a person."""
    known, party = shown.facts, shown.party
    if party.person.suspended:
        state = f"MFA suspended since {at(party.person.suspended_at)}." if party.person.suspended_at else "Suspended."
        state += " They blocked their sign-in after a change to it: only a reset ends this." if party.disputed else ""
        state += " It ends when they set up MFA again with a word." if shown.awaits_word else ""
    elif party.enrolled:
        state = f"MFA on since {at(known.factor_since)}." if known.factor_since else "MFA on."
    else:
        state = "MFA off."
    lines = [context(line) for line in facts(known, privileged=party.privileged)]
    if shown.roles:
        lines.append(context(f"Roles: {some(shown.roles)}."))
    if isinstance(shown.route, Guard):
        lines.append(context(f"You cannot disable it: {refusals.guard(shown.route)}"))
    elif shown.open_request is not None:
        lines.append(context("A reset is open already: see `/mfa-admin requests`."))
    return [plain_section(named(party.person)), section(f"*{state}*"), *lines]


def form(shown: Shown, intent: UUID) -> Json:
    """Return the form that disables somebody's MFA, or asks for it: who, what for, and the actor's own code."""
    asks = shown.needs_approval
    does = (
        "This code asks for that person's MFA to be turned *off*. Somebody else has to approve."
        if asks
        else "This code turns that person's MFA *off*: they sign in with a password alone until they enroll again."
    )
    return modal(
        "MFA: disable another's",
        [
            plain_section(f"Whom: {named(shown.party.person)}"),
            section(does),
            *([] if asks else [context(words.MAY_SHOW)]),
            {
                "type": "input",
                "block_id": ids.HAPPENED,
                "label": plain("What happened"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": ids.HAPPENED,
                    "options": [
                        {"text": plain("Lost or broken"), "value": Happened.LOST.value},
                        {"text": plain("Stolen, or somebody else may have it"), "value": Happened.STOLEN.value},
                    ],
                },
            },
            context(stolen.in_form(shown)),
            identity_check.question(),
            reason_input(),
            code_input(CODE_HINT, focus=False),
        ],
        callback_id=ids.RESET_FORM,
        submit="Send request" if asks else "Disable",
        close="Leave it on",
        metadata=f"{shown.party.person.person_id}.{intent}",
    )


def approval(found: Card) -> Json:
    """Return the window that repeats who, whom, what happened and why, and takes the approver's code."""
    return modal(
        "MFA: approve",
        [
            plain_section(f"Whom: {named(found.subject)}. Asked by {named(found.requester)}."),
            plain_section(f"{happened(found)} Reason: {clean(found.reset.reason, REASON_SHOWN)}"),
            *(context(line) for line in facts(found.facts, privileged=found.reset.privileged)),
            *(context(line) for line in identity_check.lines(found.reset.identity_check)),
            *(context(line) for line in stolen.to_staff(found)),
            section("This code turns that person's MFA *off*. Approve only what you know to be true."),
            *([context(words.WILL_SHOW)] if found.asks_word else []),
            code_input(CODE_HINT),
        ],
        callback_id=ids.APPROVAL_FORM,
        submit="Approve",
        close="Not now",
        metadata=str(found.reset.request_id),
    )


def denial(found: Card) -> Json:
    """Return the window that asks why not."""
    return modal(
        "MFA: deny",
        [
            plain_section(f"Whom: {named(found.subject)}. Asked by {named(found.requester)}."),
            *(context(line) for line in stolen.to_staff(found)),
            reason_input(),
            *stolen.input_to_lift(found),
        ],
        callback_id=ids.DENIAL_FORM,
        submit="Deny",
        close="Not now",
        metadata=str(found.reset.request_id),
    )


def cancelling(found: Card) -> Json:
    """Return the window that takes a request back, and a code where that lifts what it caused."""
    return modal(
        "MFA: cancel request",
        [
            plain_section(f"Whom: {named(found.subject)}."),
            *(context(line) for line in stolen.to_staff(found)),
            section("This takes your request back. That person's MFA stays as it is."),
            *stolen.input_to_lift(found),
        ],
        callback_id=ids.CANCEL_FORM,
        submit="Cancel request",
        close="Not now",
        metadata=str(found.reset.request_id),
    )


def reason_input() -> Json:
    """The input for a reason."""
    return {
        "type": "input",
        "block_id": ids.REASON,
        "label": plain("Reason"),
        "hint": plain("The people concerned read it. No codes, no passwords."),
        "element": {
            "type": "plain_text_input",
            "action_id": ids.REASON,
            "multiline": True,
            "min_length": REASON_LEAST,
            "max_length": REASON_MOST,
        },
    }


def open_requests(found: list[Card]) -> tuple[str, Blocks]:
    """Return the open requests, with their buttons."""
    if not found:
        return "No request is open.", [section("No request is open.")]
    blocks: Blocks = []
    for one in found[:SHOWN_AT_MOST]:
        blocks.append(plain_section(f"Whom: {named(one.subject)}. Asked by {named(one.requester)}."))
        blocks.append(context(f"Opened {at(one.reset.opened_at)}."))
        blocks.append(actions(*_answers(one)))
    if len(found) <= SHOWN_AT_MOST:
        return f"Open requests: {len(found)}", blocks
    blocks.append(context("More requests are open. They are listed once these are answered."))
    return f"Open requests: more than {SHOWN_AT_MOST}", blocks


def _answers(one: Card) -> list[Json]:
    deny = button(ids.DENY_RESET, "Deny", one.reset.request_id, style="danger")
    if one.reset.state is State.AWAITING_APPROVAL:
        return [button(ids.APPROVE_RESET, "Approve", one.reset.request_id, style="primary"), deny]
    return [deny]


def _begin(shown: Shown) -> list[Json]:
    if isinstance(shown.route, Guard) or shown.open_request is not None:
        return []
    match shown.route:
        case Action.DISABLE_OTHER | Action.ASK:
            label = "Disable Multi-Factor Authentication"
            return [button(ids.DISABLE_OTHER, label, shown.party.person.person_id, style="danger")]
        case _:
            return []
