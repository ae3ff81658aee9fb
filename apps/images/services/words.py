"""The words that come with an image: what may stand in its metadata, creator and filename."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from apps.images.errors import BadAltText, BadCreator, BadMetadata, BadTags
from apps.images.ids import has_control_characters

MAX_METADATA_BYTES = 1024
MAX_CREATOR_CHARACTERS = 1024
MAX_FILENAME_CHARACTERS = 255
MAX_ALT_CHARACTERS = 2000
MAX_TAGS = 50
MAX_TAG_CHARACTERS = 64
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


def check_alt_text(text: str) -> str:
    """Return what stands for the picture where it cannot be seen, or raise BadAltText."""
    if len(text) > MAX_ALT_CHARACTERS:
        raise BadAltText(f"alt may have at most {MAX_ALT_CHARACTERS} characters, this has {len(text)}")
    if has_control_characters(text.replace("\n", " ")):
        raise BadAltText("alt must not contain control characters but line feeds")
    return text


def check_tags(tags: Sequence[str]) -> list[str]:
    """Return tags as they are kept, each once and without spaces around it, or raise BadTags."""
    kept = list(dict.fromkeys(tag.strip() for tag in tags))
    if len(kept) > MAX_TAGS:
        raise BadTags(f"an image may have at most {MAX_TAGS} tags, these are {len(kept)}")
    for tag in kept:
        if not 1 <= len(tag) <= MAX_TAG_CHARACTERS:
            raise BadTags(f"a tag must have 1 to {MAX_TAG_CHARACTERS} characters, this has {len(tag)}")
        if has_control_characters(tag):
            raise BadTags("tags must not contain control characters")
    return kept


def clean_filename(filename: str) -> str:
    """Return a name fit for showing: no folders, no control characters, at most 255 characters."""
    base = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in base if character.isprintable())[:MAX_FILENAME_CHARACTERS]
