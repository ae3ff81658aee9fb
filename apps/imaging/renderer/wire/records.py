"""Records: flat dataclasses as JSON objects, and back with every field's type and range checked."""

from __future__ import annotations

import functools
import types
import typing
from dataclasses import fields
from enum import Enum
from typing import Any, TypeVar

from apps.imaging.renderer.wire.frames import WireError

MAX_INTEGER = 2**40
MAX_TEXT = 200

Record = TypeVar("Record")


def write_record(record: Any) -> dict[str, Any]:
    """Return the dataclass' fields as JSON values; an enum goes by its value."""
    values = {entry.name: getattr(record, entry.name) for entry in fields(record)}
    return {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}


def read_record(kind: type[Record], source: object) -> Record:
    """Return the dataclass an object stands for.

    Raises WireError for a missing or unknown field, a wrong type, or a number outside 0 to 2**40.
    """
    hints = _read_hints(typing.cast("type", kind))
    names = [entry.name for entry in fields(kind)]  # type: ignore[arg-type]  # any dataclass; a TypeVar cannot say so
    if not isinstance(source, dict) or set(source) != set(names):
        raise WireError(f"that is no {kind.__name__}")
    try:
        return kind(**{name: read_value(hints[name], source[name]) for name in names})
    except ValueError as error:
        raise WireError(f"that is no {kind.__name__}: {error}") from error


@functools.cache  # 0.1 ms of a request otherwise
def _read_hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def read_value(hint: Any, value: object) -> Any:
    """Return one field's value. Raises WireError when it does not fit its type."""
    if isinstance(hint, types.UnionType):
        return (
            None
            if value is None
            else read_value(next(a for a in hint.__args__ if a is not types.NoneType), value)
        )
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(read_text(value))
    if hint is bool and isinstance(value, bool):
        return value
    if hint is int:
        return read_integer(value)
    if hint is str:
        return read_text(value)
    raise WireError(f"{value!r:.40} is no {hint}")


def read_integer(value: object) -> int:
    """Return an integer from 0 to 2**40. Raises WireError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_INTEGER:
        raise WireError(f"{value!r:.40} is no number from 0 to 2**40")
    return value


def read_text(value: object) -> str:
    """Return a short printable text. Raises WireError for anything else."""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not (value.isprintable() or not value):
        raise WireError("a text is missing, too long or not printable")
    return value
