"""Metadata in a form: one JSON text, or taken apart into many parts in dots or brackets (catalogue §0.1).

    metadata={"nest": {"a": [1, 2]}}                        curl, Terraform
    metadata.nest.a[]=1, metadata.nest.a[]=2                Python SDK
    metadata.nest.a.0=1, metadata.nest.a.1=2                Go SDK
    metadata[nest][a][]=1, metadata[nest][a][]=2            Node SDK

JSON text keeps its types. Parts have lost theirs: what is written exactly as JSON writes a number or a
boolean becomes one again (catalogue §2.10), so `1` is a number while `01` and `1e3` stay text. An object
whose keys are 0, 1, 2 … is taken for Go's way of writing a list.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from apps.api.json_object import parse_json
from apps.api.refusals import BadJson, BadPart

NAME = "metadata"
_MAX_DEPTH = 32
_PART = re.compile(r"metadata(?P<path>[.\[].*)", re.DOTALL)
_PIECE = re.compile(r"\.(?P<dotted>[^.\[\]]+)|\[(?P<bracketed>[^\[\]]*)\]")
# Beyond this, whole numbers are identifiers: a double, which is what most readers of JSON have, rounds them.
_MAX_WHOLE_NUMBER = 2**53 - 1


def read_metadata(words: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    """Return the metadata of a form, or None when it has none; raises BadPart naming the part."""
    texts = words.get(NAME, ())
    parts = {name: values for name, values in words.items() if _PART.fullmatch(name)}
    if len(texts) > 1 or (texts and parts):
        raise BadPart(NAME, "may be given once: as one JSON text, or taken apart")
    if texts:
        return _read_text(texts[0])
    if not parts:
        return None
    tree: dict[str, Any] = {}
    for name, values in parts.items():
        _plant(tree, name, values)
    return {key: _restore_lists(value) for key, value in tree.items()}


def _read_text(text: str) -> dict[str, Any] | None:
    if text.strip() in {"", "null"}:
        return None
    try:
        return parse_json(text)
    except BadJson as error:
        raise BadPart(NAME, f"must be a JSON object: {error}") from error


def _plant(tree: dict[str, Any], name: str, values: Sequence[str]) -> None:
    """Put the values of one part name where its path says."""
    *path, last = _split(name)
    is_list = last == ""
    if is_list and path:
        *path, last = path
    if "" in (*path, last):
        raise BadPart(name, "would put objects into a list, which parts cannot tell apart: send JSON text")
    if len(values) > 1 and not is_list:
        raise BadPart(name, "may stand once in the form")
    for key in path:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise BadPart(name, "contradicts another part of the metadata")
    if last in tree:
        raise BadPart(name, "contradicts another part of the metadata")
    restored = [_restore_type(value) for value in values]
    tree[last] = restored if is_list else restored[0]


def _split(name: str) -> list[str]:
    """Return the keys in a part's name; an empty one stands for `[]`."""
    keys: list[str] = []
    position = len(NAME)
    while position < len(name):
        piece = _PIECE.match(name, position)
        if piece is None or len(keys) == _MAX_DEPTH:
            raise BadPart(name, "is not a name that metadata can have")
        keys.append(piece["dotted"] or piece["bracketed"] or "")
        position = piece.end()
    return keys


def _restore_type(text: str) -> str | int | float | bool:
    """Return the number or boolean that JSON writes exactly like this, else the text."""
    if text in {"true", "false"}:
        return text == "true"
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    is_whole = type(value) is int and abs(value) <= _MAX_WHOLE_NUMBER
    is_fraction = type(value) is float and math.isfinite(value)
    return value if (is_whole or is_fraction) and json.dumps(value) == text else text


def _restore_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    restored = {key: _restore_lists(inner) for key, inner in value.items()}
    is_list = list(restored) == [str(index) for index in range(len(restored))]
    return list(restored.values()) if is_list else restored
