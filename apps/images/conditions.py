"""A condition on metadata, as a list asks for it: a path, a comparison and values (catalogue §2.5).

Equality is containment, which the index on metadata answers. Order is asked twice: of the numbers kept beside
the metadata, which an index knows, and of the metadata themselves, which are exact.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db.models import BooleanField, F, Func, Q, Value

Scalar = str | int | float | bool

# What a path may consist of.
KEY_PATTERN = "[A-Za-z0-9_]{1,100}"
MAX_LEVELS = 5
# Beyond these, a number is kept as the bound itself, or as 0.
LARGEST, SMALLEST = 1e300, 1e-300


class Comparison(Enum):
    """The value is jsonpath's sign for it; EQUAL takes several values, of which one must hold."""

    EQUAL = "=="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="


@dataclass(frozen=True, slots=True)
class Condition:
    """`path` are keys of letters, digits and underscores; only numbers have an order."""

    path: tuple[str, ...]
    comparison: Comparison
    values: tuple[Scalar, ...]

    def as_json(self) -> list[Any]:
        """Return what `from_json` reads back, to be kept with what will be selected later."""
        return [list(self.path), self.comparison.value, list(self.values)]

    @classmethod
    def from_json(cls, kept: Sequence[Any]) -> Self:
        path, comparison, values = kept
        return cls(tuple(path), Comparison(comparison), tuple(values))

    def as_query(self) -> Q:
        if self.comparison is Comparison.EQUAL:
            return reduce(or_, (Q(metadata__contains=self._nest(value)) for value in self.values))
        return Q(MetadataMatches(F("metadata"), Value(self._as_jsonpath())))

    def as_rough_query(self) -> Q | None:
        """Return what the numbers beside the metadata must meet; None for equality.

        It lets too much through and never too little: a bound is rounded as they are, and taken in.
        """
        if self.comparison is Comparison.EQUAL:
            return None
        is_lower_bound = self.comparison in {Comparison.GREATER, Comparison.GREATER_OR_EQUAL}
        return Q(
            path=".".join(self.path),
            **{f"value__{'gte' if is_lower_bound else 'lte'}": round_number(self.values[0])},
        )

    def _nest(self, value: Scalar) -> dict[str, object]:
        """Return metadata with nothing but this value at this path."""
        *outer, last = self.path
        nested: dict[str, object] = {last: value}
        for key in reversed(outer):
            nested = {key: nested}
        return nested

    def _as_jsonpath(self) -> str:
        """Strict, so that a list is no number because one of its elements is."""
        keys = "".join(f'."{key}"' for key in self.path)
        return f"strict ${keys} ? (@ {self.comparison.value} {json.dumps(self.values[0])})"


def round_number(value: Scalar) -> float:
    """Return what a number of metadata is kept as."""
    number = max(-LARGEST, min(LARGEST, value)) if not isinstance(value, str) else 0
    return 0.0 if abs(number) < SMALLEST else float(number)


class MetadataMatches(Func):
    """Whether a jsonpath finds anything; what has another shape is no match and no error."""

    function = "jsonb_path_exists"
    template = "%(function)s(%(expressions)s::jsonpath, '{}', true)"
    output_field = BooleanField()
