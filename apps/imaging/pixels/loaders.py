"""Loaders: what this libvips would open, found by trying each of its loaders rather than by believing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyvips
from pyvips.voperation import Introspect

from apps.imaging.pixels.engine import LOADERS

# Loaders open a file before they ask whether they may.
_EMPTY_FILE = "/dev/null"
_NONSENSE = b"no picture at all"
_REFUSAL = "operation is blocked"


def find_open_loaders() -> tuple[str, ...]:
    """Return the loaders of formats that are none of ours and are not refused; best none."""
    ours = {_name_family(name) for names in LOADERS.values() for name in names}
    others = (name for name in _list_loaders() if _name_family(name) not in ours)
    return tuple(sorted(name for name in others if not _is_refused(name)))


def _name_family(class_name: str) -> str:
    """Return what the loaders of one format, by file, buffer and source, have in common."""
    return re.sub("(File|Buffer|Source)$", "", class_name)


def _list_loaders(parent: int | None = None) -> Iterator[str]:
    """Yield the class names of all loaders in this libvips, abstract ones too."""
    found: list[int] = []

    def note(gtype: int, _a: object, _b: object) -> object:
        found.append(gtype)
        return pyvips.ffi.NULL

    pyvips.type_map(pyvips.type_from_name("VipsForeignLoad") if parent is None else parent, note)
    for gtype in found:
        yield pyvips.type_name(gtype)
        yield from _list_loaders(gtype)


def _is_refused(class_name: str) -> bool:
    """Try a loader, with nothing to load: one that is open complains about that, and not of being blocked."""
    operation = pyvips.nickname_find(pyvips.type_from_name(class_name))
    try:
        inputs = Introspect.get(operation).required_input
    except pyvips.Error:  # an abstract class, which loads nothing itself
        return True
    source: object = _EMPTY_FILE
    if "buffer" in inputs:
        source = _NONSENSE
    elif "source" in inputs:
        source = pyvips.Source.new_from_memory(_NONSENSE)
    try:
        pyvips.Operation.call(operation, source, *[1] * (len(inputs) - 1))
    except pyvips.Error as error:
        return _REFUSAL in str(error)
    return False
