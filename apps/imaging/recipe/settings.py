"""Settings: a frozen set of options that knows which of them differ from the defaults, by their names.

A field's name is the option's with `_` for `-`. Options that belong together are Settings of their own, and
dots lead to them: `trim.left`. A part that can be asked for without saying more has a field `is_on`, which
goes by the part's own name: `trim.border`. Of a list of them each has a number, from 1: `draw.2.opacity`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, ClassVar, Self
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Settings:
    PARTS: ClassVar[Mapping[str, type[Settings]]] = {}
    LISTS: ClassVar[Mapping[str, type[Settings]]] = {}

    def settings(self) -> dict[str, object]:
        """Return what differs from the defaults, by option name in alphabetical order."""
        found: dict[str, object] = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            name = "" if entry.name == "is_on" else entry.name.replace("_", "-")
            if value == entry.default:
                continue
            if entry.name in self.LISTS:
                for number, each in enumerate(value, 1):
                    found |= _prefix(f"{name}.{number}", each.settings())
            elif isinstance(value, Settings):
                found |= _prefix(name, value.settings())
            else:
                found[name] = value
        return dict(sorted(found.items()))

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Return what settings() was called on; the values are of the right types."""
        own: dict[str, Any] = {}
        below: dict[str, dict[str, Any]] = {}
        for name, value in settings.items():
            head, _, rest = name.partition(".")
            if head in cls.PARTS or head in cls.LISTS:
                below.setdefault(head, {})[rest] = value
            else:
                own[head.replace("-", "_") or "is_on"] = value
        for head, given in below.items():
            if head in cls.PARTS:
                own[head] = cls.PARTS[head].from_settings(given)
            else:
                own[head] = _read_list(cls.LISTS[head], given)
        return cls(**own)


def _prefix(name: str, inner: Mapping[str, object]) -> dict[str, object]:
    return {f"{name}.{below}" if below else name: value for below, value in inner.items()}


def _read_list(kind: type[Settings], settings: Mapping[str, Any]) -> tuple[Settings, ...]:
    """Return the list whose settings go by numbers, which may have gaps."""
    found: dict[int, dict[str, Any]] = {}
    for name, value in settings.items():
        number, _, rest = name.partition(".")
        found.setdefault(int(number), {})[rest] = value
    return tuple(kind.from_settings(given) for _, given in sorted(found.items()))


def write_value(value: object) -> str:
    """Return a setting as canonical text, which holds no comma and nothing a URL would have to escape.

    But for a text of the user's: there, what is not plain is percent-encoded.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ";".join(write_value(each) for each in value)
    return quote(value, safe="") if isinstance(value, str) else str(value)
