"""Time limits for a bot in tests: production's are too short on a busy machine, except for tests of the limits."""

from dataclasses import replace
from math import inf

import pytest

from bot.timeouts import TIMEOUTS, Timeouts
from storage.pool import Pool

LONG_S = 20.0
LONG = Timeouts(
    connect_s=LONG_S,
    statement_s=LONG_S,
    gauges_statement_s=LONG_S,
    listener_s=2 * LONG_S,
    slack_call_s=LONG_S,
    confirm_s=LONG_S,
)
DATABASE_SILENT = replace(
    LONG, connect_s=TIMEOUTS.connect_s, statement_s=TIMEOUTS.statement_s, gauges_statement_s=TIMEOUTS.gauges_statement_s
)
"""Production's where the database is silent: something is to be said about it in time."""
GAUGES_SHORT = replace(LONG, gauges_statement_s=TIMEOUTS.gauges_statement_s)
"""Production's where what is read for the metrics takes too long."""
SLACK_SILENT = replace(LONG, slack_call_s=TIMEOUTS.slack_call_s, confirm_s=TIMEOUTS.confirm_s)
"""Production's where Slack is silent."""

troubles = ["rate_limit", "status", "reset", pytest.param("hang", marks=pytest.mark.timeouts(SLACK_SILENT))]
"""What a call to Slack may meet, for the fixture `bot`."""


def any_clock(timeouts: Timeouts = TIMEOUTS) -> Timeouts:
    """Return the limits of a bot whose clock is the test's, which is never the database's."""
    return replace(timeouts, clock_offset_s=inf)


def patient_pool(dsn: str) -> Pool:
    """Return a pool for a test that is about something else than how long it waits."""
    return Pool(dsn, connect_s=LONG_S, statement_s=LONG_S)
