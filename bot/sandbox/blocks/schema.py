"""schema.json as functions: what is wrong with a block or view, in sentences that name the place."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
from fastjsonschema import JsonSchemaValueException, JsonSchemaValuesException

Schema = dict[str, Any]
Sentence = Callable[[str, JsonSchemaValueException], str]

FILE = Path(__file__).with_name("schema.json")


def faults(definition: str, value: object, place: str) -> Iterator[str]:
    """Yield a sentence for each way in which *value*, found at *place*, is no *definition* of schema.json."""
    try:
        _validator(definition)(value)
    except JsonSchemaValuesException as error:
        for fault in error.errors:
            yield _sentence(place, fault)


def block_count(surface: str) -> int:
    """Return how many blocks go onto *surface* at most."""
    return int(_schema()["blockCounts"][surface])


def surfaces_of_block(kind: str) -> list[str] | None:
    """Return the surfaces that take blocks of the type *kind*; None for an unknown one."""
    surfaces: list[str] | None = _schema()["blockSurfaces"].get(kind)
    return surfaces


def surfaces_of_element(kind: str) -> list[str] | None:
    """Return the surfaces that take elements of the type *kind*; None for those at home on each."""
    surfaces: list[str] | None = _schema()["elementSurfaces"].get(kind)
    return surfaces


def size(view: Mapping[str, object]) -> int:
    """Return the bytes of *view* as compact JSON."""
    return len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())


@cache
def _schema() -> Schema:
    schema: Schema = json.loads(FILE.read_text(encoding="utf-8"))
    for view in ("ModalView", "HomeView"):
        # The blocks are checked one by one, and the validator of a view is a hundred times smaller without them.
        schema["definitions"][view]["properties"]["blocks"] = {}
    return schema


@cache
def _validator(definition: str) -> Callable[[object], object]:
    schema = {"definitions": _schema()["definitions"], "$ref": f"#/definitions/{definition}"}
    return fastjsonschema.compile(schema, use_default=False, use_formats=False, fast_fail=False)


def _sentence(place: str, fault: JsonSchemaValueException) -> str:
    where = (place + (fault.name or "").removeprefix("data")).removeprefix(".") or "the view"
    say = _SENTENCES.get(fault.rule or "")
    return say(where, fault) if say else f"{where} breaks the rule {fault.rule}"


def _missing(where: str, fault: JsonSchemaValueException) -> str:
    return f"{where} lacks {_listed(name for name in fault.rule_definition if name not in fault.value)}"


def _unknown(where: str, fault: JsonSchemaValueException) -> str:
    known = fault.definition["properties"]
    return f"{where} has the unknown key {_listed(key for key in fault.value if key not in known)}"


def _choice(where: str, fault: JsonSchemaValueException) -> str:
    return f"{where} is {_shown(fault.value)}; it must be one of {_listed(fault.rule_definition)}"


def _alternatives(fault: JsonSchemaValueException) -> str:
    return " or ".join(_listed(branch["required"], " and ") for branch in fault.rule_definition)


def _listed(names: Iterator[Any] | list[Any], by: str = ", ") -> str:
    return by.join(f"`{name}`" for name in names)


def _shown(value: object) -> str:
    """Return a short constant as it is; whatever could be somebody's text only by its type."""
    return f"`{value}`" if isinstance(value, str) and value.replace("_", "").isalpha() else f"a {type(value).__name__}"


_JSON_NAMES = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
}

_SENTENCES: dict[str, Sentence] = {
    "type": lambda at, fault: f"{at} must be {_JSON_NAMES.get(fault.rule_definition, f'a {fault.rule_definition}')}",
    "required": _missing,
    "additionalProperties": _unknown,
    "enum": _choice,
    "const": lambda at, fault: f"{at} is {_shown(fault.value)}; it must be `{fault.rule_definition}`",
    "minLength": lambda at, _: f"{at} is empty",
    "maxLength": lambda at, fault: (
        f"{at} has {len(fault.value)} characters; at most {fault.rule_definition} are allowed"
    ),
    "minItems": lambda at, fault: f"{at} has {len(fault.value)} items; at least {fault.rule_definition} are needed",
    "maxItems": lambda at, fault: f"{at} has {len(fault.value)} items; at most {fault.rule_definition} are allowed",
    "minimum": lambda at, fault: f"{at} is {fault.value}; at least {fault.rule_definition} is needed",
    "maximum": lambda at, fault: f"{at} is {fault.value}; at most {fault.rule_definition} is allowed",
    "uniqueItems": lambda at, _: f"{at} names something twice",
    "oneOf": lambda at, fault: f"{at} needs exactly one of {_alternatives(fault)}",
    "anyOf": lambda at, fault: f"{at} needs {_alternatives(fault)}",
}
