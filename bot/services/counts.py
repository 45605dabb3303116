"""What the services tell whoever counts: a passed-in object, so that nothing below the app knows Prometheus.

No argument is the id of a person or anything typed: each becomes a label.
"""

from __future__ import annotations

from typing import Protocol


class Counts(Protocol):
    """Where it is counted."""

    def verification(self, *, app: str, result: str, seconds: float | None = None) -> None:
        """Count an answer about a code; *app* is the application's name, or `slack`, where no time is told."""

    def throttle(self, *, app: str, change: str) -> None:
        """Count that a wait or a lock began or ended."""

    def batch(self, size: int) -> None:
        """Count a transaction that judged *size* codes at once."""

    def job(self, *, name: str, outcome: str, seconds: float) -> None:
        """Count a run of a job: `done`, `again`, `away`, `cut off`, `failed` or `held`."""


class Uncounted:
    """Counts nothing: for the command line, which nobody scrapes."""

    def verification(self, *, app: str, result: str, seconds: float | None = None) -> None:
        """Do nothing."""

    def throttle(self, *, app: str, change: str) -> None:
        """Do nothing."""

    def batch(self, size: int) -> None:
        """Do nothing."""

    def job(self, *, name: str, outcome: str, seconds: float) -> None:
        """Do nothing."""
