"""Facts: the answer to `format=json`, what a rendition would measure and what its original is.

    {"width": 50, "height": 25,
     "original": {"file_size": 1234, "width": 200, "height": 100, "format": "image/png"}}

is the original's shape, to the letter (catalogue §4.5). Of an animation, `frames` counts the original's.
"""

from __future__ import annotations

import json

from apps.imaging.box import Size
from apps.imaging.source import SourceInfo

_MAX_BYTES = 1_000


def write_facts(size: Size, info: SourceInfo) -> bytes:
    """Return the JSON about a rendition of this size."""
    width, height = info.oriented_size
    original: dict[str, object] = {
        "file_size": info.size_bytes,
        "width": width,
        "height": height,
        "format": info.format.content_type,
    }
    if info.is_animated:
        original["frames"] = info.frames
    return json.dumps({"width": size[0], "height": size[1], "original": original}).encode()


def are_facts(data: bytes) -> bool:
    """Whether bytes from a process that is not trusted are what write_facts() writes."""
    if len(data) > _MAX_BYTES:
        return False
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(facts, dict) and set(facts) == {"width", "height", "original"}
