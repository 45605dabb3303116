"""`mfabot break-glass`: for when there is nobody left in Slack who may. All of it is loud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.asking import Reason, SlackId, Team, ask, why_not
from bot.cli.say import AsJson, done, host, refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.resets import ReasonFault
    from bot.services.break_glass import Done, Glass

app = typer.Typer(
    help="For when nobody in Slack may. All of it is audited, and told to the person and to all who manage roles.",
    no_args_is_help=True,
)


@app.command()
def reset(slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """Disable somebody's MFA at once, without approval or hold; their rights sleep until they are woken."""
    from bot.services.host import Ask

    word = _break(lambda glass: glass.reset(slack_id, Ask(host(), reason, team)), keyed=True)
    sentence = f"The MFA of {slack_id} is off. They enroll anew in Slack."
    told: dict[str, object] = {"reset": slack_id}
    if word is not None:
        sentence, told = f"The MFA of {slack_id} is off. {_spoken(word)}", {**told, "word": word}
    done(sentence, told, as_json=as_json)


@app.command()
def unlock(slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """End the lock and every wait of somebody's codes; what was counted stays counted."""
    from bot.services.host import Ask

    _break(lambda glass: glass.unlock(slack_id, Ask(host(), reason, team)))
    sentence = f"The codes of {slack_id} are unlocked. More wrong codes make them wait again."
    done(sentence, {"unlocked": slack_id}, as_json=as_json)


@app.command()
def release(slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """End somebody's suspension. After a reset that left them suspended: print a new word for their enrollment."""
    from bot.services.host import Ask

    word = _break(lambda glass: glass.release(slack_id, Ask(host(), reason, team)), keyed=True)
    if word is None:
        done(f"{slack_id} can sign in again.", {"released": slack_id}, as_json=as_json)
    else:
        done(f"{slack_id} stays suspended. {_spoken(word)}", {"suspended": slack_id, "word": word}, as_json=as_json)


@app.command()
def wake(slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """Make rights count again that sleep since their holder's MFA was off, once it is on again."""
    from bot.services.host import Ask

    _break(lambda glass: glass.wake(slack_id, Ask(host(), reason, team)))
    done(f"The rights of {slack_id} count again.", {"woken": slack_id}, as_json=as_json)


@app.command(name="lift-lockdown")
def lift_lockdown(reason: Reason, as_json: AsJson = False) -> None:
    """End a lockdown, whoever started it."""
    from bot.services.host import Ask

    _break(lambda glass: glass.lift_lockdown(Ask(host(), reason)))
    done("The lockdown is over.", {"lifted": True}, as_json=as_json)


def _break(act: Callable[[Glass], Awaitable[Done | ReasonFault]], *, keyed: bool = False) -> str | None:
    """Do it, or say why not; return the word where one was made."""
    from bot.services.break_glass import Glass
    from bot.services.helpdesk import NewWord

    outcome = ask(lambda means: act(Glass(means)), keyed=keyed)
    if isinstance(outcome, NewWord):
        return outcome.word
    if outcome is not None:
        refuse(why_not(outcome))
    return None


def _spoken(word: str) -> str:
    return (
        f"Word for their next enrollment, shown this once: {word}\n"
        "Call them on a number that you know, and read it out. Never write it in a message."
    )
