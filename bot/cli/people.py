"""`mfabot people`: who is known."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.asking import Team, ask, why_not
from bot.cli.say import AsJson, done, host, refuse, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.core.managers import BadLine
    from bot.settings import Settings

app = typer.Typer(help="The people of the workspace.", no_args_is_help=True)


@app.command()
def sync(as_json: AsJson = False) -> None:
    """Take in everybody of the workspace, so that applications get an answer about them before they first come."""
    from bot.core.faults import DatabaseAway
    from bot.settings import Settings
    from storage.pool import DatabaseFault

    found, _ = settings(Settings)
    try:
        seen, saved = asyncio.run(_sync(found, quiet=as_json))
    except DatabaseAway as away:
        refuse(f"The database cannot be reached, or is not migrated ({away}). Run it again, it goes on.")
    except DatabaseFault as fault:
        refuse(f"The database refused ({fault}).")
    told: dict[str, object] = {"seen": seen, "saved": saved}
    done(f"Slack named {seen}; {saved} of them are known now.", told, as_json=as_json)


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


async def _sync(found: Settings, *, quiet: bool) -> tuple[int, int]:
    """Return how many Slack named, and how many of them are known now."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from bot.app import App
    from bot.core.people import profile
    from handlers.people import everybody
    from handlers.slack import OUTAGES

    bot = App(found, with_jobs=False)
    columns = (SpinnerColumn(), TextColumn("{task.completed} people"))
    seen = saved = 0
    try:
        if not await bot.workspace.learn() or bot.workspace.home is None:
            refuse("Slack does not answer or does not accept SLACK_BOT_TOKEN, or the database is away.")
        with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as progress:
            task = progress.add_task("people", total=None)
            async for user in everybody(bot.clients.patient()):
                seen += 1
                saved += await bot.services.people.take_in(profile(user, bot.workspace.home))
                progress.advance(task)
    except OUTAGES as error:
        refuse(f"Slack stopped answering ({type(error).__name__}) after {seen} people. Run it again.")
    finally:
        await bot.clients.close()
        await bot.pool.close()
    return seen, saved
