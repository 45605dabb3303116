"""Small defects of one file, each as its whole source: what `make mutants` runs the tests against.

Changed are comparisons, `and`/`or`/`not`, arithmetic, numbers, texts, conditions, what is returned, calls for their
effect alone, and in SQL the comparisons, conditions, orders and locks. Left alone are docstrings, annotations,
decorators, imports, f-strings, the words of an exception, and what only a type checker reads.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")
IN_SQL = (
    (re.compile(r"\bAND\b"), "OR"),
    (re.compile(r"(?<=\s)=(?=\s)"), "<>"),
    (re.compile(r"(?<=\s)<(?=\s)"), "<="),
    (re.compile(r"(?<=\s)<=(?=\s)"), "<"),
    (re.compile(r"(?<=\s)>(?=\s)"), ">="),
    (re.compile(r"(?<=\s)>=(?=\s)"), ">"),
    (re.compile(r"\bIS NULL\b"), "IS NOT NULL"),
    (re.compile(r"\bIS NOT NULL\b"), "IS NULL"),
    (re.compile(r"\bNOT EXISTS\b"), "EXISTS"),
    (re.compile(r"\bDESC\b"), "ASC"),
    (re.compile(r"\bFOR (NO KEY )?UPDATE\b|\bFOR SHARE\b"), ""),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one small defect."""

    line: int
    was: str
    became: str
    source: str
    at_import: bool = False
    """Whether the line runs when the file is imported."""


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of *source*, in the order of its lines."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tree = ast.parse(source)
    made = [one for node in _nodes(tree) for one in _of(node, source.encode(), starts)]
    later = {line for node in ast.walk(tree) if isinstance(node, FUNCTIONS) for line in _body(node)}
    yield from sorted((replace(one, at_import=one.line not in later) for one in made), key=lambda one: one.line)


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    return range(function.body[0].lineno, (function.end_lineno or 0) + 1)


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that may be changed."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        if name in ("body", "orelse", "finalbody") and isinstance(value, list):
            children = [one for one in value if not _is_docstring(one)]
        else:
            children = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST)]
        for child in children:
            if isinstance(child, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Raise) or _is_for_types(child):
                continue
            yield child
            yield from _nodes(child)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _of(node: ast.AST, source: bytes, starts: list[int]) -> Iterator[Mutant]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
        yield from _of_sql(node, source, starts)
        return
    for at, became in _changes(node):
        begin, end = starts[at.lineno - 1] + at.col_offset, starts[(at.end_lineno or 0) - 1] + (at.end_col_offset or 0)
        yield Mutant(
            at.lineno, source[begin:end].decode(), became, (source[:begin] + became.encode() + source[end:]).decode()
        )


def _of_sql(node: ast.Constant, source: bytes, starts: list[int]) -> Iterator[Mutant]:
    begin = starts[node.lineno - 1] + node.col_offset
    end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
    literal = source[begin:end].decode()
    for pattern, became in IN_SQL:
        for found in pattern.finditer(literal):
            changed = literal[: found.start()] + became + literal[found.end() :]
            line = node.lineno + literal.count("\n", 0, found.start())
            yield Mutant(
                line, found[0], became or "(nothing)", (source[:begin] + changed.encode() + source[end:]).decode()
            )


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield what to replace, and by what."""
    if isinstance(node, ast.expr):
        yield from ((node, became) for became in _other_values(node))
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, ast.Compare):
        yield node.test, f"(not ({ast.unparse(node.test)}))"
    if isinstance(node, ast.comprehension) and node.ifs:
        yield node.ifs[0], "True"
    if isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield node.value, "None"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await):
        yield node, "pass"
    if isinstance(node, ast.Continue):
        yield node, "break"


def _other_values(node: ast.expr) -> Iterator[str]:
    """Yield what an expression becomes."""
    changed = copy.deepcopy(node)
    match changed:
        case ast.Compare(ops=operators):
            for place, operator in enumerate(list(operators)):
                operators[place] = COMPARED[type(operator)]()
                yield f"({ast.unparse(changed)})"
                operators[place] = operator
        case ast.BoolOp(op=joined):
            changed.op = ast.Or() if isinstance(joined, ast.And) else ast.And()
            yield f"({ast.unparse(changed)})"
        case ast.UnaryOp(op=ast.Not()):
            yield f"({ast.unparse(changed.operand)})"
        case ast.BinOp(op=calculated) if type(calculated) in CALCULATED:
            changed.op = CALCULATED[type(calculated)]()
            yield f"({ast.unparse(changed)})"
        case ast.Constant(value=bool() as truth):
            yield str(not truth)
        case ast.Constant(value=int() | float() as number):
            yield f"({number!r} + 1)"
        case ast.Constant(value=str() as text):
            yield repr("XX" + text)
        case _:
            return


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
