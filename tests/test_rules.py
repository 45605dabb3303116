"""docs/rules.md names every rule, and its tests exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| (?P<id>[A-Z]\d+a?) \| (?P<rule>.+?) \| (?P<tests>.+) \|$", re.MULTILINE)
COUNTS = {"S": 13, "C": 10, "E": 8, "A": 14, "X": 7, "K": 8, "V": 4, "R": 7}
RULES = ROW.findall((ROOT / "docs/rules.md").read_text())
DEFECTS = sorted((ROOT / "tests/attacks/defects").glob("[!T]*.patch"))  # T2 and so on are of attacks


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def defined_in(path: str) -> frozenset[str]:
    """Return the names of the tests that a file defines, without importing it."""
    found = ast.walk(ast.parse((ROOT / "tests" / path).read_text()))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_rule_is_on_the_page_once_and_in_order() -> None:
    ids = [rule_id for rule_id, _, _ in RULES]

    numbers = {letter: [int(one[1:].rstrip("a")) for one in ids if one[0] == letter] for letter in COUNTS}
    assert len(ids) == len(set(ids))
    assert list(dict.fromkeys(one[0] for one in ids)) == list(COUNTS)
    assert "C5a" in ids
    for letter, count in COUNTS.items():
        assert set(numbers[letter]) >= set(range(1, count + 1))
        assert numbers[letter] == sorted(numbers[letter])


@pytest.mark.parametrize(("rule_id", "rule", "cell"), RULES, ids=[rule_id for rule_id, _, _ in RULES])
def test_a_rule_has_a_sentence_and_tests_that_exist_or_says_not_yet(rule_id: str, rule: str, cell: str) -> None:
    tests = named(cell)

    assert rule.endswith("."), rule_id
    assert tests or cell == "not yet"
    assert len(tests) == len(set(tests))
    for test in tests:
        path, _, name = test.partition("::")
        assert name in defined_in(path), test


@pytest.mark.parametrize("patch", DEFECTS, ids=lambda patch: patch.stem)
def test_the_tests_that_a_defect_breaks_are_those_of_its_rule(patch: Path) -> None:
    cells = {rule_id: cell for rule_id, _, cell in RULES}

    broken = re.findall(r"^Fails: tests/(\S+)$", patch.read_text(), re.MULTILINE)

    assert set(broken) <= set(named(cells[patch.stem.partition("-")[0]]))
