"""A condition on metadata, as a list asks for it: a path, a comparison and values (catalogue §2.5).

Equality is containment, which the index on metadata answers. Order has no index: it is checked row by row
along the newest-first index, from which a list takes no more rows than its page needs.
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


class MetadataMatches(Func):
    """Whether a jsonpath finds anything; what has another shape is no match and no error."""

    function = "jsonb_path_exists"
    template = "%(function)s(%(expressions)s::jsonpath, '{}', true)"
    output_field = BooleanField()
