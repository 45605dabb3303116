"""docs/operations: the alerts, the dashboard and the page name metrics that a running bot really has."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.support.bot import serving_bot
from tests.support.database import Database
from tests.support.settings import APP_TOKEN
from tests.support.tools import find_tool

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "operations"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())
ALERTS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
PAGE = (FOLDER / "README.md").read_text()
NAME = re.compile(r"\bmfabot_[a-z_]+\b")
DURATION = re.compile(r"[0-9]+[smh]")
ADDED = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",), "gauge": ("",)}
OF_PROMETHEUS = {"instance", "le"}


def exprs() -> Iterator[str]:
    yield from (alert["expr"] for alert in ALERTS)
    yield from (target["expr"] for panel in PANELS for target in panel.get("targets", ()))


def documented() -> dict[str, set[str]]:
    """Return the metrics in the page's tables, and the labels of each where a table has a column for them."""
    rows = re.findall(r"^\| `(mfabot_\w+)` \|([^|]*)\|", PAGE, re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


async def exposed(database: Database, folder: Path) -> set[str]:
    """Return the names of all series that a bot with Socket Mode may have; not how the library counts itself."""
    async with serving_bot(database, folder, SLACK_APP_TOKEN=APP_TOKEN) as bot, aiohttp.ClientSession() as http:
        answer = await http.get(f"http://{bot.app._listeners[0].address}/metrics")
        text = await answer.text()
    families = [family for family in text_string_to_metric_families(text) if not family.name.endswith("_created")]
    return {family.name + end for family in families for end in ADDED[family.type]}


async def test_every_metric_that_is_used_exists_and_every_one_that_exists_is_explained(
    database: Database, tmp_path: Path
) -> None:
    names = await exposed(database, tmp_path)
    base = {re.sub("_(bucket|sum|count)$", "", name) for name in names}

    assert set(NAME.findall(" ".join(exprs()))) - names == set()
    assert set(NAME.findall(PAGE)) - base == set()
    assert base - documented().keys() == set()


def test_every_label_that_is_used_is_explained() -> None:
    known = documented()

    for expr in exprs():
        used = set(NAME.findall(expr))
        labels = OF_PROMETHEUS.union(*(known[re.sub("_(bucket|sum|count)$", "", name)] for name in used))
        chosen = {label for inside in re.findall(r"\{([^}]*)\}", expr) for label in re.findall(r"(\w+)\s*[=!]", inside)}
        kept = {label for inside in re.findall(r"by \(([^)]*)\)", expr) for label in inside.split(", ")}
        assert chosen | kept <= labels, expr


def test_every_alert_is_whole_and_the_page_says_what_to_do() -> None:
    told = dict(re.findall(r"^### (\w+)\n\n(.+?)(?=\n###|\Z)", PAGE, re.MULTILINE | re.DOTALL))

    assert [alert["alert"] for alert in ALERTS] == list(told)
    for alert in ALERTS:
        assert set(alert) <= {"alert", "expr", "for", "labels", "annotations"}
        assert DURATION.fullmatch(alert.get("for", "1s"))
        assert alert["labels"] in ({"severity": "page"}, {"severity": "ticket"})
        assert set(alert["annotations"]) == {"summary", "runbook"}
        assert alert["annotations"]["runbook"] == f"docs/operations/README.md#{alert['alert'].lower()}"
        assert len(told[alert["alert"]]) > 100


def test_the_dashboard_has_panels_that_say_what_they_show_and_none_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()

    for panel in PANELS:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert place["x"] + place["w"] <= 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells
        if panel["type"] != "row":
            assert panel["description"].endswith("."), panel["title"]
            assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


@pytest.mark.parametrize(
    "arguments",
    [("check", "rules", FOLDER / "alerts.yml"), ("test", "rules", Path(__file__).with_name("alerts_test.yml"))],
    ids=["check", "test"],
)
def test_promtool_takes_the_rules_and_they_alert_when_they_have_to(arguments: tuple[str | Path, ...]) -> None:
    ran = subprocess.run([find_tool("promtool"), *arguments], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_promtool_understands_every_query_of_the_dashboard(tmp_path: Path) -> None:
    queries = [expr.replace("$__rate_interval", "5m").replace("$app", ".*") for expr in exprs()]
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))

    ran = subprocess.run([find_tool("promtool"), "check", "rules", file], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
