"""Counts what attacks try and what holds, and shows it as a table."""

import io
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import logs
from bot.sandbox.slack import StandIn
from tests.support.attacks import PAGE, Row, coming, renewed
from tests.support.bot import serving_bot
from tests.support.database import Database
from tests.support.doubling import Network, network
from tests.support.office import Office
from tests.support.servers import Server, server_of_one_s_own
from tests.support.working import standing_in

Record = Callable[[str, object], None]


@pytest.fixture(autouse=True)
def _attack(request: pytest.FixtureRequest, record_property: Record) -> None:
    """Write into the report of a test which attack it is of."""
    if marker := request.node.get_closest_marker("attack"):
        record_property("attack", marker.args)


@pytest.fixture
def tally(record_property: Record) -> Callable[[int, int], None]:
    """Tell how often something was tried and how often it held, where a test is more than one try."""
    return lambda tried, held: record_property("tally", (tried, held))


@pytest.fixture
def note(record_property: Record) -> Callable[[str], None]:
    """Tell what stands below the table in the terminal."""
    return lambda text: record_property("note", text)


@pytest.fixture
def seen(record_property: Record) -> Callable[[str], None]:
    """Tell a figure that stands behind what was tried."""
    return lambda figure: record_property("seen", figure)


@pytest.fixture
def log(logging_restored: None) -> io.StringIO:  # noqa: ARG001  restores what this configures
    stream = io.StringIO()
    logs.configure("DEBUG", stream=stream)
    return stream


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with standing_in() as standin:
        yield standin


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """Those who help somebody, each with MFA; the manager manages roles, too."""
    async with serving_bot(database, tmp_path) as bot:
        made = Office(bot)
        await made.opens()
        await made.grants("U0MIA", "admin")
        yield made


@pytest_asyncio.fixture
async def between(office: Office) -> AsyncIterator[Network]:
    async with network(office.bot) as made:
        yield made


@pytest.fixture
def own_server(postgres_programs: Path) -> Iterator[Server]:
    """A server whose end is nobody else's."""
    with server_of_one_s_own(postgres_programs) as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up the reports of all attacks, those of other processes too; print the table, and put it on its page."""
    if hasattr(terminalreporter.config, "workerinput"):
        return  # one of several processes: the one that started them has all reports
    rows: dict[tuple[str, str], Row] = {}
    notes: list[str] = []
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            told = dict(getattr(report, "user_properties", ()))  # a file that cannot be read has none
            if "attack" in told:
                attack, what = told["attack"]
                tried, held = told.get("tally", (1, 1))
                row = rows.setdefault((attack, what), Row(attack, what))
                notes += [f"{attack}: {told['note']}"] if "note" in told else []
                row.seen = told.get("seen", row.seen)
                row.tried += tried
                row.held += held if outcome == "passed" else min(held, tried - 1)
    if rows:
        terminalreporter.section("attacks: what, tried, held")
        later = coming(Path(PAGE).read_text()) if PAGE else []
        terminalreporter.write_line("\n".join([*map(str, rows.values()), *later, *notes]))
    if rows and PAGE:
        page = Path(PAGE)
        page.write_text(renewed(page.read_text(), rows.values()))
