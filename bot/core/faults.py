"""Faults that the layers above tell apart; an expected "no" is a value and stands in no place like this."""

from __future__ import annotations


class DatabaseAway(Exception):  # noqa: N818  reads as what happened
    """The database did not answer in time, or refused: nothing can be said or done now, and nothing was done.

    It carries the SQLSTATE, or the driver's exception by name, and never a value (K4).
    """


class AnswerLost(DatabaseAway):
    """The commit was sent and its answer never came: all of the transaction was done, or nothing of it (R2)."""


class ClockOff(DatabaseAway):
    """This process's clock and the database's are too far apart, so that no code can be checked: nothing was done."""
