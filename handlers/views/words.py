"""A disputed factor, and the word from the approver: what is said of both wherever they show."""

from __future__ import annotations

from bot.core.words import TYPED_MOST
from handlers import ids
from handlers.views.blocks import Blocks, Json, context, plain, plain_section, section

DISPUTED = (
    "The authenticator and recovery codes on your account no longer count. "
    "Only a reset ends this: contact your helpdesk."
)
WITH_WORD = (
    "To end this, set up MFA again. You need the word that the person who approved your reset tells you by phone or "
    "in person."
)
NO_WORD = "To end this, you set up MFA again with a word from your helpdesk. Contact them to get one."
SHOWN_BEFORE = "The word for them was shown once. If it is lost, `/mfa-admin release @person` makes another."
WILL_SHOW = (
    "They stay suspended until they set up MFA again with a word. You are shown that word after you submit this: "
    "have a way to tell them by voice."
)
MAY_SHOW = (
    "If the phone is stolen, or they blocked their sign-in, they stay suspended until they set up MFA again with a "
    "word. You are shown that word after you submit this: have a way to tell them by voice."
)


def spoken(word: str) -> Blocks:
    """Show the word, once, to the person who is to tell it: plain text, and no button beside it."""
    return [
        section("They stay suspended until they set up MFA again with this *word*, which you see only now:"),
        plain_section(word),
        context(
            "Call them on a number that you know, or meet them, and read it out. Never write it in a message: somebody "
            "else may be in their Slack account."
        ),
    ]


def outcome(word: str | None, *, asks_word: bool) -> Blocks:
    """Return what follows the outcome of a reset: the word, or that it was shown before."""
    if word is not None:
        return spoken(word)
    return [context(SHOWN_BEFORE)] if asks_word else []


def word_input() -> Json:
    """The input for the word."""
    return {
        "type": "input",
        "block_id": ids.WORD,
        "label": plain("Word from your approver"),
        "hint": plain("Five English words, told to you by phone or in person."),
        "element": {"type": "plain_text_input", "action_id": ids.WORD, "max_length": TYPED_MOST},
    }
