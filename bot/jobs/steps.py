"""The named steps of a job: where a worker may die, and the next has to go on."""

from __future__ import annotations

from collections.abc import Callable

Reached = Callable[[str], None]
"""Told the name of each step that was reached. The product passes one that does nothing; tests let the process die."""


def nothing(_step: str) -> None:
    """Do nothing at a step: what the product does."""
