"""The time limits of one process. Tests pass longer ones, unless they test the limits themselves."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.clock_check import MOST_OFFSET_S
from bot.services.gauges import STATEMENT_S as GAUGES_STATEMENT_S
from handlers.edge import LISTENER_S
from handlers.people import CONFIRM_S
from handlers.slack import INTERACTIVE_S
from storage.pool import CONNECT_S, STATEMENT_S


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; the defaults are production's."""

    connect_s: float = CONNECT_S
    """To get a connection to the database."""
    statement_s: float = STATEMENT_S
    """To run one statement."""
    gauges_statement_s: float = GAUGES_STATEMENT_S
    """To run one statement for the metrics."""
    listener_s: float = LISTENER_S
    """To answer a payload of Slack's."""
    slack_call_s: float = INTERACTIVE_S
    """For a call to Slack that a listener waits for."""
    confirm_s: float = CONFIRM_S
    """For Slack to confirm who the people of an action are."""
    clock_offset_s: float = MOST_OFFSET_S
    """By how much this process's clock and the database's may differ."""


TIMEOUTS = Timeouts()
