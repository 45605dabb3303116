"""The time limits that a served bot has, which most tests do without: each wait ends before Slack's 3 s do (R3)."""

from pathlib import Path

from bot.app import App
from bot.settings import Settings, load
from bot.timeouts import Timeouts
from handlers import errors, showing
from storage.pool import Pool
from tests.support.database import Database
from tests.support.settings import APP_TOKEN, environment

SLACK_WAITS_S = 3.0


def limits_of(pool: Pool) -> tuple[float, float]:
    return pool._connect_s, pool._statement_s


async def test_what_is_served_has_the_limits_of_the_design(database: Database, tmp_path: Path) -> None:
    app = App(load(Settings, environment(database, tmp_path))[0])
    by_socket = App(load(Settings, environment(database, tmp_path, SLACK_APP_TOKEN=APP_TOKEN))[0])
    calls = app.clients.for_bolt()

    assert Timeouts() == Timeouts(
        connect_s=0.3, statement_s=0.6, gauges_statement_s=1.5, listener_s=2.5, slack_call_s=1.5, confirm_s=1.0
    )
    assert limits_of(app.pool) == limits_of(Pool("")) == (0.3, 0.6)
    assert limits_of(app.gauges._pool) == (0.3, 1.5)
    assert app.edge is not None
    assert app.edge._listener_s == 2.5
    assert by_socket.socket is not None
    assert by_socket.socket._pace.listener_s == 2.5
    assert calls.session is not None
    assert calls.session.timeout.total == 1.5
    assert showing.COURTESY_S == 0.5
    assert Timeouts().listener_s + errors.LAST_WORD_S < SLACK_WAITS_S
    await app.stop()
    await by_socket.stop()
