"""The time of day and randomness, as arguments for everybody else."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time by this process's clock, in UTC."""
    return datetime.now(UTC)
