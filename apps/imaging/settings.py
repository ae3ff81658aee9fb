"""Settings: a frozen set of options that knows which of them differ from the defaults, by their names.

A field's name is the option's with `_` for `-`. Options that belong together are Settings of their own, and
dots lead to them: `trim.left`. A part that can be asked for without saying more has a field `is_on`, which
goes by the part's own name: `trim.border`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class Settings:
    PARTS: ClassVar[Mapping[str, type[Settings]]] = {}

    def settings(self) -> dict[str, object]:
        """Return what differs from the defaults, by option name in alphabetical order."""
        found: dict[str, object] = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            name = "" if entry.name == "is_on" else entry.name.replace("_", "-")
            if value == entry.default:
                continue
            if isinstance(value, Settings):
                inner = value.settings().items()
                found |= {f"{name}.{below}" if below else name: each for below, each in inner}
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
            if head in cls.PARTS:
                below.setdefault(head, {})[rest] = value
            else:
                own[head.replace("-", "_") or "is_on"] = value
        return cls(**own, **{name: cls.PARTS[name].from_settings(given) for name, given in below.items()})


def write_value(value: object) -> str:
    """Return a setting as canonical text; it holds no comma and nothing a URL would have to escape."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ";".join(write_value(each) for each in value)
    return str(value)
