"""The Home tab, `/mfa`, and who is turned away from both."""

from __future__ import annotations

from typing import assert_never

from bot.core.factors import Status
from bot.core.people import Person, SuspendedWhy
from bot.core.permissions import Permission, Rights
from handlers import ids
from handlers.people import Turned
from handlers.views import words
from handlers.views.blocks import Blocks, Json, actions, at, button, context, divider, header, section

TITLE = "Multi-Factor Authentication"
HELP = (
    "*`/mfa`* shows whether your multi-factor authentication (MFA) is on, with buttons to change it.\n"
    "*`/mfa enable`* turns it on.\n"
    "*`/mfa disable`* turns it off.\n"
    "*`/mfa replace`* moves it to another authenticator app.\n"
    "*`/mfa recovery-codes`* makes new recovery codes.\n"
    "Codes belong into the windows that open then, never into a message."
)
NOT_OPENED = "Slack did not open the window, so nothing was changed. Please try again in a minute."
RECOVERY_FEW = 3


def turned_away(why: Turned) -> str:
    """Return what somebody reads who may not use the bot."""
    match why:
        case Turned.FOREIGN | Turned.STRANGER:
            return "This bot is for members of the workspace that installed it. Ask your own company for its MFA."
        case Turned.GUEST:
            return "MFA here is for full members of the workspace, and your account is a guest's. Ask your helpdesk."
        case Turned.BOT:
            return "MFA here is for people, and your account is a bot's."
        case Turned.DELETED:
            return "Your Slack account is deactivated, so MFA cannot be changed. Ask your helpdesk."
        case Turned.UNKNOWN:
            return "Slack did not tell us who you are, so nothing was changed. Please try again in a minute."
        case _:
            assert_never(why)


def home(person: Person, status: Status, *, says: str = "") -> Json:
    """Return the Home tab of a member; *says* is what came of a click there, until the tab is published anew."""
    said = [section(says)] if says else []
    return {
        "type": "home",
        "blocks": [
            header("Profile"),
            divider(),
            *said,
            section(f"*{TITLE}*"),
            *_status(person, status),
            *utilities(status.rights),
        ],
    }


def utilities(rights: Rights) -> Blocks:
    """Return the section for who holds rights; nothing for everybody else."""
    buttons = []
    if rights.has(Permission.VIEW_USERS):
        buttons.append(button(ids.USERS, "Users"))
    answers = (Permission.DISABLE_TWO_FACTOR, Permission.REQUEST_RESETS, Permission.APPROVE_RESETS)
    if any(map(rights.has, answers)):
        buttons.append(button(ids.REQUESTS, "Requests"))
    if rights.has(Permission.MANAGE_ROLES):
        buttons.append(button(ids.ROLES, "Roles"))
    if rights.has(Permission.VIEW_AUDIT):
        buttons.append(button(ids.AUDIT, "Audit"))
    return [header("Utilities > Security"), divider(), actions(*buttons)] if buttons else []


def home_says(sentence: str) -> Json:
    """Return a Home tab without buttons."""
    return {"type": "home", "blocks": [header("Profile"), divider(), section(sentence)]}


def answer(person: Person, status: Status) -> tuple[str, Blocks]:
    """Return the ephemeral answer to `/mfa`."""
    return _summary(person, status), [section(f"*{TITLE}*"), *_status(person, status)]


def _summary(person: Person, status: Status) -> str:
    if person.suspended:
        return "Your MFA is suspended."
    return "Your MFA is on." if status.factor_id else "Your MFA is off."


def _status(person: Person, status: Status) -> Blocks:
    """Show how things stand, and exactly one of Enable and Disable (suspended: `It was me` instead)."""
    if person.suspended:
        return _suspended(person, status)
    if status.factor_id is None:
        return [*_off(status)]
    return [*_on(status)]


def _suspended(person: Person, status: Status) -> Blocks:
    why = person.suspended_why
    since = f" since {at(person.suspended_at)}" if person.suspended_at else ""
    if status.disputed:
        return [section(f"*Suspended*{since}. No application lets you in. {words.DISPUTED}")]
    if status.awaits_word:
        return _awaiting(status, f"*Suspended*{since}. No application lets you in.")
    if status.factor_id is None:
        need = "There is no factor that could prove it is you: ask your helpdesk to release you."
        return [section(f"*Suspended*{since}. No application lets you in. {need}")]
    if status.release_offered:
        need = "Your helpdesk has released you: one current code ends this."
    elif why is SuspendedWhy.DEACTIVATED:
        need = "Your Slack account was deactivated and is back. One current code ends this."
    else:
        need = "If it was you after all, a current code and a recovery code end this. If not, ask your helpdesk."
    return [
        section(f"*Suspended*{since}. No application lets you in. {need}"),
        actions(button(ids.WAS_ME, "It was me")),
    ]


def _awaiting(status: Status, stands: str) -> Blocks:
    """Show the way out after a reset that left somebody suspended: the one enrollment that they may start."""
    if not status.word_live:
        return [section(f"{stands} {words.NO_WORD}")]
    return [section(f"{stands} {words.WITH_WORD}"), *_waiting(status), _enable()]


def _enable() -> Json:
    return actions(button(ids.ENABLE, "Enable Multi-Factor Authentication", style="primary"))


def _waiting(status: Status) -> Blocks:
    if status.pending_until is None:
        return []
    return [context(f"A QR code waits for you in the Messages tab, until {at(status.pending_until)}.")]


def _off(status: Status) -> Blocks:
    off = section(
        "*Off.* You sign in with your password only. With MFA on, applications also ask for a code from your phone."
    )
    return [off, *_waiting(status), _enable()]


def _on(status: Status) -> Blocks:
    since = f" since {at(status.since)}" if status.since else ""
    blocks = [section(f"*On*{since}. Applications ask for a code from your authenticator app.")]
    if status.last_verified_at:
        blocks.append(context(f"Last code accepted {at(status.last_verified_at)}."))
    blocks.append(context(_recovery(status)))
    if status.pending_until is not None:
        until = at(status.pending_until)
        blocks.append(context(f"A QR code for your new authenticator app waits in the Messages tab, until {until}."))
    blocks.append(
        actions(
            button(ids.DISABLE, "Disable Multi-Factor Authentication", style="danger"),
            button(ids.REPLACE, "Replace authenticator"),
            button(ids.RECOVERY_CODES, "Recovery codes"),
        )
    )
    return blocks


def _recovery(status: Status) -> str:
    if not status.codes_saved:
        return (
            "You have not said yet that you saved your recovery codes. "
            "If you did not see them, press “Recovery codes” for new ones."
        )
    few = " Press “Recovery codes” for new ones." if status.codes_left <= RECOVERY_FEW else ""
    return f"Recovery codes left: {status.codes_left}.{few}"
