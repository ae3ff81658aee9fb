"""Originals as files to read, and what their rows say of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from apps.images.errors import OriginalMissing
from apps.images.models import Image
from apps.images.storage import originals, renditions
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.source import SourceFormat, SourceInfo


def open_original(storage_key: str) -> BinaryIO:
    """Return the original's bytes as a file at its start; a local one has a descriptor to pass on."""
    try:
        return originals().open(storage_key, "rb").file  # type: ignore[return-value]  # FieldFile's stubs
    except FileNotFoundError as error:
        raise OriginalMissing from error


def open_rendition(storage_key: str) -> BinaryIO:
    """Return a rendition's bytes in the same way; raises FileNotFoundError."""
    return renditions().open(storage_key, "rb").file  # type: ignore[return-value]  # FieldFile's stubs


@contextmanager
def open_originals(*storage_keys: str) -> Iterator[list[BinaryIO]]:
    """Give several, and close them; when one is missing, those opened before it are closed too."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_original(storage_key)) for storage_key in storage_keys]


def read_focal_points(text: str) -> FocalPoints:
    """Return the focal points a row keeps; unknown ones where another release wrote them in its own way."""
    try:
        return FocalPoints.read(text)
    except ValueError:
        return UNKNOWN


def source_info(image: Image) -> SourceInfo:
    """Return the header facts kept at upload, upright."""
    return SourceInfo(
        format=SourceFormat(image.format),
        width=image.width,
        height=image.height,
        frames=image.frames,
        has_alpha=image.has_alpha,
        size_bytes=image.size_bytes,
    )
