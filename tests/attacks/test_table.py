"""The page of `make attacks` is renewed attack by attack, and names a defect that each of its attacks fails on."""

import re
from pathlib import Path

import pytest

from tests.support.attacks import Row, coming, renewed

ATTACKS = Path(__file__).parent
PAGE = (ATTACKS.parent.parent / "docs/attacks.md").read_text()
SEEN_TO_FAIL = re.findall(r"^\| ([A-Z]\d+[a-z]?) \| `(\S+)` \| (.+) \|$", PAGE, re.MULTILINE)
HEAD = "# Attacks\n\n| id | what | tried | held |\n|---|---|--:|--:|\n"


def test_the_lines_of_what_ran_are_renewed_and_the_others_stay_in_order() -> None:
    ran = [Row("T14", "restart", 8, 8), Row("T4b", "replace", 1, 1), Row("T2", "old", 1, 1), Row("T2", "guess", 50, 50)]
    empty = renewed(HEAD, ran)

    lines = [line.split(" | ")[:2] for line in empty.removeprefix(HEAD).splitlines()]
    assert lines == [["| T2", "guess"], ["| T2", "old"], ["| T4b", "replace"], ["| T14", "restart"]]
    again = renewed(empty, [Row("T2", "guess", 10, 9)]).removeprefix(HEAD)
    assert again == "| T2 | guess | 10 | 9 |\n| T4b | replace | 1 | 1 |\n| T14 | restart | 8 | 8 |\n"


def test_a_figure_stands_behind_what_was_tried() -> None:
    assert str(Row("T15", "guess", 2_000, 1_990, seen="139 ms")) == "| T15 | guess (139 ms) | 2,000 | 1,990 |"


def test_what_is_coming_is_on_the_page_until_it_runs() -> None:
    lines = coming(PAGE)

    assert [line.split()[1] for line in lines] == ["T18", "T20"]
    assert coming(renewed(PAGE, [Row("T18", "rotate", 1, 1)])) == lines[1:]


@pytest.mark.parametrize(("attack", "patch", "broken"), SEEN_TO_FAIL, ids=[row[0] for row in SEEN_TO_FAIL])
def test_the_defect_that_an_attack_fails_on_names_one_of_its_tests(attack: str, patch: str, broken: str) -> None:
    text = (ATTACKS / "defects" / patch).read_text()

    files = re.findall(r"^Fails: tests/attacks/(attack_\w+\.py)::", text, re.MULTILINE)

    assert text.startswith(f"Rule: {patch.removesuffix('.patch').partition('-')[0]}. {broken}\n")
    assert [file for file in files if f'attack("{attack}", ' in (ATTACKS / file).read_text()]


def test_every_attack_on_codes_resets_and_the_audit_is_seen_to_fail() -> None:
    seen = list(dict.fromkeys(attack for attack, _, _ in SEEN_TO_FAIL))
    assert seen == [
        "T1",
        "T2",
        "T3",
        "T4",
        "T4b",
        "T5",
        "T6",
        "T7",
        "T8",
        "T9",
        "T10",
        "T11",
        "T12",
        "T13",
        "T15",
        "T16",
        "T17",
        "T19",
        "T21",
        "T22",
        "T23",
        "C2",
        "S13",
        "V2",
        "X1",
        "X8",
    ]
