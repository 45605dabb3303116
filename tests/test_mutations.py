"""What `make mutants` puts into a file, and what it leaves alone."""

import ast

import pytest

from tests.support.mutations import mutants


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("x = a < b", [("a < b", "(a <= b)")]),
        ("x = a < b <= c", [("a < b <= c", "(a <= b <= c)"), ("a < b <= c", "(a < b < c)")]),
        ("x = a is not None", [("a is not None", "(a is None)")]),
        ("x = a and b", [("a and b", "(a or b)")]),
        ("x = not a", [("not a", "(a)")]),
        ("x = a - b", [("a - b", "(a + b)")]),
        ("x = 5", [("5", "(5 + 1)")]),
        ("x = True", [("True", "False")]),
        ("x = 'a'", [("'a'", "'XXa'")]),
        ("x = [a for a in b if a]", [("a", "True")]),
        ("def f():\n    return a", [("a", "None")]),
        ("def f():\n    '''What.'''\n    g()", [("g()", "pass")]),
        ("if a:\n    b()", [("a", "(not (a))"), ("b()", "pass")]),
        ("for a in b:\n    continue", [("continue", "break")]),
        (
            "x = '''\nSELECT a FROM t\n WHERE b = $1 AND c > $2\n FOR UPDATE\n'''",
            [
                ("AND", "OR"),
                ("=", "<>"),
                (">", ">="),
                ("FOR UPDATE", "(nothing)"),
            ],
        ),
    ],
)
def test_each_kind_of_defect_is_put_in(source: str, changes: list[tuple[str, str]]) -> None:
    made = list(mutants(source))

    assert [(one.was, one.became) for one in made] == changes
    assert all(ast.dump(ast.parse(one.source)) != ast.dump(ast.parse(source)) for one in made)


@pytest.mark.parametrize(
    "source",
    [
        "'''What this is.'''",
        "import a",
        "x: 'int'",
        "def f(a: 'int') -> 'str':\n    return None",
        "@d(True)\nclass A:\n    pass",
        "raise E('words')",
        "x = f'{a} and {b == 1}'",
        "if TYPE_CHECKING:\n    x = 5",
    ],
)
def test_what_a_test_cannot_or_need_not_see_is_left_alone(source: str) -> None:
    assert list(mutants(source)) == []


def test_a_letter_of_several_bytes_moves_nothing() -> None:
    [one] = mutants("x = ä < b  # ö")

    assert one.source == "x = (ä <= b)  # ö"


def test_what_runs_at_import_is_told_from_what_runs_later() -> None:
    made = list(mutants("LIMIT = 5\n\ndef f(a=6):\n    return 7"))

    assert [(one.was, one.at_import) for one in made] == [("5", True), ("6", True), ("7", False), ("7", False)]
