"""The README's diagram of a reset request says what the table in the code says."""

import re
from pathlib import Path

from bot.core.resets import TRANSITIONS, State

README = Path(__file__).resolve().parent.parent.parent / "README.md"
DIAGRAM = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
ARROW = re.compile(r"^ +(\w+) --> (\w+)", re.MULTILINE)
ALIAS = re.compile(r'^ +state "([^"]+)" as (\w+)', re.MULTILINE)
ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def test_the_diagram_has_the_transitions_of_the_table_and_every_end_is_explained() -> None:
    text = README.read_text("utf-8")
    (diagram,) = (drawn for drawn in DIAGRAM.findall(text) if "awaiting_approval" in drawn)
    several = {alias: names.split(", ") for names, alias in ALIAS.findall(diagram)}
    drawn = {
        (State(before), State(name)) for before, after in ARROW.findall(diagram) for name in several.get(after, [after])
    }
    explained = {State(name) for name in ROW.findall(text.split("| a request ends as |")[1].split("\n\n")[0])}

    assert drawn == {(before, after) for before, followers in TRANSITIONS.items() for after in followers}
    assert explained == frozenset(State) - frozenset(TRANSITIONS)
