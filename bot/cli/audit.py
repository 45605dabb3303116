"""`mfabot audit`: whether it is what was written, and what it says."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import tampering
from bot.cli.asking import Reason, on_a_pool
from bot.cli.say import AsJson, done, host, refuse, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.progress import Progress

    from bot.core.chain import Entry, Head
    from bot.core.resets import ReasonFault
    from storage.pool import Pool

app = typer.Typer(help="The audit: check it, export it.", no_args_is_help=True)
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]

Log = Annotated[
    list[Path] | None,
    typer.Option(help="A log of the bot, to compare with its heads; can be given again.", exists=True, dir_okay=False),
]
Time = Annotated[datetime | None, typer.Option(formats=FORMATS, help="In UTC.")]


@app.command()
def verify(log: Log = None, as_json: AsJson = False) -> None:
    """Check every event against the chain; exits with 1 where somebody tampered with the audit."""
    from bot.services.chain_check import ChainCheck
    from bot.settings import KeyedSettings

    found, _ = settings(KeyedSettings)
    logged = _heads(log or [])
    with _progress(quiet=as_json) as progress:
        seen = _shown(progress)
        report = on_a_pool(
            found.database_url.get_secret_value(),
            lambda pool: ChainCheck(pool, found.keyring).run(logged, seen=seen),
        )
    done(
        tampering.sentences(report, compared=len(logged)),
        tampering.told(report, compared=len(logged)),
        as_json=as_json,
    )
    if report.findings:
        raise typer.Exit(1)


@app.command()
def accept(reason: Reason, log: Log = None, as_json: AsJson = False) -> None:
    """Acknowledge what `verify` finds, as the schema's owner: it is no finding while it stays as it is.

    Events that no genuine link covers are linked, and a head that does not verify is made again, so that the linking
    goes on.
    """
    from bot.cli.refusals import SENTENCES
    from bot.clock import now
    from bot.services.acceptance import Acceptances, Accepted, NotAccepted
    from bot.services.chain_check import ChainCheck, Report
    from bot.settings import KeyedSettings

    found, _ = settings(KeyedSettings)
    logged = _heads(log or [])

    async def check_and_accept(pool: Pool) -> tuple[Report, Accepted | NotAccepted | ReasonFault]:
        report = await ChainCheck(pool, found.keyring).run(logged, seen=seen)
        return report, await Acceptances(pool, found.keyring, now).accept(report, reason=reason, by=host())

    owner = found.owner_database_url or found.database_url
    with _progress(quiet=as_json) as progress:
        seen = _shown(progress)
        report, outcome = on_a_pool(owner.get_secret_value(), check_and_accept)
    if isinstance(outcome, NotAccepted):
        refuse(tampering.NOT_ACCEPTED[outcome.value])
    if not isinstance(outcome, Accepted):
        refuse(SENTENCES[outcome])
    done(
        tampering.acknowledged(report, outcome, compared=len(logged)),
        tampering.told(report, compared=len(logged)) | {"acceptance": outcome.acceptance.number},
        as_json=as_json,
    )


@app.command()
def export(
    person: Annotated[str | None, typer.Argument(help="A Slack id, or a person's number as events have it.")] = None,
    since: Time = None,
    until: Time = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="A table for spreadsheets, instead of JSON Lines.")] = False,
) -> None:
    """Print the events from `--since` to before `--until`, or those in which a person had a part, as JSON Lines."""
    import csv

    from bot.clock import now
    from bot.core.exports import COLUMNS, csv_row, json_line
    from bot.services.exports import ExportRefusal, Exports, Wanted
    from bot.settings import DatabaseSettings

    found, _ = settings(DatabaseSettings)
    wanted = Wanted(_utc(since), _utc(until), person)
    table = csv.writer(sys.stdout)
    with _progress(quiet=False) as progress:
        task = progress.add_task("events", total=None)

        def take(entries: Sequence[Entry]) -> None:
            if as_csv and not progress.tasks[task].completed:
                table.writerow(COLUMNS)
            if as_csv:
                table.writerows(csv_row(entry) for entry in entries)
            else:
                sys.stdout.writelines(f"{json_line(entry)}\n" for entry in entries)
            progress.advance(task, len(entries))

        written = on_a_pool(
            found.database_url.get_secret_value(), lambda pool: Exports(pool, now).write(wanted, by=host(), take=take)
        )
    if written is ExportRefusal.UNKNOWN_USER:
        refuse(f"Nobody is known as {person}.")
    if as_csv and not written:
        table.writerow(COLUMNS)
    typer.echo(f"{written} events.", err=True)


def _heads(logs: list[Path]) -> list[Head]:
    """Return the heads that the logs tell; other lines are passed over."""
    from bot.core.chain import read_head

    heads = []
    for log in logs:
        with log.open(encoding="utf-8", errors="replace") as lines:
            heads += [head for line in lines if (head := read_head(line)) is not None]
    if logs and not heads:
        refuse("No line of that log tells a head of the audit: there is nothing to compare with.")
    return heads


def _shown(progress: Progress) -> Callable[[int, int], None]:
    """Return what a check tells how many events it has read, and of how many."""
    task = progress.add_task("events", total=None)
    return lambda read, total: progress.update(task, completed=read, total=total)


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


def _progress(*, quiet: bool) -> Progress:
    """Return a bar on the standard error, which goes when all is done and shows on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("events"), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True)
