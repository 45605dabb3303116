"""The command line, `mfabot` (in a checkout: `python -m bot`), a file a group of commands.

What a command needs it imports when it runs. Exit codes: 0, 1 (said no, nothing changed), 2 (usage), 3 (not known).
"""

from __future__ import annotations

import typer

from bot.cli import apps, audit, break_glass, keys, people, roles, run

app = typer.Typer(
    name="mfabot",
    help="Multi-factor authentication for a company's own applications, run from Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it would print values
)


@app.callback()
def first() -> None:
    """Configure the logs, whatever the command: it speaks for itself, and `serve` sets its own level."""
    from bot import logs

    logs.configure("ERROR")


app.command()(run.serve)
app.command()(run.worker)
app.command()(run.sandbox)
app.command()(run.migrate)
app.command()(run.doctor)
app.add_typer(keys.app, name="keys")
app.add_typer(apps.app, name="apps")
app.add_typer(people.app, name="people")
app.add_typer(audit.app, name="audit")
app.add_typer(roles.app, name="roles")
app.add_typer(break_glass.app, name="break-glass")
