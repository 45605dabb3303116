"""`mfabot people`: who is known."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.cli.say import AsJson, done, refuse, settings

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(help="The people of the workspace.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Make `sync` a command of its own, though it is the only one."""


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
