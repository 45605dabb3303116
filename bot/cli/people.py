"""`mfabot people`: who is known."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.asking import Reason, SlackId, Team, ask, why_not
from bot.cli.say import AsJson, done, host, refuse, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.core.managers import BadLine

app = typer.Typer(help="The people of the workspace.", no_args_is_help=True)


@app.command()
def sync(as_json: AsJson = False) -> None:
    """Compare everybody with Slack's list: take in who is new, deactivate who left. Cut off, it goes on when run again.

    A worker does so every night.
    """
    from bot.cli.sync import Show, run
    from bot.core.faults import DatabaseAway
    from bot.settings import Settings
    from handlers.outgoing import Later
    from storage.pool import DatabaseFault

    found, _ = settings(Settings)
    with Show(quiet=as_json) as show:
        try:
            synced = asyncio.run(run(found, show))
        except Later as later:
            refuse(
                f"Slack does not answer, or refuses ({later.why}), after {show.read} people. Run it again, it goes on."
            )
        except DatabaseAway as away:
            refuse(f"The database cannot be reached, or is not migrated ({away}). Run it again, it goes on.")
        except DatabaseFault as fault:
            refuse(f"The database refused ({fault}).")
    if synced is None:
        refuse("Another sync is at work: by somebody else on a host, or by a worker, as every night.")
    counts = synced.counts
    told: dict[str, object] = {
        "listed": counts.listed,
        "taken_in": counts.taken_in,
        "changed": counts.changed,
        "deactivated": counts.deactivated,
        "went_on": bool(show.began_at),
        "believed": synced.believed,
    }
    said = f"{counts.taken_in} were taken in, {counts.changed} changed, {counts.deactivated} were deactivated."
    done(f"Slack listed {counts.listed}: {said}", told, as_json=as_json)
    if not synced.believed:
        refuse("That list lacks the bot itself, so it is not believed: whom it does not name stays as they are.")


@app.command()
def manager(
    subject: Annotated[str, typer.Argument(help="Whose manager is set: an id of Slack's.")],
    manager: Annotated[str, typer.Argument(help="Who manages them, and may approve resets of their MFA; or `none`.")],
    team: Team = None,
    as_json: AsJson = False,
) -> None:
    """Say who manages somebody; they and all who manage roles hear of it."""
    from bot.core.managers import BadLine
    from bot.services.managers import Managers
    from bot.services.roles import Changed

    outcome = ask(lambda means: Managers(means).set(subject, manager, team_id=team, by=host()))
    if isinstance(outcome, BadLine):
        refuse(f"That will not do: {_fault(outcome)}.")
    if not isinstance(outcome, Changed):
        refuse(why_not(outcome))
    manager_id = None if manager == "none" else manager
    told: dict[str, object] = {"subject": subject, "manager": manager_id, "changed": outcome is Changed.NOW}
    whose = f"{subject} has no manager" if manager == "none" else f"{subject} is managed by {manager}"
    done(f"{whose} {'now' if outcome is Changed.NOW else 'already'}.", told, as_json=as_json)


@app.command()
def protect(slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """Protect somebody without a role as if they had one: a reset of their MFA needs an approval, and is held.

    They and everybody who manages roles are told.
    """
    _protect(slack_id, reason, team, protected=True, as_json=as_json)


@app.command()
def unprotect(slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """End somebody's protection; they and everybody who manages roles are told."""
    _protect(slack_id, reason, team, protected=False, as_json=as_json)


def _protect(slack_id: str, reason: str, team: str | None, *, protected: bool, as_json: bool) -> None:
    from bot.services.host import Ask
    from bot.services.protection import Protection
    from bot.services.roles import Changed

    wanted = Ask(host(), reason, team)
    if protected:
        outcome = ask(lambda means: Protection(means).protect(slack_id, wanted))
    else:
        outcome = ask(lambda means: Protection(means).unprotect(slack_id, wanted))
    if not isinstance(outcome, Changed):
        refuse(why_not(outcome))
    changed = outcome is Changed.NOW
    told: dict[str, object] = {"slack_id": slack_id, "protected": protected, "changed": changed}
    is_protected = "is protected" if protected else "is not protected"
    done(f"{slack_id} {is_protected} {'now' if changed else 'already'}.", told, as_json=as_json)


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="slack_id,manager_slack_id")],
    team: Team = None,
    as_json: AsJson = False,
) -> None:
    """Say who manages whom, by a CSV file: all of it, or nothing where a line will not do."""
    from bot.core.host import HostRefusal
    from bot.services.managers import Imported, Managers

    content = file.read_bytes()
    with _bar(quiet=as_json) as advance:
        outcome = ask(
            lambda means: Managers(means).take(content, team_id=team, by=host(), advance=advance), statement_s=120.0
        )
    if isinstance(outcome, HostRefusal):
        refuse(why_not(outcome))
    if not isinstance(outcome, Imported):
        _refuse_lines(file, outcome, as_json=as_json)
    told: dict[str, object] = {"lines": outcome.lines, "changed": outcome.changed}
    done(f"Read {outcome.lines} lines; {outcome.changed} people have another manager now.", told, as_json=as_json)


def _refuse_lines(file: Path, bad: Sequence[BadLine], *, as_json: bool) -> NoReturn:
    faults = [{"line": one.number, "fault": one.fault.value, "about": one.about} for one in bad]
    if as_json:
        done("", {"imported": False, "faults": faults}, as_json=True)
    refuse(*(f"{file.name}:{one.number}: {_fault(one)}" for one in bad), "Nothing was imported.")


def _fault(bad: BadLine) -> str:
    from bot.cli.refusals import LINES

    return LINES[bad.fault].format(about=bad.about)


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show how far long work has got, to who looks; the function that is given hears it."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=quiet, transient=True) as progress:
        task = progress.add_task("changes", total=None)
        yield lambda count, total: progress.update(task, completed=count, total=total)
