"""Image ids: the shape of generated ones, and the rules for custom ones.

Generated ids look like UUIDs whose last byte says who may see the image: `00` public, `01` private
(catalogue §5.3). So the id changes when access does, as the wire contract has it.
"""

from __future__ import annotations

import mimetypes
import re
import uuid

from apps.images.errors import BadImageId

MAX_ID_CHARACTERS = 1024
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Python's built-in table only: the system's files differ from machine to machine.
_TYPES = mimetypes.MimeTypes(filenames=())


def make_image_id(*, is_private: bool) -> str:
    """Return a fresh generated id."""
    return set_access_flag(str(uuid.uuid4()), is_private=is_private)


def is_generated(image_id: str) -> bool:
    """Whether the id has the shape of ours; custom ids may not."""
    return _UUID.fullmatch(image_id) is not None


def set_access_flag(image_id: str, *, is_private: bool) -> str:
    """Return a generated id with its last byte saying who may see the image."""
    return image_id[:-2] + ("01" if is_private else "00")


def check_custom_id(image_id: str) -> None:
    """Raise BadImageId unless the id follows the rules (catalogue §2.4, and path safety)."""
    segments = image_id.split("/")
    if not 1 <= len(image_id) <= MAX_ID_CHARACTERS:
        raise BadImageId(f"Must have 1 to {MAX_ID_CHARACTERS} characters")
    if image_id.startswith("/") or image_id.endswith("/"):
        raise BadImageId("Must not start or end with a slash")
    if any(segment in {"", ".", ".."} for segment in segments):
        raise BadImageId("Must not have empty, '.' or '..' subpaths")
    if has_control_characters(image_id):
        raise BadImageId("Must not have control characters")
    if is_generated(image_id):
        raise BadImageId("Must not be UUID")
    media_type, _ = _TYPES.guess_type("x/" + segments[-1], strict=False)
    if media_type is not None and not media_type.startswith("image/"):
        raise BadImageId("Must not use a non-image file name extension")


def has_control_characters(text: str) -> bool:
    """Whether a text holds what no line of a log and no column of a database should."""
    return _CONTROL.search(text) is not None
