"""How `mfabot people sync` works, and shows how far it has come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Self

import typer

from bot.cli.say import host

if TYPE_CHECKING:
    from types import TracebackType

    from bot.core.sync import Sync
    from bot.settings import Settings
    from handlers.outgoing import Later

TRIES: Final = 5
"""How often Slack may say "later" in a row before somebody is told to come again."""
LINE_EVERY: Final = 2000
"""People between two lines, where nobody looks at a terminal."""


class Show:
    """A bar on a terminal, lines elsewhere, nothing where *quiet*; all of it on the standard error."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("people"), TimeRemainingColumn())
        self._lines = not quiet and not console.is_terminal
        self._progress = Progress(*columns, console=console, disable=quiet or self._lines, transient=True)
        self._task = self._progress.add_task("people", total=None)
        self.began_at: int | None = None
        """How many had been read when this run began: more than none where it went on."""
        self.read = 0

    def __enter__(self) -> Self:
        """Begin to show."""
        self._progress.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._progress.stop()

    def seen(self, sync: Sync) -> None:
        """Show how far it has come; Slack does not say how many there are, so the last sync's number stands for it."""
        read = sync.counts.listed
        if self.began_at is None:
            self.began_at = read
            if read:
                self._say(f"Going on after {read} people.")
        elif read // LINE_EVERY > self.read // LINE_EVERY:
            self._say(f"{read} people so far.")
        self.read = read
        self._progress.update(self._task, completed=read, total=max(sync.expected, read) if sync.expected else None)

    def waits(self, seconds: float) -> None:
        """Say that Slack is waited for."""
        self._say(f"Slack wants {seconds:.0f} s of patience.")

    def _say(self, line: str) -> None:
        if self._lines:
            typer.echo(line, err=True)
        elif not self._progress.disable:
            self._progress.console.print(line)


async def run(found: Settings, show: Show) -> Sync | None:
    """Sync, waiting as Slack asks; return the finished sync, or None: another one is at work.

    Raises:
        Later: Slack does not answer, or refuses; the next run goes on from there.
        DatabaseAway: the database does not answer; likewise.
    """
    from bot.app import App
    from bot.jobs.sync import Pace, Syncing
    from handlers.outgoing import Later, Outgoing

    app = App(found, with_jobs=False)
    syncing = Syncing(app.services.syncs, Outgoing(app.clients), pace=Pace(), seen=show.seen)
    tries, read = 0, 0
    try:
        while True:
            try:
                return await syncing.run(by=host())
            except Later as later:
                tries, read = (tries if read == show.read else 0) + 1, show.read
                wait_s = _wait(later, tries)
                if wait_s is None:
                    raise
                show.waits(wait_s)
                await asyncio.sleep(wait_s)
    finally:
        await app.clients.close()
        await app.pool.close()


def _wait(later: Later, tries: int) -> float | None:
    """Return how long to wait before trying again; None: it is for somebody to look at."""
    if tries >= TRIES:
        return None
    if later.after_s is not None:
        return later.after_s
    return float(1 << (tries - 1)) if later.why.startswith("http_5") else None
