"""The engine: libvips, configured once at import, and all that must be loaded before a process locks itself.

A locked worker can open no file, so everything that libvips, Pillow and the HEIC decoder load lazily is
imported here. Importing starts no thread; the first render starts three.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pi_heif
import pyvips
from PIL import Image as PillowImage

from apps.imaging.errors import DamagedImage, TooLargeToProcess, TruncatedImage
from apps.imaging.source import SourceFormat

# What libvips may read. Blocking its untrusted loaders instead would leave the matrix loader open, and what
# the next version adds (`doctor` tries each: apps/imaging/pixels/loaders.py).
LOADERS = {
    # Not Uhdr: it decodes a gain map for screens that no rendition is made for, and cannot shrink on load.
    SourceFormat.JPEG: ("VipsForeignLoadJpegSource",),
    SourceFormat.PNG: ("VipsForeignLoadPngSource",),
    SourceFormat.GIF: ("VipsForeignLoadNsgifSource",),
    SourceFormat.WEBP: ("VipsForeignLoadWebpSource",),
    SourceFormat.AVIF: ("VipsForeignLoadHeifSource",),
    SourceFormat.TIFF: ("VipsForeignLoadTiffSource",),
}

# Nothing of a HEIC but its picture is wanted, and what is not read cannot do harm.
pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False

pyvips.operation_block_set("VipsForeignLoad", True)
for _names in LOADERS.values():
    for _name in _names:
        pyvips.operation_block_set(_name, False)
# One picture, one thread: many are worked on side by side, each in a process of its own.
pyvips.concurrency_set(1)
# libvips tells of every step it takes, 30 times for a thumbnail, and each is a call into Python to be passed
# over: 0.5 ms. Only what is wrong is to be heard.
_HEARD = (
    pyvips.GLogLevelFlags.LEVEL_WARNING
    | pyvips.GLogLevelFlags.LEVEL_CRITICAL
    | pyvips.GLogLevelFlags.LEVEL_ERROR
    | pyvips.GLogLevelFlags.FLAG_FATAL
    | pyvips.GLogLevelFlags.FLAG_RECURSION
)
pyvips._remove_log_handler()
pyvips._log_handler_id = pyvips.glib_lib.g_log_set_handler(
    b"VIPS", _HEARD, pyvips._log_handler_cb, pyvips.ffi.NULL
)
# Read by libvips when first needed, and only from here: no picture is spilled to a temporary file, which a
# locked worker could not write; its address space is what bounds memory.
os.environ.setdefault("VIPS_DISC_THRESHOLD", "64g")
# Every picture is another one: what the operation cache holds is never asked for again.
pyvips.cache_set_max(0)
# Our own limits have been checked by the time Pillow opens a file; its warning would come below 100
# megapixels.
PillowImage.MAX_IMAGE_PIXELS = None
PillowImage.init()

_MEMORY_WORDS = (
    "out of memory",
    "out_of_memory",  # as WebP's encoder has it
    "encoder plugin generated an error",  # AVIF's fails of nothing else, and says little of it
    "memory allocation",
    "insufficient memory",
    "cannot allocate",
    "unable to allocate",
)
_END_WORDS = (
    "premature end",
    "truncated",
    "end of file",
    "unexpected end",
    "eof",
    "not enough data",
    "incomplete",
)


# What Pillow's plugins and pi_heif raise on bytes they do not expect; libvips raises pyvips.Error alone.
_PYTHON_ERRORS = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)


@contextmanager
def decoding() -> Iterator[None]:
    """Turn libvips' errors into ours: TooLargeToProcess, TruncatedImage or DamagedImage."""
    try:
        yield
    except MemoryError as error:
        raise TooLargeToProcess from error
    except pyvips.Error as error:
        raise _classify(f"{error} {error.detail}") from error


@contextmanager
def decoding_in_python() -> Iterator[None]:
    """Turn what Pillow and pi_heif raise into our errors; only calls to them belong inside."""
    try:
        yield
    except _PYTHON_ERRORS as error:
        raise _classify(str(error)) from error


def _classify(words: str) -> TooLargeToProcess | DamagedImage:
    words = words.lower()
    if any(phrase in words for phrase in _MEMORY_WORDS):
        return TooLargeToProcess()
    if any(phrase in words for phrase in _END_WORDS):
        return TruncatedImage()
    return DamagedImage()


def open_source(file: BinaryIO, source_format: SourceFormat) -> pyvips.Source:
    """Return a seekable file as libvips reads it: by descriptor where there is one, else from memory.

    Raises DamagedImage when libvips would choose another loader than the one meant for the format.
    """
    file.seek(0)
    try:
        descriptor = file.fileno()
    except (OSError, AttributeError):  # BytesIO raises UnsupportedOperation, which is an OSError
        source = pyvips.Source.new_from_memory(file.read())
    else:
        os.lseek(descriptor, 0, os.SEEK_SET)
        source = pyvips.Source.new_from_descriptor(descriptor)
    name = pyvips.vips_lib.vips_foreign_find_load_source(source.pointer)
    if name == pyvips.ffi.NULL or pyvips.ffi.string(name).decode() not in LOADERS[source_format]:
        raise DamagedImage
    return source


def open_with_pillow(file: BinaryIO) -> PillowImage.Image:
    """Return the file opened by Pillow, for what libvips cannot read; nothing is decoded yet."""
    file.seek(0)
    return PillowImage.open(file, formats=("AVIF", "BMP", "PNG"))
