"""The words that come with an image: what may stand in its metadata, creator and filename."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from apps.images.errors import BadCreator, BadMetadata
from apps.images.ids import has_control_characters

MAX_METADATA_BYTES = 1024
MAX_CREATOR_CHARACTERS = 1024
MAX_FILENAME_CHARACTERS = 255
# JSON writes NUL as \u0000; behind an escaped backslash the same letters are harmless text.
_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def check_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata as they are kept, or raise BadMetadata."""
    try:
        text = json.dumps(metadata, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size = len(text.encode("utf-8"))
    except (ValueError, RecursionError) as error:  # ValueError: NaN, or a lone surrogate
        raise BadMetadata("metadata must be a plain JSON object") from error
    if size > MAX_METADATA_BYTES:
        raise BadMetadata(f"metadata may have at most {MAX_METADATA_BYTES} bytes, this has {size}")
    if _NUL_ESCAPE.search(text):
        raise BadMetadata("metadata must not contain the NUL character")
    return dict(metadata)


def check_creator(creator: str | None) -> str | None:
    """Return the creator, or raise BadCreator."""
    if creator is not None and len(creator) > MAX_CREATOR_CHARACTERS:
        raise BadCreator(f"creator may have at most {MAX_CREATOR_CHARACTERS} characters")
    if creator is not None and has_control_characters(creator):
        raise BadCreator("creator must not contain control characters")
    return creator


def clean_filename(filename: str) -> str:
    """Return a name fit for showing: no folders, no control characters, at most 255 characters."""
    base = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in base if character.isprintable())[:MAX_FILENAME_CHARACTERS]
