"""Metadata filters of a list: `meta.<path>[<operator>]=<value>`, all of which must hold (catalogue §2.5).

    meta.status[eq]=active              a text; `eq:string` says the same, `eq:number` and `eq:boolean` others
    meta.region.name[in]=eu|us          one of several; `in:string` says the same, `in:number` numbers
    meta.priority[gte:number]=2         an order, of numbers only: `gt`, `gte`, `lt`, `lte`

What cannot be read is refused: a filter that is not understood must never show everything.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import QueryDict

from apps.api.refusals import BadPart
from apps.images.conditions import KEY_PATTERN, MAX_LEVELS, Comparison, Condition, Scalar

MAX_CONDITIONS = 5
MAX_VALUES = 10
_MEANT = re.compile(r"meta(?=[.\[]|\Z)")
_NAME = re.compile(rf"meta(?P<path>(?:\.{KEY_PATTERN})+)\[(?P<operator>[a-z:]+)\]", re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,40}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)

# What the document says of the parameters: their names, as a pattern of JSON Schema.
FILTERS: dict[str, Any] = {
    "type": "object",
    "patternProperties": {
        r"^meta(\.[A-Za-z0-9_]{1,100}){1,5}\[(eq(:string|:number|:boolean)?|in(:string|:number)?"
        r"|(gt|gte|lt|lte)(:number)?)\]$": {"type": "string"}
    },
    "additionalProperties": False,
    "maxProperties": MAX_CONDITIONS,
    "examples": [{"meta.album[eq]": "fruit", "meta.priority[gte:number]": "2"}],
}


def _read_number(text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise ValueError("must be a number")
    value = int(text) if _WHOLE.fullmatch(text) else float(text)
    if math.isinf(value):
        raise ValueError("must be a smaller number")
    return value


def _read_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("must be true or false")
    return text == "true"


def _read_text(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain the NUL character")
    return text


_READERS: dict[str, Callable[[str], Scalar]] = {
    "string": _read_text,
    "number": _read_number,
    "boolean": _read_boolean,
}
_ORDERS = {
    "gt": Comparison.GREATER,
    "gte": Comparison.GREATER_OR_EQUAL,
    "lt": Comparison.LESS,
    "lte": Comparison.LESS_OR_EQUAL,
}
# Operator: its types, of which the first goes without saying.
_TYPES = {"eq": ("string", "number", "boolean"), "in": ("string", "number")} | dict.fromkeys(
    _ORDERS, ("number",)
)


def read_conditions(query: QueryDict) -> tuple[Condition, ...]:
    """Return the conditions a query string sets on metadata; raises BadPart naming the parameter."""
    return _read((name, str(text)) for name, texts in query.lists() for text in texts)


def read_object(filters: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return the conditions a JSON object sets, by the names and texts of a query; raises BadPart."""
    meant = {name: value for name, value in filters.items() if is_condition(name)}
    for name, value in meant.items():
        if not isinstance(value, str):
            raise BadPart(name, "must be a text, written as in the query of a list")
    return _read(meant.items())


def is_condition(name: str) -> bool:
    """Whether a name is meant for a condition on metadata, right or wrong."""
    return _MEANT.match(name) is not None


def _read(pairs: Iterable[tuple[str, str]]) -> tuple[Condition, ...]:
    conditions = tuple(_read_one(name, text) for name, text in pairs if is_condition(name))
    if len(conditions) > MAX_CONDITIONS:
        raise BadPart("meta", f"may be filtered by at most {MAX_CONDITIONS} conditions")
    return conditions


def _read_one(name: str, text: str) -> Condition:
    written = _NAME.fullmatch(name)
    if written is None:
        raise BadPart(name, "is no filter: write meta.<letters, digits, underscores>[<operator>]")
    path = tuple(written["path"].split(".")[1:])
    if len(path) > MAX_LEVELS:
        raise BadPart(name, f"goes deeper than {MAX_LEVELS} levels")
    operator, _, kind = written["operator"].partition(":")
    kinds = _TYPES.get(operator, ())
    if not kinds or (kind or kinds[0]) not in kinds or written["operator"].endswith(":"):
        raise BadPart(name, "has an operator that is not offered")
    texts = text.split("|") if operator == "in" else [text]
    if len(texts) > MAX_VALUES:
        raise BadPart(name, f"may name at most {MAX_VALUES} values")
    try:
        values = tuple(_READERS[kind or kinds[0]](one) for one in texts)
    except ValueError as error:
        raise BadPart(name, str(error)) from error
    return Condition(path, _ORDERS.get(operator, Comparison.EQUAL), values)
