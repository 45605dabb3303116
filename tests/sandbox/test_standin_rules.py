"""docs/slack-rules.md and the code speak of the same rules."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "slack-rules.md").read_text(encoding="utf-8")


def test_each_rule_on_the_page_is_cited_where_it_is_enforced_and_each_citation_is_on_the_page() -> None:
    sources = (ROOT / "bot" / "sandbox").rglob("*.py")

    cited = {rule for source in sources for rule in re.findall(r"\bSR\d+\b", source.read_text(encoding="utf-8"))}

    assert cited == set(re.findall(r"\bSR\d+\b", PAGE))


def test_the_rules_are_numbered_in_order_and_say_what_they_rest_on() -> None:
    rules = re.findall(r"^- \*\*SR(\d+)\*\* \((documented|seen|stricter|assumed)\) \S", PAGE, re.MULTILINE)

    assert [int(number) for number, _ in rules] == list(range(1, PAGE.count("\n- **SR") + 1))
