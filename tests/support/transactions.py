"""Which methods of the services open a transaction, read from their source: no list that somebody has to keep up."""

import ast
from collections.abc import Iterator
from pathlib import Path

SERVICES = Path(__file__).resolve().parents[2] / "bot/services"


def opening_transactions() -> set[str]:
    """Return the public methods, as `Class.method`, that open a transaction by themselves or by others of the class."""
    found: set[str] = set()
    for path in sorted(SERVICES.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{name}" for name in _of_class(node) if not name.startswith("_")}
    return found


def _of_class(node: ast.ClassDef) -> set[str]:
    methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    opening = {name for name, method in methods.items() if "transaction" in _called(method)}
    while more := {name for name, method in methods.items() if opening & set(_own(method))} - opening:
        opening |= more
    return opening


def _called(method: ast.AST) -> Iterator[str]:
    for node in ast.walk(method):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def _own(method: ast.AST) -> Iterator[str]:
    """Return what a method names of its own object."""
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node.attr
